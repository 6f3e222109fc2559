"""What a cluster tells of its replication, DR and performance (facts/vault 5.1)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from lab.enterprise.site import Site
from lab.enterprise.state import ClusterState, Role
from lab.enterprise.wire import Call, Reply, logical

_CANARY_EVERY_MS: Final = 500
_UNCHECKED: Final = {
    "last_corruption_check_epoch": "-62135596800",
    "last_reindex_epoch": "0",
    "ssct_generation_counter": 0,
}


async def dr_status(site: Site, call: Call) -> Reply:
    """Answer sys/replication/dr/status."""
    return await site.cannot_serve(call) or logical(await replication(site))


async def performance_status(site: Site, call: Call) -> Reply:
    """Answer sys/replication/performance/status."""
    return await site.cannot_serve(call) or logical(await _performance(site))


async def all_status(site: Site, call: Call) -> Reply:
    """Answer sys/replication/status."""
    return await site.cannot_serve(call) or logical(
        {"dr": await replication(site), "performance": await _performance(site)}
    )


async def replication(site: Site) -> dict[str, Any]:
    """Return what it says of its DR replication; `*_ms`, `*_epoch` are texts."""
    state = site.state
    if state.role is Role.DISABLED:
        return {"mode": "disabled"}
    common = _UNCHECKED | {
        "cluster_id": await _cluster_id(site),
        "corrupted_merkle_tree": state.behaviour.says.corrupted_merkle_tree,
        "mode": state.role,
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
            _peer(follower, link=follower, connected=everybody.connected(follower) is not None)
            | {"node_id": identifier}
            for identifier, follower in everybody.followers(state).items()
        ],
    }


def _as_secondary(site: Site) -> dict[str, Any]:
    state, everybody, says = site.state, site.everybody, site.state.behaviour.says
    primary = everybody.clusters.get(state.primary or "")
    connected = everybody.connected(state) is not None
    addresses = [node.cluster_address for node in primary.bao.nodes] if primary else []
    wal = max(0, state.remote_wal - says.lag)
    streams = "merkle-sync" if state.resyncing else "stream-wals"
    link = "ready" if connected else "transient_failure"
    return {
        "state": says.state or (streams if connected else "idle"),
        "connection_state": says.connection_state or link,
        "last_remote_wal": wal,
        "last_start": state.started.isoformat(),
        "merkle_root": _merkle_root(wal),
        "known_primary_cluster_addrs": addresses,
        "primary_cluster_addr": addresses[0] if addresses else "",
        "primaries": [_peer(primary, link=state, connected=connected)] if primary else [],
        "secondary_id": state.secondary_id,
    }


def _peer(other: ClusterState, *, link: ClusterState, connected: bool) -> dict[str, Any]:
    """Return what one side says of the other; `link` is the secondary of the two."""
    node, says = other.bao.nodes[0], link.behaviour.says
    now = datetime.now(tz=UTC)
    heard = says.heartbeat(now if connected else link.heard)
    silent_ms = int((now - heard).total_seconds() * 1000) if heard else 0
    canary_ms = silent_ms + _CANARY_EVERY_MS if says.canary_age_ms is None else says.canary_age_ms
    return {
        "api_address": node.api_address,
        "cluster_address": node.cluster_address,
        "connection_status": "connected" if connected else "disconnected",
        "last_heartbeat": heard.isoformat() if heard else "",
        "last_heartbeat_duration_ms": "1",
        "clock_skew_ms": str(says.clock_skew_ms),
        "replication_primary_canary_age_ms": str(canary_ms),
    }


async def _performance(site: Site) -> dict[str, Any]:
    """Return what it says of performance replication; whom it names is nobody of the range."""
    says = site.state.behaviour.says
    if says.performance == "disabled":
        return {"mode": "disabled"}
    common = _UNCHECKED | {
        "cluster_id": await _cluster_id(site),
        "corrupted_merkle_tree": False,
        "mode": says.performance,
    }
    if says.performance == "primary":
        wal = await site.wal()
        return common | {
            "state": "running",
            "last_wal": wal,
            "last_performance_wal": wal,
            "known_secondaries": list(says.performance_secondaries),
            "primary_cluster_addr": "",
            "secondaries": [_elsewhere() | {"node_id": i} for i in says.performance_secondaries],
        }
    return common | {
        "state": "stream-wals",
        "connection_state": "ready",
        "known_primary_cluster_addrs": [_ELSEWHERE],
        "primary_cluster_addr": _ELSEWHERE,
        "primaries": [_elsewhere()],
        "secondary_id": site.state.name,
    }


_ELSEWHERE: Final = "https://performance.example:8201"


def _elsewhere() -> dict[str, Any]:
    return {
        "api_address": "https://performance.example:8200",
        "cluster_address": _ELSEWHERE,
        "connection_status": "connected",
        "last_heartbeat": datetime.now(tz=UTC).isoformat(),
        "last_heartbeat_duration_ms": "1",
        "clock_skew_ms": "0",
        "replication_primary_canary_age_ms": str(_CANARY_EVERY_MS),
    }


async def _cluster_id(site: Site) -> str:
    seal = await site.upstream.ask("GET", "sys/seal-status")
    return str(seal.body.get("cluster_id", ""))


def _merkle_root(wal: int) -> str:
    return hashlib.sha256(f"wal {wal}".encode()).hexdigest()[:40]
