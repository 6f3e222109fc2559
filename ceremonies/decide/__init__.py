"""Decisions: what follows from a person's wish, as events, or why nothing does. Pure."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony
from ceremonies.commands import (
    Approve,
    Cancel,
    Command,
    Decline,
    Extend,
    Freeze,
    Fresh,
    Nudge,
    OfferShare,
    Reason,
    Refusal,
    Reject,
    RequestPromotion,
    Restart,
    Start,
    Thaw,
)
from ceremonies.decide import gathering, promotion, runbooks, shares
from ceremonies.decide.duty import decide_duty
from ceremonies.decide.runbooks import decide_runbook
from ceremonies.decide.terms import Terms
from ceremonies.events import Event
from ceremonies.state import SetState

__all__ = ["Terms", "decide", "decide_duty", "decide_runbook"]


def decide(
    state: SetState, command: Command, *, now: int, terms: Terms, fresh: Fresh
) -> list[Event] | Refusal:
    """Return the events of one entry that answer `command` at `now` (ms), or a Refusal."""
    if isinstance(command, Start):
        return _start(state, command, now=now, terms=terms, fresh=fresh)
    ceremony = state.find(command.ceremony)
    if ceremony is None:
        return Refusal(
            reason=Reason.NO_CEREMONY,
            words="That ceremony is over and another one took its place; nothing was done.",
        )
    return _in_ceremony(state, ceremony, command, now=now, terms=terms, fresh=fresh)


def _start(
    state: SetState, command: Start, *, now: int, terms: Terms, fresh: Fresh
) -> list[Event] | Refusal:
    """A ceremony and, in the same entry, the runbook that its token is for."""
    if state.open_ceremony(command.cluster) is not None:
        return gathering.start(state, command, now=now, terms=terms, fresh=fresh)
    planned = runbooks.for_ceremony(state, command, fresh=fresh)
    if isinstance(planned, Refusal):
        return planned
    runbook, begun = planned
    started = gathering.start(state, command, now=now, terms=terms, fresh=fresh, runbook=runbook)
    return started if isinstance(started, Refusal) else [*begun, *started]


def _in_ceremony(
    state: SetState, c: Ceremony, command: Command, *, now: int, terms: Terms, fresh: Fresh
) -> list[Event] | Refusal:
    match command:
        case OfferShare():
            return shares.offer(state, c, command, terms=terms, fresh=fresh)
        case Decline():
            return gathering.decline(c, command)
        case Nudge():
            return gathering.nudge(c, command, now=now, terms=terms)
        case Extend():
            return gathering.extend(c, command, now=now, terms=terms)
        case Freeze():
            return gathering.freeze(c, command)
        case Thaw():
            return gathering.thaw(c, command, now=now, terms=terms)
        case Cancel():
            return gathering.cancel(state, c, command)
        case Restart():
            return gathering.restart(state, c, command, now=now, terms=terms)
        case RequestPromotion():
            return promotion.request(c, command, now=now)
        case Approve():
            return promotion.approve(c, command, now=now, terms=terms)
        case Reject():
            return promotion.reject(state, c, command)
        case Start():
            raise RuntimeError("a start has no ceremony yet")
