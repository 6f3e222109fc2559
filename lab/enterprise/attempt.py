"""The DR operation token's attempt, which is a real generate-root ceremony at OpenBao.

Both run through the same functions of Vault's source, so status, shares, errors and what resets
progress are the real thing; only path, two error texts and `encoded_root_token` differ.
"""

from __future__ import annotations

import json
from typing import Final

from lab.enterprise import words
from lab.enterprise.site import Site
from lab.enterprise.state import Role, VaultLine
from lab.enterprise.tokens import refuse_dr_token, remember_operation_token
from lab.enterprise.wire import WRITES, Call, Reply

ATTEMPT: Final = "sys/replication/dr/secondary/generate-operation-token/attempt"
UPDATE: Final = "sys/replication/dr/secondary/generate-operation-token/update"
_CAPABILITY: Final = {"GET": "read", "DELETE": "delete"}


async def attempt(site: Site, call: Call) -> Reply:
    """Answer status, start and cancel."""
    refused = await _refuse(site, call)
    if refused:
        return refused
    reply = await _pass_on(site, call, "attempt")
    if call.method in WRITES and reply.ok:
        _keep_otp(site, reply)
        site.state.started_at.add(str((await site.leader()).body.get("leader_address")))
    return reply


async def update(site: Site, call: Call) -> Reply:
    """Answer a share."""
    refused = await _refuse(site, call) or await _held_by_another_kind(site, call)
    if refused:
        return refused
    reply = await _pass_on(site, call, "update")
    encoded = reply.fields.get("encoded_token")
    if reply.ok and encoded:
        await remember_operation_token(site, nonce=call.text("nonce"), encoded=encoded)
    return reply


async def _refuse(site: Site, call: Call) -> Reply | None:
    if site.state.role is not Role.SECONDARY:
        return words.NOT_A_SECONDARY
    if not await _wants_token(site):
        return None
    cannot = await site.cannot_serve(call)
    if cannot:
        return cannot
    if not call.token:
        return words.PERMISSION_DENIED
    capability = _CAPABILITY.get(call.method, "update")
    return await refuse_dr_token(site, call.token, path=call.path, capability=capability)


async def _wants_token(site: Site) -> bool:
    """Return whether an attempt takes a token: on 2.x, unless this and the active node are open.

    That each node judges for itself follows from "SIGHUP on every node" (facts/vault 4).
    """
    behaviour = site.state.behaviour
    if behaviour.line is VaultLine.ONE or behaviour.break_glass:
        return False
    leader = (await site.leader()).body.get("leader_address")
    judges = [n for n in site.state.bao.nodes if n is site.node or n.api_address == leader]
    return not all(node.opened for node in judges)


async def _pass_on(site: Site, call: Call, leaf: str) -> Reply:
    """Do it at OpenBao: on 2.x by its authenticated twin, whose replies are nested in `data`."""
    authenticated = await _wants_token(site)
    path = f"sys/generate-root-token/{leaf}" if authenticated else f"sys/generate-root/{leaf}"
    token = site.state.bao.root_token if authenticated else None
    reply = await site.upstream.send(call, path=path, token=token)
    if reply.status == words.SEALED.status:
        return await site.not_ready(reply)
    reply = words.translate(_redirected(reply, call))
    return _without_root_token(reply) if reply.ok else reply


def _redirected(reply: Reply, call: Call) -> Reply:
    location = reply.headers.get("Location")
    if not location:
        return reply
    base, _, _ = location.partition("/v1/")
    return Reply(status=reply.status, headers={"Location": f"{base}/v1/{call.path}"})


def _without_root_token(reply: Reply) -> Reply:
    body = reply.body
    fields = body.get("data") if isinstance(body.get("data"), dict) else body
    if not isinstance(fields, dict) or "encoded_root_token" not in fields:
        return reply
    fields["encoded_root_token"] = ""
    return Reply(
        status=reply.status, headers=reply.headers, content=json.dumps(body).encode() + b"\n"
    )


def _keep_otp(site: Site, reply: Reply) -> None:
    nonce, otp = reply.fields.get("nonce"), reply.fields.get("otp")
    if nonce and otp:
        site.state.otps[nonce] = otp


async def _held_by_another_kind(site: Site, call: Call) -> Reply | None:
    if not site.state.behaviour.other_kind:
        return None
    held = await site.upstream.ask("GET", "sys/generate-root/attempt")
    if not held.fields.get("started"):
        site.state.behaviour.other_kind = False
        return None
    return words.OTHER_STRATEGY if call.text("nonce") == held.fields.get("nonce") else None
