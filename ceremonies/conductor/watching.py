"""Watching a set while nobody does anything: every node is looked at, and only changes are told."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog

from ceremonies.conductor import sightings
from ceremonies.conductor.station import BOT, Station
from ceremonies.errors import VaultError
from ceremonies.events import AccessSeen, Event, SecondPrimarySeen
from ceremonies.state import SetState
from ceremonies.vault import Access, Attempt, ClusterView, Mode

log = structlog.get_logger()


class Watcher:
    """One set's watcher on this replica. It remembers what nodes said that are sealed now.

    All replicas watch: what one has told is no news for the others. Called by one thread at a
    time.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._looked = time.monotonic()
        self._sealed: sightings.FirstSealed = {}
        self._unseal_themselves: dict[str, bool] = {}

    def is_due(self) -> bool:
        """Return whether it is time for the next look."""
        every = self._station.spans.watching
        busy = sightings.is_busy(self._station.ledger.state, now=self._station.clock.now())
        wait = every.often_s if busy else every.rest_s
        return time.monotonic() >= self._looked + wait

    def look(self) -> None:
        """Ask every node, and append what is news. Up to 10 s, or twice that; raises StoreError."""
        self._looked = time.monotonic()
        views = self._views()
        self._tell_sealed(views)
        for name, view in views.items():
            role = sightings.role(view)
            if role is Mode.SECONDARY and view.active:
                self._tell_attempt(name, view.active)
                self._tell_open_door(view, view.active)
            elif role in (Mode.PRIMARY, Mode.DISABLED):
                self._tell_no_attempt(name)

    def _views(self) -> dict[str, ClusterView]:
        """Return one look's views; two primaries in one are looked at once more before it is told.

        Within a look one cluster may be asked seconds after the other, and roles change in
        between. What the second look sees is later than all that the first one saw.
        """
        station = self._station
        views = station.ask_all()
        if isinstance(sightings.other_primary(station.ledger.state, views), SecondPrimarySeen):
            views = station.ask_all()

        def build(state: SetState, now: int) -> Sequence[Event]:
            del now
            found = sightings.other_primary(state, views)
            return (found,) if found else ()

        station.ledger.record(build, who=BOT)
        return views

    def _tell_sealed(self, views: dict[str, ClusterView]) -> None:
        at = self._station.clock.now()
        self._sealed = sightings.first_sealed(self._sealed, views, at=at)
        said = {n: v.recovery_keys for n, v in views.items() if v.recovery_keys is not None}
        self._unseal_themselves.update(said)
        every = self._station.spans.watching
        patience = sightings.Patience(
            node_ms=int(every.sealed_s * 1000), cluster_ms=int(every.restart_s * 1000)
        )

        def build(state: SetState, now: int) -> Sequence[Event]:
            del now
            told = [
                sightings.sealed_nodes(
                    state,
                    view,
                    self._sealed,
                    at=at,
                    patience=patience,
                    unseals_itself=self._unseal_themselves.get(name),
                )
                for name, view in views.items()
            ]
            return [event for event in told if event is not None]

        self._station.ledger.record(build, who=BOT)

    def _tell_attempt(self, cluster: str, node: str) -> None:
        """Look whether an attempt is open; where Vault wants a token and has none, nobody can."""
        asked = self._station.ledger.state.n
        try:
            seen: Attempt = self._station.clients[cluster].attempt(node)
        except VaultError as error:
            log.debug("watch.attempt_unknown", cluster=cluster, problem=type(error).__name__)
            return

        def build(state: SetState, now: int) -> Sequence[Event]:
            if any(c.touched > asked for c in state.ceremonies if c.cluster == cluster):
                return ()  # an attempt began or ended since: this answer may be older than that
            found = sightings.foreign_attempt(state, cluster, seen, now=now)
            return (found,) if found else ()

        self._station.ledger.record(build, who=BOT)

    def _tell_open_door(self, view: ClusterView, node: str) -> None:
        """A cluster of 2.x that lets anybody in was opened by somebody, or was forgotten open.

        A standby that is left open shows only once it leads.
        """
        version = next((n.version for n in view.nodes if n.address == node), None)
        known = view.name in self._station.ledger.state.glass
        client = self._station.clients[view.name]
        if known or not sightings.wants_token(version):
            return
        if client.tokenless_probe(node) is not Access.OPEN:
            return
        seen = AccessSeen(ceremony="", cluster=view.name, nodes=(node,))
        self._station.conclude(seen, unless=lambda state: view.name in state.glass)

    def _tell_no_attempt(self, cluster: str) -> None:
        """Only a secondary has attempts: what was open there before is over."""

        def build(state: SetState, now: int) -> Sequence[Event]:
            del now
            found = sightings.attempt_gone(state, cluster)
            return (found,) if found else ()

        self._station.ledger.record(build, who=BOT)
