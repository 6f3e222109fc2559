"""Whose word counts on a DR secondary: DR operation tokens, batch tokens, on 2.x root too."""

from __future__ import annotations

import base64
import binascii

from lab.enterprise import words
from lab.enterprise.site import Site
from lab.enterprise.state import SURVIVOR, VaultLine, digest
from lab.enterprise.wire import Reply


async def refuse_dr_token(site: Site, token: str, *, path: str, capability: str) -> Reply | None:
    """Return None if the token may do this on a secondary, else the refusal.

    OpenBao is asked whether the token lives and what it may. A service token with a lease never
    may: a DR secondary cannot look its expiry up (facts/vault 4).
    """
    known = (await site.as_root("POST", "auth/token/lookup", {"token": token})).fields
    if known.get("type") == "batch":
        held = await capabilities(site, token, path)
        return None if {capability, "root"} & held else words.PERMISSION_DENIED
    if site.state.operation_tokens.get(digest(token)) == SURVIVOR:
        return None
    if "root" not in known.get("policies", []) or known.get("ttl") != 0:
        return words.PERMISSION_DENIED
    if site.state.knows_operation_token(token) or site.state.behaviour.line is VaultLine.TWO:
        return None
    return words.PERMISSION_DENIED


async def refuse_token(site: Site, token: str, *, path: str, capability: str) -> Reply | None:
    """Return None if the token may do this on a primary, as its policies at OpenBao say."""
    held = await capabilities(site, token, path)
    return None if {capability, "root"} & held else words.PERMISSION_DENIED


async def capabilities(site: Site, token: str, path: str) -> set[str]:
    """Return what OpenBao lets this token do on the path; empty for a token it does not know."""
    reply = await site.as_root("POST", "sys/capabilities", {"token": token, "paths": [path]})
    return set(reply.fields.get("capabilities") or ())


async def remember_operation_token(site: Site, *, nonce: str, encoded: str) -> None:
    """Know afterwards the token of a completed attempt by its digest; its forerunner is revoked.

    Vault keeps one DR operation token at a time (one storage key), so a later one replaces it.
    """
    otp = site.state.otps.pop(nonce, "")
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        return
    if not otp or len(raw) != len(otp):
        return
    token = bytes(a ^ b for a, b in zip(raw, otp.encode(), strict=True)).decode("latin-1")
    await revoke_operation_tokens(site)
    known = await site.as_root("POST", "auth/token/lookup", {"token": token})
    if known.ok:
        site.state.operation_tokens[digest(token)] = known.fields["accessor"]


async def revoke_operation_tokens(site: Site) -> None:
    """Leave no operation token of this cluster alive."""
    for accessor in set(site.state.operation_tokens.values()) - {SURVIVOR}:
        await site.as_root("POST", "auth/token/revoke-accessor", {"accessor": accessor})
    site.state.operation_tokens.clear()
