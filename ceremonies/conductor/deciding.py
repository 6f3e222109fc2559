"""A wish, decided on the newest state and appended; or why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ceremonies.commands import Command, Fresh, Reason, Refusal, Start
from ceremonies.conductor.answers import STORE_AWAY, Answer, Done
from ceremonies.conductor.station import Station
from ceremonies.decide import decide
from ceremonies.decide.promotion import blocked
from ceremonies.errors import LogBroken, StoreUnreachable
from ceremonies.events import Event
from ceremonies.evidence import Evidence
from ceremonies.state import SetState

Rule = Callable[[SetState, int, Fresh], Sequence[Event] | Refusal]


def decided(station: Station, wish: Command, *, by: str, cause: str) -> Answer:
    """Decide what concerns a ceremony, and answer whoever wished it."""

    def rule(state: SetState, now: int, fresh: Fresh) -> Sequence[Event] | Refusal:
        return decide(state, wish, now=now, terms=station.terms(), fresh=fresh)

    outcome = appended(station, rule, by=by, cause=cause)
    if isinstance(outcome, Refusal):
        return outcome
    state, fresh, is_new = outcome
    ceremony = fresh.ceremony if isinstance(wish, Start) else wish.ceremony
    return Done(state=state, ceremony=state.find(ceremony), repeated=not is_new)


def appended(
    station: Station, rule: Rule, *, by: str, cause: str
) -> tuple[SetState, Fresh, bool] | Refusal:
    """Append what the rule says; returns the state, the ids it was given, and if it is new."""
    fresh = station.fresh()
    try:
        outcome = station.ledger.append(
            lambda state, now: rule(state, now, fresh), who=by, cause=cause
        )
    except StoreUnreachable:
        return STORE_AWAY
    except LogBroken as error:
        return Refusal(reason=Reason.STORE, words=f"Nothing was done: {error}. {error.advice}")
    if isinstance(outcome, Refusal):
        return outcome
    return outcome[0], fresh, outcome[1]


def blocked_or(answer: Answer, evidence: Evidence) -> Answer:
    """A request that the gate blocked is in the log with its evidence; the person is told no."""
    if isinstance(answer, Refusal) or not evidence.blocks or answer.repeated:
        return answer
    if answer.ceremony is not None and answer.ceremony.request is not None:
        return answer  # what blocks was overridden, and is shown to those who must agree
    return blocked(evidence)
