"""What the channel is told aloud of tokens on duty, each once for each occasion."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.keys import alarm_key, duty_key, watch_key
from bot.cards.kill import kill_card, shift_of
from bot.cards.kit import Card, card, section
from bot.cards.notices import why_unreached
from bot.cards.phrases import code, mention, ours, place, remaining, when
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import Part, Proof, WrapLoss
from ceremonies.state import SetState

_LOSS = {
    WrapLoss.EXPIRED: "was not collected in time",
    WrapLoss.OPENED: "was opened by *somebody else*",
    WrapLoss.FOREIGN: "is *not what Conclave made*",
    WrapLoss.DISOWNED: "was collected, and the lead says *it was not them*",
}


def about_duty(
    state: SetState, commanders: str, *, command: str, now: int
) -> Iterator[tuple[str, Card]]:
    """Yield by key what is told of tokens on duty; a gap that was planned calls nobody by name."""
    duties = state.duties
    called = f"{commanders}: " if commanders else ""
    for key, words in _told(state, command=command, now=now):
        yield watch_key("duty", key), _call(f"{called}{words}")
    if duties.covered is False:
        key = watch_key("duty", f"uncovered:{duties.covered_at}")
        yield key, _call(f"{'' if duties.gap_planned else called}{_uncovered(state)}")
    for kill in (duties.past_kill, duties.kill):
        key = alarm_key("kill", str(kill.at)) if kill else ""
        if kill and (not kill.over_at or key in state.messages):
            yield key, kill_card(state, kill)


def _call(line: str) -> Card:
    return card(line, [section(line)])


def _told(state: SetState, *, command: str, now: int) -> Iterator[tuple[str, str]]:
    yield from _late(state, now=now)
    for token in state.duties.tokens:
        yield from _unreached(state, token, now=now)
        yield from _lost(state, token, command=command)
        yield from _refused(state, token)
    for shift, handed in state.duties.handovers.items():
        if handed.late:
            over = code(f"{command} shift {state.name} handover")
            words = (
                f"the hand-over to {_named(state, shift)} is not confirmed by everybody. Find out "
                f"who leads now; they confirm with {over}."
            )
            yield f"handover:{shift}", f":warning: {words}"
    yield from _of_ring(state)


def _late(state: SetState, *, now: int) -> Iterator[tuple[str, str]]:
    """Yield what is told of each shift without a token, once though two parts may be missing."""
    late: dict[str, list[str]] = {}
    for key, minting in state.duties.minting.items():
        if minting.late:
            late.setdefault(key.rpartition(" ")[0], []).append(minting.words)
    until = max((t.until for t in state.duties.live(now)), default=0)
    rest = (
        f"The token before it lasts {remaining(until - now)} more, until {when(until)}."
        if until
        else "No other token is on duty: a quorum of key holders would be needed."
    )
    for shift, tries in late.items():
        why = next((ours(words, 300) for words in tries if words), "The primary cannot be asked.")
        yield (
            f"late:{shift}",
            f":warning: {_named(state, shift)} has no token of its own yet. {why} {rest}",
        )


def _unreached(state: SetState, token: DutyToken, *, now: int) -> Iterator[tuple[str, str]]:
    """Yield that a lead could not be told of their token: nobody else would notice."""
    key = duty_key(token.id, token.lead)
    problem = state.unposted.get(key)
    if problem is None or key in state.messages or now >= token.until:
        return
    waits = " Nobody can collect its token meanwhile." if token.part is Part.LEAD else ""
    words = (
        f"no message about shift {ours(token.name, 40)} of {ours(state.name, 60)} reached "
        f"{mention(token.lead)}, who leads it: {why_unreached(problem)}.{waits} Call them another "
        "way, or find out who leads now; an operator then corrects the plan of shifts."
    )
    yield f"unreached:{token.id}", f":mailbox_with_no_mail: {words}"


def _lost(state: SetState, token: DutyToken, *, command: str) -> Iterator[tuple[str, str]]:
    if token.wrap is not Wrap.LOST or token.loss is None:
        return
    out = code(f"{command} shift {state.name} kill")
    kill = f" Put it out of force: {out}." if token.is_out_of_reach else ""
    whose = f"{ours(state.name, 60)}: the token of shift {shift_of(token)}"
    yield f"lost:{token.id}:{token.loss}", f":rotating_light: {whose} {_LOSS[token.loss]}.{kill}"


def _refused(state: SetState, token: DutyToken) -> Iterator[tuple[str, str]]:
    for cluster, seen in token.proofs.items():
        if seen.answer is Proof.REFUSED and not token.killed_at:
            words = (
                f"{place(state.name, cluster)} refuses the token on duty of shift "
                f"{shift_of(token)}: {ours(seen.words, 200)} A quorum would be needed there."
            )
            yield f"refused:{token.id}:{cluster}", f":warning: {words}"


def _uncovered(state: SetState) -> str:
    duties, name = state.duties, ours(state.name, 60)
    until = f" until {when(duties.next_at)}" if duties.next_at else ""
    if duties.gap_planned:
        return (
            f":information_source: {name}: no shift is on{until}, so no token is on duty. A "
            "promotion would take a quorum of key holders."
        )
    return f":warning: {name}: no token is on duty{until}: a quorum of key holders would be needed."


def _of_ring(state: SetState) -> Iterator[tuple[str, str]]:
    ring = state.duties.ring
    if ring is None or not ring.problems:
        return
    some = " ".join(ours(words, 300) for words in ring.problems[:3])
    left = len(ring.problems) - 3
    more = f" And {left} more; see conclave doctor." if left > 0 else ""
    where = place(state.name, ring.cluster)
    yield f"ring:{ring.at}", f":wrench: For an operator of {where}: {some}{more}"


def _named(state: SetState, shift: str) -> str:
    """Return a shift by its name and its set; its id has the name before a slash."""
    return f"shift {ours(shift.rpartition('/')[0] or shift, 40)} of {ours(state.name, 60)}"
