"""The conductor's side of shifts: every wish of a person about tokens on duty comes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ceremonies.commands import Fresh, Reason, Refusal
from ceremonies.commands.duty import (
    AgreeKill,
    AskKill,
    ConfirmHandover,
    DisownWrap,
    DutyCommand,
    IssueToken,
    RejectKill,
    ShowWrap,
)
from ceremonies.conductor.deciding import appended
from ceremonies.conductor.duty.minting import kept
from ceremonies.conductor.station import Station
from ceremonies.decide import decide_duty
from ceremonies.duty import DutyToken
from ceremonies.errors import SecretUnreadable, StoreUnreachable
from ceremonies.events import Event
from ceremonies.rota.shift import PlannedShift
from ceremonies.state import SetState


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDone:
    """It is in the log. `repeated`: this very click was answered before."""

    state: SetState
    repeated: bool = False


DutyAnswer = DutyDone | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCollect:
    """How the lead collects their token: unwrap `wrapping` at `address` until `until` (ms)."""

    duty: DutyToken
    address: str
    wrapping: str = field(repr=False)
    until: int


_UNREADABLE = Refusal(
    reason=Reason.SECRET,
    words="What was sealed for you cannot be opened. Have another token issued.",
)


@dataclass(frozen=True, slots=True)
class Duty:
    """Thinks and does, for every set. Its methods return an answer and raise nothing."""

    stations: Mapping[str, Station]

    def planned(self, set_name: str) -> tuple[PlannedShift, ...]:
        """Return the shifts around now, by their start."""
        return self.stations[set_name].terms().shifts

    def problems(self, set_name: str) -> tuple[str, ...]:
        """Return what is wrong with the plan of shifts, such as a calendar out of reach."""
        return self.stations[set_name].rota_problems()

    def issue(self, set_name: str, *, by: str, cause: str) -> DutyAnswer:
        """Mint a token for the shift that is on or opens, though one was lost or refused."""
        return self._decided(set_name, IssueToken(by=by), by=by, cause=cause)

    def collect(self, set_name: str, duty: str, *, by: str, cause: str) -> ToCollect | Refusal:
        """Return how the lead collects their token; that they were shown it is in the log first."""
        station = self.stations[set_name]
        answer = self._decided(set_name, ShowWrap(duty=duty, by=by), by=by, cause=cause)
        if isinstance(answer, Refusal):
            return answer
        token = answer.state.duties.find(duty)
        if token is None or token.lead != by:
            return _UNREADABLE
        try:
            found = kept(station, token.cluster, token.id)
        except (SecretUnreadable, StoreUnreachable):
            return _UNREADABLE
        cluster = station.clients[token.cluster].cluster
        return ToCollect(
            duty=token,
            address=cluster.address,
            wrapping=found.secret,
            until=token.wrapped_until,
        )

    def disown(self, set_name: str, duty: str, *, by: str, cause: str) -> DutyAnswer:
        """The lead says that it was not they who opened the wrap."""
        return self._decided(set_name, DisownWrap(duty=duty, by=by), by=by, cause=cause)

    def hand_over(self, set_name: str, *, by: str, cause: str) -> DutyAnswer:
        """A lead, going or coming, says that the shift is handed over."""
        return self._decided(set_name, ConfirmHandover(by=by), by=by, cause=cause)

    def ask_kill(
        self, set_name: str, *, by: str, reason: str, cause: str, place: int = 0
    ) -> DutyAnswer:
        """Ask to put a ring place's tokens out of force; 0: that of the token on duty."""
        wish = AskKill(by=by, reason=reason, place=place)
        return self._decided(set_name, wish, by=by, cause=cause)

    def agree_kill(self, set_name: str, *, by: str, asked_at: int, cause: str) -> DutyAnswer:
        """Agree to the kill that was asked for at `asked_at` (ms)."""
        return self._decided(set_name, AgreeKill(by=by, asked_at=asked_at), by=by, cause=cause)

    def reject_kill(self, set_name: str, *, by: str, asked_at: int, cause: str) -> DutyAnswer:
        """Say no to the kill that was asked for at `asked_at` (ms)."""
        return self._decided(set_name, RejectKill(by=by, asked_at=asked_at), by=by, cause=cause)

    def _decided(self, set_name: str, wish: DutyCommand, *, by: str, cause: str) -> DutyAnswer:
        station = self.stations[set_name]

        def rule(state: SetState, now: int, fresh: Fresh) -> Sequence[Event] | Refusal:
            del fresh
            return decide_duty(state, wish, now=now, terms=station.terms())

        outcome = appended(station, rule, by=by, cause=cause)
        if isinstance(outcome, Refusal):
            return outcome
        state, _, is_new = outcome
        return DutyDone(state=state, repeated=not is_new)
