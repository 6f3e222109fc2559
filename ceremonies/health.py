"""How replication stands, from what every node said: roles, lag, heartbeats, clocks, versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ceremonies.samples import Loss, Sample, loss
from ceremonies.vault import ClusterView, DrStatus, Mode, Peer, Reach

_SPOKE = (Reach.ANSWERED, Reach.SEALED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterHealth:
    """One cluster. `state` is replication's own word (docs/facts/vault.md 5.1); empty: not told."""

    name: str
    mode: Mode
    state: str
    answering: int
    nodes: int
    active: str
    sealed: tuple[str, ...]
    silent: tuple[str, ...]
    versions: tuple[str, ...]
    corrupted_merkle_tree: bool
    skew_ms: int | None = None  # the widest between a node's clock and that of the node above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """From the primary to one secondary. None: not told, which is never the same as zero.

    `lag` counts records (WAL entries), `heartbeat_s` seconds since the last one, `skew_ms` how
    far the two clocks are apart. `loss`: what promoting the secondary now would lose by the last
    good sample, which is asked only where the primary does not answer.
    """

    secondary: str
    connection: str
    lag: int | None
    heartbeat_s: int | None
    skew_ms: int | None
    loss: Loss | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One replication set at `at` (ms)."""

    at: int
    clusters: tuple[ClusterHealth, ...]
    links: tuple[Link, ...]

    @property
    def primaries(self) -> tuple[str, ...]:
        """The clusters that answer as primary; more than one is the worst that can be."""
        return tuple(c.name for c in self.clusters if c.mode is Mode.PRIMARY)

    @property
    def versions_differ(self) -> bool:
        """Whether not all nodes that tell their version run the same one."""
        return len({version for c in self.clusters for version in c.versions}) > 1


def health_of(views: Iterable[ClusterView], *, at: int, sample: Sample | None = None) -> Health:
    """Return what these views amount to; `sample` is the last good one of the set."""
    seen = tuple(views)
    primary = next((view for view in seen if view.mode is Mode.PRIMARY), None)
    secondaries = [view for view in seen if view.mode is Mode.SECONDARY]
    return Health(
        at=at,
        clusters=tuple(_cluster(view) for view in seen),
        links=tuple(_link(primary, view, at=at, sample=sample) for view in secondaries),
    )


def _cluster(view: ClusterView) -> ClusterHealth:
    told = view.dr
    return ClusterHealth(
        name=view.name,
        mode=view.mode,
        state=told.state or "" if told else "",
        answering=sum(1 for node in view.nodes if node.reached in _SPOKE),
        nodes=len(view.nodes),
        active=view.active or "",
        sealed=view.sealed_nodes,
        silent=tuple(node.address for node in view.nodes if node.reached not in _SPOKE),
        versions=tuple(dict.fromkeys(node.version for node in view.nodes if node.version)),
        corrupted_merkle_tree=bool(told and told.corrupted_merkle_tree),
        skew_ms=max((abs(n.clock_skew_ms) for n in view.nodes if n.clock_skew_ms), default=None),
    )


def _link(
    primary: ClusterView | None, secondary: ClusterView, *, at: int, sample: Sample | None
) -> Link:
    there = primary.dr if primary else None
    here = secondary.dr
    peer = _peer(there, here)
    return Link(
        secondary=secondary.name,
        connection=_connection(peer, here),
        lag=_lag(there, here),
        heartbeat_s=_age(peer.last_heartbeat if peer else None, at=at),
        skew_ms=peer.clock_skew_ms if peer else None,
        loss=loss(sample, secondary, at=at) if sample and primary is None else None,
    )


def _peer(there: DrStatus | None, here: DrStatus | None) -> Peer | None:
    """Return the link as the primary sees it; without the primary, as the secondary does."""
    own_id = here.secondary_id if here else None
    if there is not None:
        named = [peer for peer in there.secondaries if peer.node_id == own_id]
        if named:
            return named[0]
    return here.primaries[0] if here and here.primaries else None


def _connection(peer: Peer | None, here: DrStatus | None) -> str:
    told = (peer.connection_status if peer else None) or (here.connection_state if here else None)
    return told or ""


def _lag(there: DrStatus | None, here: DrStatus | None) -> int | None:
    newest = there.last_dr_wal if there else None
    applied = here.last_remote_wal if here else None
    if newest is None or applied is None:
        return None
    return max(0, newest - applied)


def _age(heartbeat: str | None, *, at: int) -> int | None:
    try:
        then = datetime.fromisoformat(heartbeat or "").timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0, round(at / 1000 - then))
