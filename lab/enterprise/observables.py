"""What a cluster tells about itself: health, leader, Vault seal, licence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from lab.enterprise import words
from lab.enterprise.site import Site
from lab.enterprise.state import Role
from lab.enterprise.tokens import refuse_token
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
    says = site.state.behaviour.says
    return {
        "performance_standby": False,
        "replication_performance_mode": "unknown" if site.state.away else says.performance,
        "version": site.state.version,
        "enterprise": True,
        "license": says.licence(),
        "echo_duration_ms": 0,
        "clock_skew_ms": says.clock_skew_ms,
        "replication_primary_canary_age_ms": says.canary_age_ms or 0,
    }


async def leader(site: Site, call: Call) -> Reply:
    """Answer sys/leader; OpenBao already names the fronts' addresses."""
    reply = await site.upstream.send(call)
    if not reply.ok:
        return await site.not_ready(reply)
    return _with(reply, {"performance_standby": False, "performance_standby_last_remote_wal": 0})


async def seal_status(site: Site, call: Call) -> Reply:
    """Answer sys/seal-status."""
    says = site.state.behaviour.says
    ours = {"version": site.state.version} | ({"type": says.seal_type} if says.seal_type else {})
    if site.state.away:
        return answer(200, _seal_while_away(site) | ours)
    reply = await site.upstream.send(call)
    return _with(reply, ours) if reply.ok else reply


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


def _with(reply: Reply, fields: Mapping[str, Any]) -> Reply:
    body = json.dumps(reply.body | dict(fields)).encode() + b"\n"
    return Reply(status=reply.status, headers=reply.headers, content=body)


async def initialisation(site: Site, call: Call) -> Reply:
    """Answer sys/init as OpenBao does."""
    return await site.upstream.send(call)


async def licence(site: Site, call: Call) -> Reply:
    """Answer sys/license/status to whom the policies let read it."""
    cannot = await site.cannot_serve(call)
    if cannot or site.state.role is Role.SECONDARY:
        return cannot or words.PATH_DISABLED
    refused = await refuse_token(site, call.token, path=call.path, capability="read")
    if refused:
        return refused
    says = site.state.behaviour.says.licence()
    loaded = {"license_id": "lab", "expiration_time": says["expiry_time"]}
    return logical({"autoloading_used": True, "autoloaded": loaded})
