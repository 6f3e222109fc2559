"""What is seen while nobody does anything: two primaries, sealed nodes, attempts, open doors."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import Ceremony
from ceremonies.events import (
    AccessClosed,
    AccessReminded,
    AccessSeen,
    AttemptOpened,
    BreakGlassApproved,
    BreakGlassNeeded,
    Event,
    ForeignAttemptGone,
    ForeignAttemptSeen,
    GhostFound,
    NodesSealed,
    SecondPrimaryGone,
    SecondPrimarySeen,
    TokenAdmitted,
)
from ceremonies.state import Foreign, Glass, SetState, TwoPrimaries

QUIET_MS = 24 * 3600 * 1000  # after so long without any, attempts of others are counted anew

GHOST_WORDS = (
    "An earlier attempt of ours stands at Vault again: a node leads again that remembered it. It "
    "is ended first; its shares are spent in any case, and nobody did anything wrong."
)


def after_watch_event(state: SetState, event: Event, *, at: int) -> SetState:
    """Return the state with what was seen at the clusters taken in."""
    match event:
        case SecondPrimarySeen():
            return replace(state, second_primary=event, second_primary_at=at)
        case SecondPrimaryGone(words=words):
            return _one_primary(state, words, at=at)
        case NodesSealed():
            return _sealed(state, event)
        case ForeignAttemptSeen(cluster=cluster):
            seen = _seen(state.foreign.get(cluster), event, at=at)
            return replace(state, foreign={**state.foreign, cluster: seen})
        case ForeignAttemptGone(cluster=cluster):
            was = state.foreign.get(cluster)
            if was is None:
                return state
            return replace(state, foreign={**state.foreign, cluster: replace(was, nonce="")})
        case BreakGlassNeeded(cluster=cluster):
            needed = _needed(state.glass.get(cluster), event, at=at)
            return replace(state, glass={**state.glass, cluster: needed})
        case AccessClosed(cluster=cluster):
            others = {name: glass for name, glass in state.glass.items() if name != cluster}
            return replace(state, glass=others)
        case AccessSeen(cluster=cluster, nodes=nodes) if cluster not in state.glass and nodes:
            found = Glass(ceremony="", words="", needed_at=at, waits=False, refusals=0)
            found = replace(found, nodes=nodes, opened_at=at)
            return replace(state, glass={**state.glass, cluster: found})
        case BreakGlassApproved() | TokenAdmitted() | AccessSeen() | AccessReminded():
            glass = state.glass.get(event.cluster)
            if glass is None:
                return state
            changed = {**state.glass, event.cluster: _changed(glass, event, at=at)}
            return without_needless(replace(state, glass=changed))
        case AttemptOpened(ceremony=ceremony):
            let_in = {
                name: replace(glass, refusals=0) if glass.ceremony == ceremony else glass
                for name, glass in state.glass.items()
            }
            return replace(state, glass=let_in) if let_in else state
        case _:
            return without_needless(state)


def without_needless(state: SetState) -> SetState:
    """Nobody has to open anything for a ceremony that ended, nor to close what was never open."""
    if not state.glass:
        return state

    def is_needed(glass: Glass) -> bool:
        c = state.find(glass.ceremony)
        return glass.is_owed or (c is not None and c.is_open)

    kept = {name: glass for name, glass in state.glass.items() if is_needed(glass)}
    return state if len(kept) == len(state.glass) else replace(state, glass=kept)


def with_ghost(c: Ceremony, event: Event, *, n: int) -> Ceremony:
    """Return the ceremony that ends an attempt which came back before it opens its own."""
    if not isinstance(event, GhostFound) or not c.is_open:
        return c
    return replace(c, cancel_agreed=event.nonce, trouble=GHOST_WORDS, touched=n)


def _one_primary(state: SetState, words: str, *, at: int) -> SetState:
    seen = state.second_primary
    if seen is None:
        return state
    over = TwoPrimaries(seen=seen, at=state.second_primary_at, over_at=at, words=words)
    return replace(state, second_primary=None, two_primaries=over)


def _sealed(state: SetState, event: NodesSealed) -> SetState:
    others = {name: nodes for name, nodes in state.sealed.items() if name != event.cluster}
    sealed = {**others, event.cluster: event.nodes} if event.nodes else others
    without_shares = state.unseal_themselves - {event.cluster}
    if event.nodes and event.unseals_itself:
        without_shares |= {event.cluster}
    return replace(state, sealed=sealed, unseal_themselves=without_shares)


def _seen(was: Foreign | None, event: ForeignAttemptSeen, *, at: int) -> Foreign:
    if was is not None and was.nonce == event.nonce:
        return replace(was, progress=event.progress, required=event.required)
    lately = was is not None and at < was.since + QUIET_MS
    return Foreign(
        nonce=event.nonce,
        progress=event.progress,
        required=event.required,
        ours=event.ours,
        since=at,
        times=was.times + 1 if was and lately else 1,
    )


def _needed(was: Glass | None, event: BreakGlassNeeded, *, at: int) -> Glass:
    if was is not None and was.ceremony == event.ceremony:
        again = replace(was, waits=True, words=event.words, needed_at=at)
        return replace(again, refusals=was.refusals + 1)
    fresh = Glass(ceremony=event.ceremony, words=event.words, needed_at=at)
    # What was seen open before has to be seen closed, whoever agrees to open it now.
    return replace(fresh, nodes=was.nodes, opened_at=was.opened_at) if was else fresh


def _changed(
    glass: Glass,
    event: BreakGlassApproved | TokenAdmitted | AccessSeen | AccessReminded,
    *,
    at: int,
) -> Glass:
    match event:
        case BreakGlassApproved(ceremony=ceremony, by=by):
            mine = ceremony == glass.ceremony
            return replace(glass, approved_by=by, approved_at=at) if mine else glass
        case TokenAdmitted(ceremony=ceremony):
            return replace(glass, waits=False) if ceremony == glass.ceremony else glass
        case AccessSeen(ceremony=ceremony, nodes=nodes, admits=admits):
            waits = glass.waits and not (admits and ceremony == glass.ceremony)
            return replace(glass, nodes=nodes, opened_at=glass.opened_at or at, waits=waits)
        case AccessReminded():
            return replace(glass, reminded_at=at, reminders=glass.reminders + 1)
