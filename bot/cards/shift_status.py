"""How a set stands with tokens on duty: in a line, and whole for `shift SET status`."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.cards.kit import Card, card, context, section
from bot.cards.phrases import mention, ours, remaining, when
from bot.cards.shift import proven
from ceremonies.duty import Duties, DutyToken, Wrap
from ceremonies.events import Part
from ceremonies.rota.schedule import uncovered
from ceremonies.rota.shift import PlannedShift
from ceremonies.rotation import missing_leads, on_now
from ceremonies.state import SetState

_DAYS_MS = 7 * 24 * 3_600_000
_SHOWN = 10
_HOW = {
    Wrap.WAITING: "waits to be collected",
    Wrap.SHOWN: "is being collected",
    Wrap.COLLECTED: "collected",
    Wrap.LOST: "lost",
}


def on_duty_line(duties: Duties, *, now: int, has_shifts: bool) -> str:
    """Return whether a token is on duty, until when, and what is needed without one."""
    live = [t for t in duties.live(now) if t.is_in_hand]
    if live:
        best = max(live, key=lambda t: (t.part is Part.BOT, t.until))
        whose = "in Conclave's keychain" if best.part is Part.BOT else f"with {mention(best.lead)}"
        return (
            f"*Token on duty:* shift {ours(best.name, 40)}, {whose}, valid for "
            f"{remaining(best.until - now)}: no quorum is needed for a promotion."
        )
    if not has_shifts and not duties.tokens:
        return "*Token on duty:* none; no shifts are planned. A promotion takes a quorum."
    waiting = [t for t in duties.live(now) if t.wrap in (Wrap.WAITING, Wrap.SHOWN)]
    if waiting:
        who = mention(waiting[-1].lead)
        return f"*Token on duty:* {who} has not collected it yet. Until then a quorum is needed."
    until = f" until {when(duties.next_at)}" if duties.next_at > now else ""
    return f"*Token on duty:* none{until}. A promotion takes a quorum of key holders."


def shift_card(
    state: SetState,
    shifts: Sequence[PlannedShift],
    *,
    now: int,
    problems: Sequence[str] = (),
    command: str,
) -> Card:
    """Return everything about shifts of one set."""
    duties = state.duties
    line = on_duty_line(duties, now=now, has_shifts=bool(shifts))
    blocks: list[Block] = [section(f"*{state.name}*\n{line}")]
    live = duties.live(now)
    if live:
        told = "\n".join(_token(t, state.name, now=now) for t in live[-_SHOWN:])
        blocks.append(section(f"*Tokens*\n{told}"))
    blocks.append(section(_plan(shifts, now=now)))
    gaps = _gaps(shifts, now=now)
    if gaps:
        blocks.append(section(gaps))
    blocks += [section(words) for words in _open(state, shifts, now=now)]
    wrong = [*problems, *(duties.ring.problems if duties.ring else ())]
    if wrong:
        listed = "\n".join(f"• {ours(words, 300)}" for words in wrong[:_SHOWN])
        blocks.append(section(f":wrench: *To be mended*\n{listed}"))
    blocks.append(
        context(f"{command} shift {state.name} issue, handover or kill. Only a lead may.")
    )
    return card(f"{state.name}: tokens on duty", blocks)


def _token(token: DutyToken, set_name: str, *, now: int) -> str:
    if token.part is Part.BOT:
        held = f"Conclave holds it; {proven(token, set_name)}"
    else:
        how = _HOW[token.wrap] if token.wrap else ""
        held = f"{mention(token.lead)}: {how}"
    ends = remaining(token.until - now)
    return f"• shift {ours(token.name, 40)}, ring place {token.place}, {ends} left. {held}."


def _plan(shifts: Sequence[PlannedShift], *, now: int) -> str:
    coming = [s for s in shifts if now < s.end and s.start < now + _DAYS_MS]
    if not coming:
        return "*Shifts:* none in the next 7 days."
    lines = [
        f"• {when(s.start)} to {when(s.end)}: {ours(s.name, 40)}, {mention(s.lead)} "
        f"(custody {s.custody})"
        for s in coming[:_SHOWN]
    ]
    left = len(coming) - _SHOWN
    if left > 0:
        lines.append(f"• and {left} more")
    return "*Shifts of the next 7 days*\n" + "\n".join(lines)


def _gaps(shifts: Sequence[PlannedShift], *, now: int) -> str:
    if not shifts:
        return ""
    found = uncovered(shifts, after=now, before=now + _DAYS_MS)
    if not found:
        return ""
    lines = [f"• {when(a)} to {when(b)}" for a, b in found[:_SHOWN]]
    left = len(found) - _SHOWN
    if left > 0:
        lines.append(f"• and {left} more")
    told = "\n".join(lines)
    return f"*Uncovered: no token, a quorum would be needed*\n{told}"


def _open(state: SetState, shifts: Sequence[PlannedShift], *, now: int) -> list[str]:
    told = []
    shift = on_now(shifts, now=now)
    if shift is not None:
        missing = missing_leads(state.duties, shifts, shift)
        if missing:
            who = " and ".join(mention(lead) for lead in missing)
            told.append(f"*Hand-over* to shift {ours(shift.name, 40)}: {who} has not confirmed.")
    if state.duties.kill is not None:
        place = state.duties.kill.place
        told.append(f"*Asked for:* ring place {place} out of force; another person must agree.")
    if state.duties.killed:
        places = ", ".join(str(p) for p in sorted(state.duties.killed))
        told.append(f"*Out of force:* ring places {places}.")
    return told
