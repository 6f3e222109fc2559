"""What the replies of a node amount to, as values of `views`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ceremonies.vault.readings import Licence
from ceremonies.vault.replies import NotOfVault, flag, number, payload, text, texts
from ceremonies.vault.views import DrStatus, Leader, Mode, NodeView, Peer, Reach, VaultSeal, moment


def mode(value: object) -> Mode:
    """Return the mode that Vault names, unknown for anything else."""
    try:
        return Mode(value) if isinstance(value, str) else Mode.UNKNOWN
    except ValueError:
        return Mode.UNKNOWN


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
        performance_mode=text(fields, "replication_performance_mode") or None,
        clock_skew_ms=number(fields, "clock_skew_ms"),
        canary_age_ms=_age(fields, "replication_primary_canary_age_ms"),
        licence=_licence(fields),
        problem=problem,
    )


def leader(body: object) -> Leader:
    """Return what `sys/leader` says. Raises NotOfVault. Without HA the one node leads."""
    fields = payload(body)
    is_self, has_others = flag(fields, "is_self"), flag(fields, "ha_enabled")
    if is_self is None and has_others is None:
        raise NotOfVault
    leads = is_self is True or has_others is False
    return Leader(
        is_self=leads,
        since=text(fields, "active_time") or None if leads else None,
        address=text(fields, "leader_address") or None,
        cluster_address=text(fields, "leader_cluster_address") or None,
    )


def vault_seal(body: object) -> VaultSeal:
    """Return what `sys/seal-status` says. Raises NotOfVault where `recovery_seal` is not told."""
    fields = payload(body)
    told = flag(fields, "recovery_seal")
    if told is None:
        raise NotOfVault
    return VaultSeal(recovery_keys=told, kind=text(fields, "type") or None)


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
        primary_cluster_addr=text(fields, "primary_cluster_addr") or None,
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


def _age(fields: Mapping[str, Any], name: str) -> int | None:
    """Return an age; None for one below zero, by which Vault says that it knows none."""
    age = number(fields, name)
    return None if age is None or age < 0 else age


def _licence(fields: Mapping[str, Any]) -> Licence | None:
    """Return what health says of the licence: `{state, expiry_time, terminated}`, if at all."""
    told = fields.get("license")
    if not isinstance(told, Mapping) or not told:
        return None
    ends = moment(text(told, "expiry_time"))
    return Licence(
        state=text(told, "state") or None,
        terminated=flag(told, "terminated"),
        ends_at=int(ends * 1000) if ends > 0 else None,
    )
