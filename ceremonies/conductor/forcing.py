"""The conductor's side of promoting by force: what people typed comes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ceremonies.ceremony import Ceremony
from ceremonies.commands import Fresh, Reason, Refusal
from ceremonies.conductor.answers import Answer, Done
from ceremonies.conductor.context import context_of
from ceremonies.conductor.deciding import appended
from ceremonies.conductor.station import Station
from ceremonies.decide import forcing
from ceremonies.events import Event
from ceremonies.state import SetState

_Say = Callable[[SetState, Ceremony, int], Sequence[Event] | Refusal]
_LONG_OVER = Refusal(reason=Reason.NO_CEREMONY, words="That ceremony is long over.")


@dataclass(frozen=True, slots=True)
class Forcing:
    """For every set. Its methods return an answer and raise nothing."""

    stations: Mapping[str, Station]

    def request(
        self, set_name: str, ceremony: str, *, by: str, typed: str, reason: str, cause: str
    ) -> Answer:
        """Ask to force the promotion; `typed` is to be as in `payments/b force`.

        Every node is asked first: what is agreed to is what they say now.
        """
        station = self.stations[set_name]
        c = station.ledger.state.find(ceremony)
        no = forcing.wants_typed(set_name, c, typed) if c else _LONG_OVER
        if no is not None or c is None:
            return no or _LONG_OVER
        context = context_of(station.ledger.state, c, station.terms().rules)
        evidence = station.look(c.cluster, context)

        def rule(state: SetState, c: Ceremony, now: int) -> Sequence[Event] | Refusal:
            return forcing.request(
                state, c, by=by, reason=reason, evidence=evidence, now=now, terms=station.terms()
            )

        return _decided(station, ceremony, rule, by=by, cause=cause)

    def agree(
        self, set_name: str, ceremony: str, *, by: str, typed: str, asked_at: int, cause: str
    ) -> Answer:
        """Agree to what was asked for at `asked_at` (ms), having typed the same."""
        station = self.stations[set_name]
        c = station.ledger.state.find(ceremony)
        no = forcing.wants_typed(set_name, c, typed) if c else _LONG_OVER
        if no is not None:
            return no

        def rule(state: SetState, c: Ceremony, now: int) -> Sequence[Event] | Refusal:
            terms = station.terms()
            return forcing.agree(state, c, by=by, asked_at=asked_at, now=now, terms=terms)

        return _decided(station, ceremony, rule, by=by, cause=cause)


def _decided(station: Station, ceremony: str, say: _Say, *, by: str, cause: str) -> Answer:
    def rule(state: SetState, now: int, fresh: Fresh) -> Sequence[Event] | Refusal:
        del fresh
        c = state.find(ceremony)
        return say(state, c, now) if c else _LONG_OVER

    outcome = appended(station, rule, by=by, cause=cause)
    if isinstance(outcome, Refusal):
        return outcome
    state, _, is_new = outcome
    return Done(state=state, ceremony=state.find(ceremony), repeated=not is_new)
