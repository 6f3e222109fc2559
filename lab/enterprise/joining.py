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
from lab.enterprise.poison import change_role, seal_standbys_later
from lab.enterprise.replicate import current_wal
from lab.enterprise.site import Site
from lab.enterprise.state import ClusterState, Role
from lab.enterprise.streaming import streamed
from lab.enterprise.tokens import refuse_token
from lab.enterprise.wire import NO_CONTENT, Call, Reply, logical, refusal
from lab.openbao import NotInTime, Refused, Unanswered

_TTL: Final = 1800  # seconds, and one use
_LOOKS_EVERY: Final = 0.1  # seconds
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
    change_role(site.state)
    return logical(warnings=[words.FOUND_PRIMARY])


async def enable_secondary(site: Site, call: Call) -> Reply:
    """Become a secondary: all that the cluster held is replaced by the primary's."""
    refused = await refuse_read_or_unready(site, call)
    if refused or site.state.role is not Role.DISABLED:
        return refused or words.UNSUPPORTED
    refused = await refuse_token(site, call.token, path=call.path, capability="update")
    return refused or await _follow(site, call)


async def _follow(site: Site, call: Call) -> Reply:
    claims = _claims(call.text("token"))
    primary = _primary_at(site, call.text("primary_api_addr") or str(claims.get("addr", "")))
    if primary is None:
        return refusal(400, "error unwrapping activation token: no primary at its address")
    identifier = await _unwrap(site, primary, str(claims.get("jti", "")))
    if identifier is None:
        return refusal(400, "wrapping token is not valid or does not exist")
    state = site.state
    enabled = state.role is Role.DISABLED
    state.role, state.primary = Role.SECONDARY, primary.name
    state.secondary_id = identifier
    primary.secondaries[state.secondary_id] = state.name
    state.resyncing, state.syncing = True, enabled
    state.does(_sync(state, primary, epoch=state.epoch, enabled=enabled))
    return logical(warnings=[words.FOUND_PRIMARY])


async def _unwrap(site: Site, primary: ClusterState, token: str) -> str | None:
    """Return the secondary id that the token was made for; None if it is no good any more."""

    async def wal() -> int:
        return await asyncio.to_thread(current_wal, primary)

    try:
        async with streamed(site.everybody, primary, wal):
            path = "sys/wrapping/unwrap"
            unwrapped = await asyncio.to_thread(primary.bao.call, "POST", path, token=token)
    except (Refused, Unanswered, NotInTime):
        return None
    return str(unwrapped["data"]["id"])


async def _sync(state: ClusterState, primary: ClusterState, *, epoch: int, enabled: bool) -> None:
    """Hold what the primary holds; the cluster is away meanwhile.

    Not while an attempt is open: it lives in a process that ends here, and in Vault goes on.
    """
    try:
        while not enabled and state.epoch == epoch:
            if not await asyncio.to_thread(_attempt_open, state):
                break
            await asyncio.sleep(_LOOKS_EVERY)
        if state.epoch == epoch:
            state.syncing = True
            await _fill(state, primary)
            seal_standbys_later(state)
    except (Refused, Unanswered, NotInTime):
        state.primary = None  # what it was to follow went away meanwhile
    finally:
        state.resyncing = state.syncing = False


async def _fill(state: ClusterState, primary: ClusterState) -> None:
    wal = await asyncio.to_thread(current_wal, primary)
    await asyncio.to_thread(state.bao.restore_from, primary.bao)
    state.was_filled(wal=wal)


def _attempt_open(state: ClusterState) -> bool:
    return bool(state.bao.call("GET", "sys/generate-root/attempt").get("started"))


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
