"""What the nodes of a cluster say about themselves, and what the cluster amounts to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ceremonies.vault.replies import NotOfVault, flag, number, payload, text, texts


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
    known_primary_cluster_addrs: tuple[str, ...] = ()
    known_secondaries: tuple[str, ...] = ()
    primaries: tuple[Peer, ...] = ()
    secondaries: tuple[Peer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """`sys/leader`: whether this node leads, and since when (RFC 3339; None if it does not)."""

    is_self: bool
    since: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """What one node says, or in `problem` why it says nothing; None: not told."""

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
    def _leader(self) -> NodeView | None:
        claims = [node for node in self.nodes if node.active]
        return max(claims, key=lambda node: moment(node.active_since), default=None)


def mode(value: object) -> Mode:
    """Return the mode that Vault names, unknown for anything else."""
    try:
        return Mode(value) if isinstance(value, str) else Mode.UNKNOWN
    except ValueError:
        return Mode.UNKNOWN


def moment(written: str | None) -> float:
    """Return a time as Vault writes it (RFC 3339) in seconds, or minus infinity if it is none."""
    try:
        return datetime.fromisoformat(written or "").timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


def health(address: str, body: object) -> NodeView:
    """Return what `sys/health` says, in any status. Raises NotOfVault if it is not Vault's.

    A standby tells its active node's mode, and tells it late; whoever also knows
    `sys/replication/dr/status` believes that.
    """
    fields = payload(body)
    sealed, initialised = flag(fields, "sealed"), flag(fields, "initialized")
    if sealed is None or initialised is None:
        raise NotOfVault
    waits = flag(fields, "standby"), flag(fields, "performance_standby")
    problem = "not initialised" if not initialised else "sealed" if sealed else None
    return NodeView(
        address=address,
        reached=Reach.SEALED if initialised and sealed else Reach.ANSWERED,
        active=None if problem or waits == (None, None) else True not in waits,
        sealed=sealed,
        initialised=initialised,
        mode=mode(fields.get("replication_dr_mode")),
        cluster_id=text(fields, "cluster_id") or None,
        cluster_name=text(fields, "cluster_name") or None,
        version=text(fields, "version") or None,
        problem=problem,
    )


def leader(body: object) -> Leader:
    """Return what `sys/leader` says. Raises NotOfVault. Without HA the one node leads."""
    fields = payload(body)
    is_self, has_others = flag(fields, "is_self"), flag(fields, "ha_enabled")
    if is_self is None and has_others is None:
        raise NotOfVault
    leads = is_self is True or has_others is False
    return Leader(is_self=leads, since=text(fields, "active_time") or None if leads else None)


def recovery_keys(body: object) -> bool:
    """Return what `sys/seal-status` says about `recovery_seal`. Raises NotOfVault."""
    told = flag(payload(body), "recovery_seal")
    if told is None:
        raise NotOfVault
    return told


def dr_status(body: object) -> DrStatus:
    """Return what `sys/replication/dr/status` says. Raises NotOfVault for a body without mode."""
    fields = payload(body)
    if "mode" not in fields:
        raise NotOfVault
    return DrStatus(
        mode=mode(fields.get("mode")),
        state=text(fields, "state") or None,
        connection_state=text(fields, "connection_state") or None,
        last_dr_wal=number(fields, "last_dr_wal"),
        last_remote_wal=number(fields, "last_remote_wal"),
        merkle_root=text(fields, "merkle_root") or None,
        corrupted_merkle_tree=flag(fields, "corrupted_merkle_tree"),
        secondary_id=text(fields, "secondary_id") or None,
        known_primary_cluster_addrs=texts(fields, "known_primary_cluster_addrs"),
        known_secondaries=texts(fields, "known_secondaries"),
        primaries=_peers(fields, "primaries"),
        secondaries=_peers(fields, "secondaries"),
    )


def _peers(fields: Mapping[str, Any], name: str) -> tuple[Peer, ...]:
    listed = fields.get(name)
    rows = listed if isinstance(listed, list) else []
    return tuple(_peer(row) for row in rows if isinstance(row, dict))


def _peer(row: Mapping[str, Any]) -> Peer:
    return Peer(
        node_id=text(row, "node_id") or None,
        api_address=text(row, "api_address") or None,
        cluster_address=text(row, "cluster_address") or None,
        connection_status=text(row, "connection_status") or None,
        last_heartbeat=text(row, "last_heartbeat") or None,
        clock_skew_ms=number(row, "clock_skew_ms"),
        canary_age_ms=number(row, "replication_primary_canary_age_ms"),
    )
