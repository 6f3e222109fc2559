"""How far replication was while it was healthy: what a data loss is estimated from.

A sample is evidence and nothing else. It is kept in Redis with a MAC, because whoever could
forge one could hide a loss; what does not verify counts as no sample at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import structlog

from ceremonies.errors import StoreUnreachable
from ceremonies.observations import Marked, Observations
from ceremonies.vault.views import CONNECTED, ClusterView, Mode, moment

log = structlog.get_logger()

KEPT_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """How far one secondary was. `last_remote_wal` counts the primary's WAL entries."""

    name: str
    last_remote_wal: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One healthy moment, `at_ms`. Empty texts: not told."""

    at_ms: int
    primary: str
    last_dr_wal: int
    secondaries: tuple[Streamed, ...]
    version: str = ""
    seal_type: str = ""
    performance: str = ""
    performance_secondaries: tuple[str, ...] = ()

    def of(self, secondary: str) -> Streamed | None:
        """Return how far this secondary was, or None where it was not seen connected."""
        return next((one for one in self.secondaries if one.name == secondary), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a promotion loses by the last sample.

    `records` of the primary's WAL entries are known to be missing. What the primary wrote within
    `age_ms`, from the sample until it was last heard (if that is not told: until now), is not
    known at all.
    """

    records: int
    age_ms: int


def sample_of(views: Iterable[ClusterView], *, at: int) -> Sample | None:
    """Return what these views teach, or None where there is no one primary or no link is up."""
    seen = tuple(views)
    primaries = [v for v in seen if any(n.mode is Mode.PRIMARY for n in v.nodes)]
    if len(primaries) != 1:
        return None
    primary = primaries[0]
    wal = primary.dr.last_dr_wal if primary.dr else None
    if wal is None or primary.mode is not Mode.PRIMARY or not any(map(_is_connected, seen)):
        return None
    return Sample(
        at_ms=at,
        primary=primary.name,
        last_dr_wal=wal,
        secondaries=tuple(one for view in seen for one in _streamed(view)),
        version=told(primary, "version"),
        seal_type=told(primary, "seal_type"),
        performance=told(primary, "performance_mode"),
        performance_secondaries=primary.performance_secondaries,
    )


def loss(sample: Sample, view: ClusterView, *, at: int) -> Loss | None:
    """Return what promoting this cluster at `at` (ms) loses; None where that cannot be told.

    It cannot where the cluster was not among the sample's secondaries, as numbers of another
    primary's WAL would be compared, or does not tell how far it is.
    """
    applied = view.dr.last_remote_wal if view.dr else None
    if applied is None or sample.of(view.name) is None or sample.primary == view.name:
        return None
    heard = [moment(peer.last_heartbeat) for peer in view.dr.primaries] if view.dr else []
    last = max(heard, default=float("-inf")) * 1000
    until = min(at, int(last)) if last > sample.at_ms else at
    return Loss(records=max(0, sample.last_dr_wal - applied), age_ms=max(0, until - sample.at_ms))


def told(view: ClusterView, name: str) -> str:
    """Return what the nodes of a cluster tell under this name; several if they differ."""
    values = (getattr(node, name, None) for node in view.nodes)
    return ", ".join(sorted({str(value) for value in values if value}))


class Samples:
    """A set's newest sample, for 30 days. `key` is what all replicas share."""

    def __init__(self, observations: Observations, set_name: str, *, key: bytes) -> None:
        self._observations = observations
        self._name = f"{{{set_name}}}:sample"
        self._marked = Marked(key)

    def put(self, sample: Sample) -> None:
        """Keep this one instead of the last. Raises StoreUnreachable."""
        words = json.dumps(asdict(sample), sort_keys=True, separators=(",", ":"))
        self._observations.put(self._name, self._marked.mark(self._name, words), seconds=KEPT_S)

    def newest(self) -> Sample | None:
        """Return the last good sample; None where there is none of ours, or Redis is away."""
        try:
            kept = self._observations.get(self._name) or ""
        except StoreUnreachable:
            return None
        words = self._marked.read(self._name, kept) if kept else None
        if words is None:
            if kept:
                log.warning("sample.not_ours", name=self._name)
            return None
        return _read(words)


def _read(words: str) -> Sample | None:
    """Return the sample; None for one that another version of Conclave wrote."""
    try:
        fields = json.loads(words)
        secondaries = tuple(Streamed(**one) for one in fields.pop("secondaries"))
        others = tuple(str(name) for name in fields.pop("performance_secondaries", ()))
        return Sample(secondaries=secondaries, performance_secondaries=others, **fields)
    except (TypeError, KeyError):
        return None


def _streamed(view: ClusterView) -> list[Streamed]:
    """A secondary whose link is down counts too: what it lacks is the more worth knowing."""
    dr = view.dr
    if view.mode is not Mode.SECONDARY or dr is None or dr.last_remote_wal is None:
        return []
    return [Streamed(name=view.name, last_remote_wal=dr.last_remote_wal, state=dr.state or "")]


def _is_connected(view: ClusterView) -> bool:
    if view.mode is not Mode.SECONDARY or view.dr is None:
        return False
    return any(peer.connection_status == CONNECTED for peer in view.dr.primaries)
