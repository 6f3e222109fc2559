"""What the channel is told aloud of tokens on duty, each once for each occasion."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.keys import alarm_key, duty_key, watch_key
from bot.cards.kill import cut_off, kill_card, shift_of
from bot.cards.kit import Card, card, section
from bot.cards.notices import why_unreached
from bot.cards.phrases import code, mention, ours, place, remaining, when
from ceremonies.duty import DutyToken, Handover, Minting, Wrap
from ceremonies.events import Part, Proof, WrapLoss
from ceremonies.fold.duty import RETRY_MINT_MAX_MS
from ceremonies.rotation import free_places
from ceremonies.state import SetState

_LOSS = {
    WrapLoss.EXPIRED: "was not collected in time",
    WrapLoss.UNSEEN: "was not seen to be collected, and nobody could look when its time ended",
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
        words = _uncovered(state, command=command)
        yield key, _call(f"{'' if duties.gap_planned else called}{words}")
    for kill in (duties.past_kill, duties.kill):
        key = alarm_key("kill", str(kill.at)) if kill else ""
        if kill and (not kill.over_at or key in state.messages):
            yield key, kill_card(state, kill)


def _call(line: str) -> Card:
    return card(line, [section(line)])


def _told(state: SetState, *, command: str, now: int) -> Iterator[tuple[str, str]]:
    yield from _failing(state, now=now)
    yield from _late(state, command=command, now=now)
    for token in state.duties.tokens:
        yield from _unreached(state, token, now=now)
        yield from _lost(state, token, command=command)
        yield from _refused(state, token)
        yield from _revived(state, token, command=command, now=now)
    for shift, handed in state.duties.handovers.items():
        if handed.late:
            which = f"{shift}:{handed.times}" if handed.times > 1 else shift
            yield f"handover:{which}", _not_handed_over(state, shift, handed, command=command)
    yield from cut_off(state, now=now)
    yield from _of_ring(state)
    yield from _of_rota(state)


def _not_handed_over(state: SetState, shift: str, handed: Handover, *, command: str) -> str:
    over = code(f"{command} shift {state.name} handover")
    who = " and ".join(mention(lead) for lead in handed.missing) or "everybody"
    return (
        f":warning: the hand-over to {_named(state, shift)} is not confirmed by {who}. Find out "
        f"who leads now; they confirm with {over}."
    )


def _failing(state: SetState, *, now: int) -> Iterator[tuple[str, str]]:
    """Yield why a token could not be minted, as soon as it could not: people are woken by that."""
    first: dict[str, Minting] = {}
    for key, minting in state.duties.minting.items():
        shift = key.rpartition(" ")[0]
        is_tried = minting.tries and now < minting.retry_at + RETRY_MINT_MAX_MS
        if is_tried and minting.failed_at <= first.get(shift, minting).failed_at:
            first[shift] = minting
    for shift, minting in first.items():
        words = (
            f"{_named(state, shift)}: a token could not be minted. {ours(minting.words, 300)} "
            f"Conclave tries again by itself. {_instead(state, shift, now=now)}"
        )
        yield f"minting:{shift}:{minting.failed_at}", f":warning: {words}"


def _late(state: SetState, *, command: str, now: int) -> Iterator[tuple[str, str]]:
    """Yield what is told of each shift without a token, once though two parts may be missing."""
    late: dict[str, list[str]] = {}
    for key, minting in state.duties.minting.items():
        if minting.late:
            late.setdefault(key.rpartition(" ")[0], []).append(minting.words)
    for shift, tries in late.items():
        why = _lost_before(state, shift, command=command)
        if not why:
            said = next((ours(words, 300) for words in tries if words), _not_asked(state, now=now))
            why = f"{said} Conclave goes on trying."
        told = f"{_lacks(state, shift, now=now)} {why}"
        yield f"late:{shift}", f":warning: {told} {_instead(state, shift, now=now)}"


def _lacks(state: SetState, shift: str, *, now: int) -> str:
    """Return what a shift has not got; of two tokens perhaps only one."""
    had = {t.part for t in state.duties.live(now) if t.shift == shift}
    if Part.BOT in had:
        return f"{_named(state, shift)} has no token for its lead yet."
    if Part.LEAD in had:
        return f"{_named(state, shift)} has no token in Conclave's keychain yet."
    return f"{_named(state, shift)} has no token of its own yet."


def _lost_before(state: SetState, shift: str, *, command: str) -> str:
    """Return that people have to ask for another token; empty where one is minted by itself."""
    lost = [t for t in state.duties.tokens if t.shift == shift and not t.is_held]
    if not lost or lost[-1].killed_at:
        return ""
    issue = code(f"{command} shift {state.name} issue")
    return f"The one that was minted is lost; a shift lead has another one issued: {issue}."


def _not_asked(state: SetState, *, now: int) -> str:
    """Return why nothing was tried."""
    ring, killed = state.duties.ring, state.duties.killed
    if ring is not None and not set(ring.ready) - set(killed):
        return "No ring place is ready to mint from: an operator has to mend that."
    if ring is not None and not free_places(state.duties, now=now):
        return "All ring places are in use: put one out of force that nobody needs."
    return "The primary could not be asked."


def _instead(state: SetState, shift: str, *, now: int) -> str:
    """Return what is on duty meanwhile."""
    live = state.duties.live(now)
    if not live:
        return "No other token is on duty: a quorum of key holders would be needed."
    last = max(live, key=lambda t: t.until)
    which = "Its other token" if last.shift == shift else "The token before it"
    return f"{which} lasts {remaining(last.until - now)} more, until {when(last.until)}."


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
    does = f"kill place={token.place}" if token.is_out_of_reach else "issue"
    order = code(f"{command} shift {state.name} {does}")
    then = (
        f"A shift lead asks to put it out of force, another person agrees: {order}."
        if token.is_out_of_reach
        else f"Nobody has it. A shift lead has another one issued: {order}."
    )
    whose = f"the token of shift {shift_of(token)} of {ours(state.name, 60)}"
    yield (
        f"lost:{token.id}:{token.loss}",
        f":rotating_light: {whose} {_LOSS[token.loss]}. {then}",
    )


def _refused(state: SetState, token: DutyToken) -> Iterator[tuple[str, str]]:
    for cluster, seen in token.proofs.items():
        if seen.answer is Proof.REFUSED and not token.killed_at:
            like = "" if token.part is Part.BOT else "a token like "
            words = (
                f"{ours(place(state.name, cluster), 100)} refuses {like}the token on duty of shift "
                f"{shift_of(token)}: {ours(seen.words, 200)} A quorum would be needed there."
            )
            yield f"refused:{token.id}:{cluster}", f":warning: {words}"


def _revived(
    state: SetState, token: DutyToken, *, command: str, now: int
) -> Iterator[tuple[str, str]]:
    """Yield that a policy is there again, with tokens that were out of force on purpose."""
    if not token.revived_at or token.killed_at or now >= token.until:
        return
    out = code(f"{command} shift {state.name} kill place={token.place}")
    words = (
        f"{ours(state.name, 60)}: the policy of ring place {token.place} is there again, so the "
        f"token of shift {shift_of(token)} is in force again until {when(token.until)}. If that "
        f"was not meant: {out}."
    )
    yield f"revived:{token.id}:{token.revived_at}", f":rotating_light: {words}"


def _uncovered(state: SetState, *, command: str) -> str:
    duties, name = state.duties, ours(state.name, 60)
    if duties.gap_planned:
        until = f" until {when(duties.next_at)}" if duties.next_at else ""
        return (
            f":information_source: no shift of {name} is on{until}, so no token is on duty. A "
            "promotion would take a quorum of key holders."
        )
    status = code(f"{command} shift {state.name}")
    return (
        f":warning: no token is on duty for {name}, though a shift is on: until one is, a "
        f"promotion takes a quorum of key holders. {status} shows a shift lead what is wrong."
    )


def _of_rota(state: SetState) -> Iterator[tuple[str, str]]:
    duties = state.duties
    if not duties.rota:
        return
    some = "; ".join(ours(words, 300) for words in duties.rota[:3])
    left = len(duties.rota) - 3
    more = f"; and {left} more" if left > 0 else ""
    name = ours(state.name, 60)
    words = f"The plan of shifts of {name} has to be mended: {some}{more}."
    yield f"rota:{duties.rota_at}", f":wrench: {words}"


def _of_ring(state: SetState) -> Iterator[tuple[str, str]]:
    ring = state.duties.ring
    if ring is None or not ring.problems:
        return
    some = " ".join(ours(words, 300) for words in ring.problems[:3])
    left = len(ring.problems) - 3
    more = f" And {left} more; {code('conclave doctor')} has them all." if left > 0 else ""
    where = ours(place(state.name, ring.cluster), 100)
    yield f"ring:{ring.at}", f":wrench: For an operator of {where}: {some}{more}"


def _named(state: SetState, shift: str) -> str:
    """Return a shift by its name and its set; its id has the name before a slash."""
    return f"shift {ours(shift.rpartition('/')[0] or shift, 40)} of {ours(state.name, 60)}"
