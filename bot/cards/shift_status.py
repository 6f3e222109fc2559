"""How a set stands with tokens on duty: in a line, and whole for `shift SET status`."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.cards.kit import Card, card, context, section
from bot.cards.phrases import code, fitting, mention, ours, remaining, when
from bot.cards.trying import proven
from ceremonies.decide.handover import missing_leads
from ceremonies.duty import Duties, DutyToken, Wrap
from ceremonies.events import Part
from ceremonies.rota.schedule import uncovered
from ceremonies.rota.shift import PlannedShift
from ceremonies.rotation import on_now
from ceremonies.state import SetState

_DAYS_MS = 7 * 24 * 3_600_000
_SHOWN = 10
_ROOM = 1700  # characters of a list: five of them fit into one message
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
        return _best(live, now=now)
    if not has_shifts and not duties.tokens:
        return "*Token on duty:* none; no shifts are planned. A promotion takes a quorum."
    waiting = [t for t in duties.live(now) if t.wrap in (Wrap.WAITING, Wrap.SHOWN)]
    if waiting:
        who = mention(waiting[-1].lead)
        return f"*Token on duty:* {who} has not collected it yet. Until then a quorum is needed."
    until = f" until {when(duties.next_at)}" if duties.next_at > now else ""
    return f"*Token on duty:* none{until}. A promotion takes a quorum of key holders."


def _best(live: Sequence[DutyToken], *, now: int) -> str:
    """Return the token that a promotion would take, and where it would take a quorum all the same.

    It is not begun with shortly before its end (`DutyToken.margin`).
    """

    def rank(t: DutyToken) -> tuple[bool, bool, bool, int]:
        lasts = now + t.margin < t.until
        return lasts, not _refusing(t), t.part is Part.BOT, t.until

    best = max(live, key=rank)
    whose = "in Conclave's keychain" if best.part is Part.BOT else f"with {mention(best.lead)}"
    left = f"valid for {remaining(best.until - now)}"
    told = f"*Token on duty:* shift {ours(best.name, 40)}, {whose}, {left}"
    if now + best.margin >= best.until:
        return f"{told}: too short to begin a promotion with it. That takes a quorum now."
    refusing = _refusing(best)
    if refusing:
        where = ", ".join(ours(name, 40) for name in refusing[:_SHOWN])
        what = "it" if best.part is Part.BOT else "a token like it"
        return f"{told}: no quorum is needed, but for {where}, where Vault *refuses* {what}."
    return f"{told}: no quorum is needed for a promotion."


def _refusing(token: DutyToken) -> list[str]:
    return [name for name in token.proofs if not token.takes(name)]


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
    blocks: list[Block] = [section(f"*{ours(state.name, 60)}*\n{line}")]
    live = duties.live(now)
    if live:
        told = [_token(t, state.name, now=now) for t in reversed(live)]
        blocks.append(section(_listed("*Tokens*", told)))
    blocks.append(section(_plan(shifts, now=now)))
    gaps = _gaps(shifts, now=now)
    if gaps:
        blocks.append(section(gaps))
    blocks += [section(words) for words in _open(state, shifts, now=now)]
    wrong = [*problems, *(duties.ring.problems if duties.ring else ())]
    if wrong:
        told = [f"• {ours(words, 300)}" for words in wrong]
        blocks.append(section(_listed(":wrench: *To be mended*", told)))
    typed = f"{command} shift {state.name}"
    orders = ", ".join(code(f"{typed} {order}") for order in ("issue", "handover", "kill"))
    blocks.append(context(f"A shift lead types: {orders}."))
    return card(f"{ours(state.name, 60)}: tokens on duty", blocks)


def _listed(head: str, lines: Sequence[str]) -> str:
    """Return the lines that fit under their headline, and how many more there are."""
    shown = lines[: min(_SHOWN, fitting(lines, _ROOM))]
    left = len(lines) - len(shown)
    more = [f"• and {left} more"] if left > 0 else []
    return "\n".join([head, *shown, *more])


def _token(token: DutyToken, set_name: str, *, now: int) -> str:
    if token.part is Part.BOT:
        held = f"Conclave holds it; {proven(token, set_name)}"
    else:
        how = _HOW[token.wrap] if token.wrap else ""
        held = f"{mention(token.lead)}: {how}; {proven(token, set_name)}"
    ends = remaining(token.until - now)
    return f"• shift {ours(token.name, 40)}, ring place {token.place}, {ends} left. {held}."


def _plan(shifts: Sequence[PlannedShift], *, now: int) -> str:
    coming = [s for s in shifts if now < s.end and s.start < now + _DAYS_MS]
    if not coming:
        return "*Shifts:* none in the next 7 days."
    lines = [
        f"• {when(s.start)} to {when(s.end)}: {ours(s.name, 40)}, {mention(s.lead)} "
        f"(custody {s.custody})"
        for s in coming
    ]
    return _listed("*Shifts of the next 7 days*", lines)


def _gaps(shifts: Sequence[PlannedShift], *, now: int) -> str:
    if not shifts:
        return ""
    found = uncovered(shifts, after=now, before=now + _DAYS_MS)
    if not found:
        return ""
    lines = [f"• {when(a)} to {when(b)}" for a, b in found]
    return _listed("*Uncovered: no token, a quorum would be needed*", lines)


def _open(state: SetState, shifts: Sequence[PlannedShift], *, now: int) -> list[str]:
    told = []
    shift = on_now(shifts, now=now)
    if shift is not None:
        missing = missing_leads(state.duties, shifts, shift)
        if missing:
            who = " and ".join(mention(lead) for lead in missing)
            told.append(f"*Hand-over* to shift {ours(shift.name, 40)}: not confirmed by {who}.")
    kill = state.duties.kill
    if kill is not None:
        agreed = "it could not be done yet" if kill.tries else "Vault is being told"
        how = agreed if kill.agreed_by else "another person must agree"
        told.append(f"*Asked for:* ring place {kill.place} out of force; {how}.")
    if state.duties.killed:
        places = ", ".join(str(p) for p in sorted(state.duties.killed))
        lays = code("conclave policy --apply --refill N")
        told.append(f"*Out of force:* ring places {places}, until an operator lays them: {lays}.")
        past = state.duties.past_kill
        if past and past.place in state.duties.killed and past.left:
            left = ", ".join(ours(name, 60) for name in past.left)
            told.append(f"*Perhaps not yet out of force:* ring place {past.place} on {left}.")
    stray = max((m.stray_until for m in state.duties.minting.values()), default=0)
    if now < stray:
        told.append(f"*Perhaps made, and held by nobody:* a token that ends {when(stray)} at last.")
    return told
