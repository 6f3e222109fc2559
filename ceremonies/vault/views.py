"""What the nodes of a cluster say about themselves, and what the cluster amounts to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ceremonies.vault.readings import Licence, PerformanceStatus

CONNECTED = "connected"  # Vault's word for a link that is up
_IDS = 40  # performance secondaries that are named
_ID = 64  # letters of an id


class Reach(StrEnum):
    """How far a question to a node came."""

    ANSWERED = "answered"
    SEALED = "sealed"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    FAILED = "failed"


class Mode(StrEnum):
    """The part a cluster has in DR replication, in Vault's own words."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DISABLED = "disabled"
    BOOTSTRAPPING = "bootstrapping"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other side of a replication link, as one side sees it."""

    node_id: str | None
    api_address: str | None
    cluster_address: str | None
    connection_status: str | None
    last_heartbeat: str | None
    clock_skew_ms: int | None
    canary_age_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrStatus:
    """`sys/replication/dr/status`. A primary has other fields than a secondary; None: not told."""

    mode: Mode
    state: str | None = None
    connection_state: str | None = None
    last_dr_wal: int | None = None
    last_remote_wal: int | None = None
    merkle_root: str | None = None
    corrupted_merkle_tree: bool | None = None
    secondary_id: str | None = None
    primary_cluster_addr: str | None = None  # a primary's: where a balancer leads to it
    known_primary_cluster_addrs: tuple[str, ...] = ()
    known_secondaries: tuple[str, ...] = ()
    primaries: tuple[Peer, ...] = ()
    secondaries: tuple[Peer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """`sys/leader`: whether this node leads, and since when (RFC 3339; None if it does not).

    `address` and `cluster_address` are those of the node that it holds for the leader.
    """

    is_self: bool
    since: str | None
    address: str | None = None
    cluster_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSeal:
    """`sys/seal-status`: `kind` is Vault's own word, such as `shamir` or `awskms`."""

    recovery_keys: bool
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """What one node says, or in `problem` why it says nothing; None: not told.

    `clock_skew_ms` and `canary_age_ms` are a standby's or secondary's, to the node above it;
    `performance` is asked only where `performance_mode` says that there is any.
    """

    address: str
    reached: Reach
    active: bool | None = None
    active_since: str | None = None
    sealed: bool | None = None
    initialised: bool | None = None
    mode: Mode = Mode.UNKNOWN
    cluster_id: str | None = None
    cluster_name: str | None = None
    recovery_keys: bool | None = None
    version: str | None = None
    seal_type: str | None = None
    performance_mode: str | None = None
    performance: PerformanceStatus | None = None
    clock_skew_ms: int | None = None
    canary_age_ms: int | None = None
    licence: Licence | None = None
    leader_address: str | None = None
    leader_cluster_address: str | None = None
    dr: DrStatus | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """What all nodes of the cluster `name` said at `at`, in seconds since the epoch."""

    name: str
    at: float
    nodes: tuple[NodeView, ...]

    @property
    def active(self) -> str | None:
        """The address of the active node; of two that claim it, the one that became so last."""
        leader = self._leader
        return leader.address if leader else None

    @property
    def answers(self) -> bool:
        """Whether any node answers and is not sealed."""
        return any(node.reached is Reach.ANSWERED for node in self.nodes)

    @property
    def sealed_nodes(self) -> tuple[str, ...]:
        """The addresses of the nodes that say that they are sealed."""
        return tuple(node.address for node in self.nodes if node.sealed)

    @property
    def mode(self) -> Mode:
        """The active node's mode; else the one all others agree on; else unknown."""
        if self._leader and self._leader.mode is not Mode.UNKNOWN:
            return self._leader.mode
        modes = {node.mode for node in self.nodes} - {Mode.UNKNOWN}
        return modes.pop() if len(modes) == 1 else Mode.UNKNOWN

    @property
    def cluster_id(self) -> str | None:
        """The active node's cluster id; else the one all others agree on; else None."""
        if self._leader and self._leader.cluster_id:
            return self._leader.cluster_id
        ids = {node.cluster_id for node in self.nodes} - {None}
        return ids.pop() if len(ids) == 1 else None

    @property
    def recovery_keys(self) -> bool | None:
        """Whether holders have recovery keys, since Vault unseals itself; None: not told."""
        return next((n.recovery_keys for n in self.nodes if n.recovery_keys is not None), None)

    @property
    def dr(self) -> DrStatus | None:
        """The active node's replication status: standbys do not tell all of it."""
        return self._leader.dr if self._leader else None

    @property
    def performance(self) -> PerformanceStatus | None:
        """The active node's part in performance replication; None: none, or not told."""
        return self._leader.performance if self._leader else None

    @property
    def performance_secondaries(self) -> tuple[str, ...]:
        """The ids of all performance secondaries that the active node knows or hears of.

        Among the known may be one that was never used; one that is only disconnected is as well.
        Vault bounds neither an id nor their number; each is a step of a runbook and stands on its
        card: an id is cut, and beyond forty the last one counts those that are left.
        """
        seen = self.performance
        told = (*seen.secondaries, *seen.known_secondaries) if seen else ()
        ids = dict.fromkeys(" ".join(one.split())[:_ID] for one in told)
        found = tuple(one for one in ids if one)
        left = len(found) - _IDS
        return (*found[: _IDS - 1], f"{left + 1} others") if left > 0 else found

    @property
    def licence(self) -> Licence | None:
        """The licence, as the first node says that tells; None: not told."""
        return next((node.licence for node in self.nodes if node.licence), None)

    @property
    def leader_cluster_address(self) -> str | None:
        """Where the active node listens for its secondaries, by its own account."""
        return self._leader.leader_cluster_address if self._leader else None

    @property
    def _leader(self) -> NodeView | None:
        claims = [node for node in self.nodes if node.active]
        return max(claims, key=lambda node: moment(node.active_since), default=None)


def moment(written: str | None) -> float:
    """Return a time as Vault writes it (RFC 3339) in seconds, or minus infinity if it is none."""
    try:
        return datetime.fromisoformat(written or "").timestamp()
    except (ValueError, OverflowError):
        return float("-inf")
