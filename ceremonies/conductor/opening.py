"""Putting a conductor together from its parts: a store, keys, clusters and people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from ceremonies import log as set_log
from ceremonies import store
from ceremonies.calendars import open_calendars
from ceremonies.clock import Clock
from ceremonies.conductor.conductor import Conductor
from ceremonies.conductor.ledger import Ledger
from ceremonies.conductor.people import People
from ceremonies.conductor.spans import Spans
from ceremonies.conductor.station import Station
from ceremonies.conductor.ticking import Ticking
from ceremonies.conductor.vantages import Vantages
from ceremonies.decide.terms import Terms
from ceremonies.errors import LogBroken
from ceremonies.identity import Identity
from ceremonies.keychain import Keychain
from ceremonies.observations import Observations
from ceremonies.rota.rota import Rota
from ceremonies.samples import Samples
from ceremonies.topology import ReplicationSet
from ceremonies.vault import ClusterClient
from ceremonies.wake import Wake

log = structlog.get_logger()

_MEASURE_EVERY = 30  # sweeps


def open_conductor(
    redis: store.Redis,
    *,
    workspace: str,
    people: Callable[[], People],
    identity: Identity,
    master_keys: tuple[bytes, ...],
    replica: str,
    client: Callable[[ReplicationSet, str], ClusterClient],
    clock: Clock | None = None,
    spans: Spans | None = None,
) -> Conductor:
    """Return a conductor for every configured set; nothing is read or started yet.

    `client(set, cluster name)` gives the client of one cluster; `people()` the roster and the
    sets of the moment; `clock` is Redis's unless another is given; `spans` fit the
    limits that `client` was made with.
    """
    clock = clock or Clock(lambda: store.now(redis))
    since = clock.now()
    shifts = {name: served.shifts for name, served in people().sets.items()}
    calendars = open_calendars(
        shifts,
        observations=Observations(redis),
        key=Keychain(redis, master_keys, "calendars").derive(b"calendars"),
    )
    rota = Rota(shifts, roster=lambda: people().roster, calendars=calendars)
    closing = threading.Event()
    listeners: list[Callable[[str], None]] = []

    def changed(name: str) -> None:
        ticking.nudge()
        for listener in tuple(listeners):
            listener(name)

    def station(served: ReplicationSet) -> Station:
        name = served.name
        ledger = Ledger(
            set_log.SetLog(redis, workspace=workspace, set_name=name, identity=identity),
            name=name,
            clock=clock,
            identity=identity,
            changed=changed,
            closing=closing,
        )
        keychain = Keychain(redis, master_keys, name)
        clients = {c.name: client(served, c.name) for c in served.clusters}
        seen = Observations(redis)
        opened = Station(
            ledger=ledger,
            clients=clients,
            logins={name: one.login for name, one in clients.items()},
            keychain=keychain,
            samples=Samples(seen, name, key=keychain.derive(b"samples")),
            vantages=Vantages(seen, name, key=keychain.derive(b"vantages"), replica=replica),
            clock=clock,
            terms=lambda: Terms(
                rules=people().sets[name],
                roster=people().roster,
                shifts=rota.planned(name, now=clock.now()),
                since=since,
            ),
            replica=replica,
            spans=spans or Spans(),
            rota_problems=lambda: rota.problems(name, now=clock.now()),
        )
        for cluster, one in clients.items():
            one.fall_back_on(partial(opened.token_for_attempts, cluster))
        return opened

    stations = {name: station(served) for name, served in people().sets.items()}
    ticking = Ticking(stations, sweep=_Sweep(redis, stations, clock))
    return Conductor(
        stations,
        people=people,
        clock=clock,
        workspace=workspace,
        ticking=ticking,
        wake=Wake(redis, lambda _: ticking.nudge()),
        calendars=calendars,
        closing=closing,
        listeners=listeners,
    )


class _Sweep:
    """Reads the heads of all logs in one round trip, and follows those that moved."""

    def __init__(self, redis: store.Redis, stations: Mapping[str, Station], clock: Clock) -> None:
        self._redis = redis
        self._stations = stations
        self._clock = clock
        self._count = 0

    def __call__(self) -> None:
        """Fold what is new in every log."""
        self._count += 1
        if self._count % _MEASURE_EVERY == 0:
            self._clock.measure()
        heads = set_log.heads(self._redis, tuple(self._stations))
        for name, head in heads.items():
            ledger = self._stations[name].ledger
            if ledger.stands_at(head):
                continue
            try:
                ledger.refresh()
            except LogBroken as error:
                # Nothing is decided or done for this set any more; the others go on.
                told = {"problem": str(error), "advice": error.advice}
                log.error("log.broken", set=name, **told)  # noqa: TRY400 — where it was found does not matter
