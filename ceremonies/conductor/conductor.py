"""The conductor: every wish of a person comes through here, for every replication set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import structlog

from ceremonies.calendars import CalendarWatch
from ceremonies.ceremony import Phase
from ceremonies.clock import Clock
from ceremonies.commands import (
    Approve,
    Cancel,
    Command,
    Decline,
    Extend,
    Freeze,
    Nudge,
    Reason,
    Refusal,
    Reject,
    RequestPromotion,
    Restart,
    Thaw,
)
from ceremonies.conductor import posting, shares, starting
from ceremonies.conductor.answers import STORE_AWAY, Answer
from ceremonies.conductor.context import context_of
from ceremonies.conductor.deciding import blocked_or, decided
from ceremonies.conductor.duty import Duty
from ceremonies.conductor.forcing import Forcing
from ceremonies.conductor.glass import BreakGlass
from ceremonies.conductor.people import People
from ceremonies.conductor.runbooks import Runbooks
from ceremonies.conductor.station import Station
from ceremonies.conductor.ticking import Ticking
from ceremonies.errors import StoreUnreachable
from ceremonies.events import Posted, Purpose, Unposted
from ceremonies.evidence import Evidence
from ceremonies.health import Health, health_of
from ceremonies.roster import Roster
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.wake import Wake

log = structlog.get_logger()

_LONG_OVER = Refusal(reason=Reason.NO_CEREMONY, words="That ceremony is long over.")


class Conductor:
    """Thinks and does, for every set. Its methods return a Done or a Refusal and raise nothing."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        *,
        people: Callable[[], People],
        clock: Clock,
        workspace: str,
        ticking: Ticking,
        wake: Wake,
        calendars: CalendarWatch,
        closing: threading.Event,
        listeners: list[Callable[[str], None]],
    ) -> None:
        self._stations = stations
        self._people = people
        self._clock = clock
        self.workspace = workspace
        self._ticking = ticking
        self._wake = wake
        self._calendars = calendars
        self._closing = closing
        self._listeners = listeners
        self.runbooks = Runbooks(stations)
        self.glass = BreakGlass(stations)
        self.duty = Duty(stations)
        self.force = Forcing(stations)

    @property
    def sets(self) -> Mapping[str, ReplicationSet]:
        """The replication sets that are served, by name."""
        return self._people().sets

    @property
    def roster(self) -> Roster:
        """Everybody who is listened to."""
        return self._people().roster

    def now(self) -> int:
        """Return the store's time, in ms."""
        return self._clock.now()

    def state(self, set_name: str) -> SetState:
        """Return the set's state as far as this replica has read; no I/O."""
        return self._stations[set_name].ledger.state

    def refresh(self, set_name: str) -> SetState:
        """Return the set's state after reading what is new in its log."""
        return self._stations[set_name].ledger.refresh()

    def on_change(self, callback: Callable[[str], None]) -> None:
        """Call back with a set's name whenever its state has changed."""
        self._listeners.append(callback)

    def run(self) -> None:
        """Fold every log and begin to do what is owed; returns at once.

        People and rules that were configured anew meanwhile are told of like those of a SIGHUP.
        """
        for station in self._stations.values():
            station.ledger.load()
        self.configured_anew()
        self._calendars.start()
        self._ticking.start()
        self._wake.start()

    def close(self, seconds: float) -> None:
        """Finish open effects within `seconds`, or leave them to be adopted."""
        self._wake.stop()
        self._calendars.close(0)
        self._ticking.close(seconds)
        self._closing.set()

    def start(
        self,
        set_name: str,
        *,
        by: str,
        cluster: str | None,
        purpose: Purpose,
        reason: str,
        cause: str,
        use_duty: bool = False,
    ) -> Answer:
        """Start a ceremony on a secondary; with `use_duty`, by the token on duty if there is."""
        return starting.start(
            self._stations[set_name],
            by=by,
            cluster=cluster,
            purpose=purpose,
            reason=reason,
            cause=cause,
            use_duty=use_duty,
        )

    def offer_share(
        self, set_name: str, ceremony: str, *, holder: str, text: str, cause: str
    ) -> Answer:
        """Hand a holder's share to Vault; see `ceremonies.conductor.shares.offer`."""
        try:
            station = self._stations[set_name]
            return shares.offer(station, ceremony, holder=holder, text=text, cause=cause)
        except StoreUnreachable:
            return STORE_AWAY

    def decline(self, set_name: str, ceremony: str, *, holder: str, cause: str) -> Answer:
        """Note that a holder cannot take part."""
        wish = Decline(ceremony=ceremony, holder=holder)
        return self._decided(set_name, wish, by=holder, cause=cause)

    def nudge(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Remind the holders who have not answered."""
        return self._decided(set_name, Nudge(ceremony=ceremony, by=by), by=by, cause=cause)

    def extend(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Give the ceremony another full deadline."""
        return self._decided(set_name, Extend(ceremony=ceremony, by=by), by=by, cause=cause)

    def freeze(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Hold everything: this looks wrong."""
        return self._decided(set_name, Freeze(ceremony=ceremony, by=by), by=by, cause=cause)

    def thaw(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Agree that a frozen ceremony goes on."""
        return self._decided(set_name, Thaw(ceremony=ceremony, by=by), by=by, cause=cause)

    def cancel(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Call a ceremony off; the attempt's cancelling and the token's deletion are owed."""
        return self._decided(set_name, Cancel(ceremony=ceremony, by=by), by=by, cause=cause)

    def restart(
        self,
        set_name: str,
        ceremony: str,
        *,
        by: str,
        cause: str,
        cancel_nonce: str = "",
        holders: tuple[str, ...] = (),
    ) -> Answer:
        """Start a new attempt; for a ceremony that is over, a new one with the same purpose."""
        station = self._stations[set_name]
        c = self.state(set_name).find(ceremony)
        if c is None:
            return _LONG_OVER
        if c.phase is Phase.ENDED:
            return starting.again(station, c, by=by, cause=cause)
        wish = Restart(
            ceremony=ceremony,
            by=by,
            evidence=station.look(c.cluster),
            cancel_nonce=cancel_nonce,
            holders=holders,
        )
        return self._decided(set_name, wish, by=by, cause=cause)

    def request_promotion(
        self,
        set_name: str,
        ceremony: str,
        *,
        by: str,
        typed: str,
        reason: str,
        cause: str,
        overrides: tuple[str, ...] = (),
    ) -> Answer:
        """Ask for the promotion; `typed` must name the cluster, as in `payments/b`.

        `overrides` names the checks whose blocks the person wants lifted, for `reason`.
        """
        station = self._stations[set_name]
        c = self.state(set_name).find(ceremony)
        if c is None:
            return _LONG_OVER
        name = f"{set_name}/{c.cluster}"
        if typed.strip().casefold() != name:
            words = f"Type {name} to confirm: that is the cluster that would be promoted."
            return Refusal(reason=Reason.MALFORMED, words=words)
        context = context_of(station.ledger.state, c, self.sets[set_name])
        evidence = station.look(c.cluster, context)
        wish = RequestPromotion(
            ceremony=ceremony, by=by, reason=reason, evidence=evidence, overrides=overrides
        )
        return blocked_or(self._decided(set_name, wish, by=by, cause=cause), evidence)

    def approve(self, set_name: str, ceremony: str, *, by: str, request: int, cause: str) -> Answer:
        """Agree to the promotion that was asked for at `request` (ms), and to no later one."""
        wish = Approve(ceremony=ceremony, by=by, request=request)
        return self._decided(set_name, wish, by=by, cause=cause)

    def reject(self, set_name: str, ceremony: str, *, by: str, request: int, cause: str) -> Answer:
        """Say no to the promotion that was asked for at `request` (ms)."""
        wish = Reject(ceremony=ceremony, by=by, request=request)
        return self._decided(set_name, wish, by=by, cause=cause)

    def configured_anew(self) -> None:
        """Note in every open ceremony that people or rules were configured anew, if they were."""
        for station in self._stations.values():
            station.note_configuration()

    def look(self, set_name: str, *, target: str | None = None) -> Evidence:
        """Ask every node of every cluster of the set now; up to 10 s.

        Judged for `target`, in the runbook of its open ceremony if there is one.
        """
        station = self._stations[set_name]
        c = station.ledger.state.open_ceremony(target) if target else None
        context = context_of(station.ledger.state, c, self.sets[set_name]) if c else None
        return station.look(target or next(iter(station.clients)), context)

    def health(self, set_name: str) -> Health:
        """Ask every node now, and say how replication stands; up to 10 s."""
        station = self._stations[set_name]
        views = station.ask_all()
        sample = station.samples.newest() if station.samples else None
        return health_of(views.values(), at=self._clock.now(), sample=sample)

    def intend_posts(
        self, set_name: str, keys: tuple[str, ...]
    ) -> tuple[str, tuple[str, ...]] | None:
        """Return the effect and the cards that this replica may post first, if any."""
        return posting.intend_posts(self._stations[set_name], keys)

    def posts_done(
        self,
        set_name: str,
        effect: str,
        posted: tuple[Posted, ...],
        failed: tuple[Unposted, ...],
    ) -> None:
        """Note where cards stand."""
        posting.posts_done(self._stations[set_name], effect, posted, failed)

    def woken(self, set_name: str, upto: int, failed: tuple[str, ...]) -> None:
        """Note that people outside Slack know of the alarms up to entry `upto`."""
        posting.people_woken(self._stations[set_name], upto, failed)

    def _decided(self, set_name: str, wish: Command, *, by: str, cause: str) -> Answer:
        return decided(self._stations[set_name], wish, by=by, cause=cause)
