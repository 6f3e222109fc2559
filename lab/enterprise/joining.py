"""How a secondary comes to its primary: activation tokens, update-primary, enable, revoke."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from lab.enterprise import words
from lab.enterprise.operations import (
    refuse_on_primary,
    refuse_on_secondary,
    refuse_read_or_unready,
)
from lab.enterprise.site import Site
from lab.enterprise.state import ClusterState, Role
from lab.enterprise.tokens import refuse_token
from lab.enterprise.wire import NO_CONTENT, Call, Reply, logical, refusal
from lab.openbao import Refused, Unanswered

_TTL: Final = 1800  # seconds, and one use
_COORDINATE: Final = 66  # bytes of one P-521 number in an ES512 signature


async def secondary_token(site: Site, call: Call) -> Reply:
    """Return an activation token: a JWT around a real wrapping token (facts/vault 0.6, 5.4)."""
    refused = await refuse_on_primary(site, call, capability="sudo")
    if refused:
        return refused
    identifier = call.text("id")
    if not identifier:
        return refusal(400, "missing secondary ID")
    if identifier in site.state.secondaries:
        return refusal(400, "secondary with that ID already exists")
    wrapped = await site.as_root(
        "POST", "sys/wrapping/wrap", {"id": identifier}, headers={"X-Vault-Wrap-TTL": f"{_TTL}s"}
    )
    wrap = dict(wrapped.body["wrap_info"])
    wrap["token"] = _jwt(jti=wrap["token"], address=site.node.api_address)
    wrap["creation_path"] = "sys/replication/dr/primary/secondary-token"
    site.state.secondaries[identifier] = None
    return logical(wrap_info=wrap)


async def revoke_secondary(site: Site, call: Call) -> Reply:
    """Forget a secondary: it cannot connect any more."""
    refused = await refuse_on_primary(site, call)
    if refused:
        return refused
    site.state.secondaries.pop(call.text("id"), None)
    return NO_CONTENT


async def update_primary(site: Site, call: Call) -> Reply:
    """Follow the primary that the activation token names; an empty token follows nobody."""
    refused = await refuse_on_secondary(site, call)
    if refused:
        return refused
    if call.text("token"):
        return await _follow(site, call)
    site.state.primary = None
    site.state.go_away()
    return logical(warnings=[words.FOUND_PRIMARY])


async def enable_secondary(site: Site, call: Call) -> Reply:
    """Become a secondary: all that the cluster held is replaced by the primary's."""
    refused = await refuse_read_or_unready(site, call)
    if refused or site.state.role is not Role.DISABLED:
        return refused or words.UNSUPPORTED
    refused = await refuse_token(site, call.token, path=call.path, capability="sudo")
    return refused or await _follow(site, call)


async def _follow(site: Site, call: Call) -> Reply:
    claims = _claims(call.text("token"))
    primary = _primary_at(site, str(claims.get("addr", "")))
    if primary is None:
        return refusal(400, "error unwrapping activation token: no primary at its address")
    try:
        unwrapped = await asyncio.to_thread(
            primary.bao.call, "POST", "sys/wrapping/unwrap", token=str(claims.get("jti", ""))
        )
    except (Refused, Unanswered):
        return refusal(400, "wrapping token is not valid or does not exist")
    state = site.state
    state.role, state.primary = Role.SECONDARY, primary.name
    state.secondary_id = unwrapped["data"]["id"]
    primary.secondaries[state.secondary_id] = state.name
    state.syncing = True
    task = asyncio.get_running_loop().create_task(_sync(state, primary))
    state.tasks.add(task)
    task.add_done_callback(state.tasks.discard)
    return logical(warnings=[words.FOUND_PRIMARY])


async def _sync(state: ClusterState, primary: ClusterState) -> None:
    """Hold what the primary holds; the cluster is away meanwhile."""
    try:
        await asyncio.to_thread(state.bao.restore_from, primary.bao)
        leader = await asyncio.to_thread(primary.bao.request, "GET", "sys/leader")
        state.remote_wal = leader.json()["raft_applied_index"] + primary.wal_offset
        state.operation_tokens.clear()
    finally:
        state.syncing = False


def _primary_at(site: Site, address: str) -> ClusterState | None:
    for cluster in site.everybody.clusters.values():
        if any(node.api_address == address for node in cluster.bao.nodes):
            return cluster if cluster.role is Role.PRIMARY else None
    return None


def _jwt(*, jti: str, address: str) -> str:
    """Return the token as Vault makes it: ES512, signed by a key that nobody else needs."""
    now = int(time.time())
    claims = {
        "accessor": "",
        "addr": address,
        "exp": now + _TTL,
        "iat": now,
        "jti": jti,
        "nbf": now - 5,
        "type": "wrapping",
    }
    signed = f"{_part({'alg': 'ES512', 'typ': 'JWT'})}.{_part(claims)}"
    key = ec.generate_private_key(ec.SECP521R1())
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA512())))
    return f"{signed}.{_base64url(r.to_bytes(_COORDINATE) + s.to_bytes(_COORDINATE))}"


def _part(content: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(content).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _claims(jwt: str) -> dict[str, Any]:
    try:
        payload = jwt.split(".")[1]
        parsed = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
