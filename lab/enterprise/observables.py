"""What a cluster tells about itself: health, leader, Vault seal, replication."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lab.enterprise.site import Site
from lab.enterprise.state import ClusterState, Role
from lab.enterprise.wire import Call, Reply, answer, logical, refusal

_CODES: Final = {
    "uninitcode": 501,
    "sealedcode": 503,
    "drsecondarycode": 472,
    "standbycode": 429,
    "activecode": 200,
}
_AWAY: Final = {
    "initialized": True,
    "sealed": True,
    "standby": True,
    "replication_dr_mode": "unknown",
}
_ALL_200: Final = "&".join(f"{name}=200" for name in _CODES)


async def health(site: Site, call: Call) -> Reply:
    """Answer sys/health: Vault's order of tests, its codes, and the codes asked for."""
    codes = _codes(call.query)
    if codes is None:
        return refusal(400, "bad status code")
    if site.state.away:
        return answer(codes["sealedcode"], _AWAY | _enterprise(site))
    upstream = await site.upstream.ask("GET", f"sys/health?{_ALL_200}")
    body = upstream.body | _enterprise(site)
    if not body["sealed"]:
        body |= {"replication_dr_mode": site.state.role, "last_wal": await site.wal()}
    return answer(codes[_condition(site, body, call.query)], body)


def _codes(query: Mapping[str, str]) -> dict[str, int] | None:
    try:
        return {name: int(query.get(name, code)) for name, code in _CODES.items()}
    except ValueError:
        return None


def _condition(site: Site, body: Mapping[str, Any], query: Mapping[str, str]) -> str:
    if not body["initialized"]:
        return "uninitcode"
    if body["sealed"]:
        return "sealedcode"
    if site.state.role is Role.SECONDARY:
        return "drsecondarycode"
    standby_counts = query.get("standbyok", "false").lower() == "false"
    return "standbycode" if body["standby"] and standby_counts else "activecode"


def _enterprise(site: Site) -> dict[str, Any]:
    return {
        "performance_standby": False,
        "replication_performance_mode": "disabled" if not site.state.away else "unknown",
        "version": site.state.behaviour.line.version,
        "enterprise": True,
        "echo_duration_ms": 0,
        "clock_skew_ms": 0,
        "replication_primary_canary_age_ms": 0,
    }


async def leader(site: Site, call: Call) -> Reply:
    """Answer sys/leader; OpenBao already names the fronts' addresses."""
    reply = await site.upstream.send(call)
    if not reply.ok:
        return await site.not_ready(reply)
    return _with(reply, {"performance_standby": False, "performance_standby_last_remote_wal": 0})


async def seal_status(site: Site, call: Call) -> Reply:
    """Answer sys/seal-status."""
    version = {"version": site.state.behaviour.line.version}
    if site.state.away:
        return answer(200, _seal_while_away(site) | version)
    reply = await site.upstream.send(call)
    return _with(reply, version) if reply.ok else reply


def _seal_while_away(site: Site) -> dict[str, Any]:
    bao = site.state.bao
    return {
        "type": "static" if bao.auto_unseal else "shamir",
        "initialized": True,
        "sealed": True,
        "t": bao.threshold,
        "n": bao.share_count,
        "progress": 0,
        "nonce": "",
        "recovery_seal": bao.auto_unseal,
        "storage_type": "raft",
    }


async def dr_status(site: Site, call: Call) -> Reply:
    """Answer sys/replication/dr/status."""
    return await site.cannot_serve(call) or logical(await replication(site))


async def all_status(site: Site, call: Call) -> Reply:
    """Answer sys/replication/status."""
    return await site.cannot_serve(call) or logical(
        {"dr": await replication(site), "performance": {"mode": "disabled"}}
    )


async def replication(site: Site) -> dict[str, Any]:
    """Return what it says of its DR replication (facts/vault 5.1); `*_ms`, `*_epoch` are texts."""
    state = site.state
    if state.role is Role.DISABLED:
        return {"mode": "disabled"}
    seal = await site.upstream.ask("GET", "sys/seal-status")
    common = {
        "cluster_id": seal.body.get("cluster_id", ""),
        "corrupted_merkle_tree": False,
        "last_corruption_check_epoch": "-62135596800",
        "last_reindex_epoch": "0",
        "mode": state.role,
        "ssct_generation_counter": 0,
    }
    if state.role is Role.PRIMARY:
        return common | _as_primary(site, await site.wal())
    return common | _as_secondary(site)


def _as_primary(site: Site, wal: int) -> dict[str, Any]:
    state, everybody = site.state, site.everybody
    return {
        "state": "running",
        "last_wal": wal,
        "last_dr_wal": wal,
        "last_performance_wal": 0,
        "merkle_root": _merkle_root(wal),
        "known_secondaries": sorted(state.secondaries),
        "primary_cluster_addr": "",
        "secondaries": [
            _peer(follower, connected=everybody.connected(follower) is not None)
            | {"node_id": identifier}
            for identifier, follower in everybody.followers(state).items()
        ],
    }


def _as_secondary(site: Site) -> dict[str, Any]:
    state, everybody = site.state, site.everybody
    primary = everybody.clusters.get(state.primary or "")
    connected = everybody.connected(state) is not None
    addresses = [node.cluster_address for node in primary.bao.nodes] if primary else []
    return {
        "state": "stream-wals" if connected else "idle",
        "connection_state": "ready" if connected else "transient_failure",
        "last_remote_wal": state.remote_wal,
        "last_start": state.started.isoformat(),
        "merkle_root": _merkle_root(state.remote_wal),
        "known_primary_cluster_addrs": addresses,
        "primary_cluster_addr": addresses[0] if addresses else "",
        "primaries": [_peer(primary, connected=connected)] if primary else [],
        "secondary_id": state.secondary_id,
    }


def _peer(cluster: ClusterState, *, connected: bool) -> dict[str, Any]:
    node = cluster.bao.nodes[0]
    return {
        "api_address": node.api_address,
        "cluster_address": node.cluster_address,
        "connection_status": "connected" if connected else "disconnected",
        "last_heartbeat": datetime.now(tz=UTC).isoformat() if connected else "",
        "last_heartbeat_duration_ms": "1",
        "clock_skew_ms": "0",
        "replication_primary_canary_age_ms": "500" if connected else "60000",
    }


def _merkle_root(wal: int) -> str:
    return hashlib.sha256(f"wal {wal}".encode()).hexdigest()[:40]


def _with(reply: Reply, fields: Mapping[str, Any]) -> Reply:
    body = json.dumps(reply.body | dict(fields)).encode() + b"\n"
    return Reply(status=reply.status, headers=reply.headers, content=body)


async def initialisation(site: Site, call: Call) -> Reply:
    """Answer sys/init as OpenBao does."""
    return await site.upstream.send(call)


__all__ = [
    "all_status",
    "dr_status",
    "health",
    "initialisation",
    "leader",
    "replication",
    "seal_status",
]
