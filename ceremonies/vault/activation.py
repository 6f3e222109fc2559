"""Activation tokens: what one is, and whether the one that was made leads where it should.

It is a JWT around a wrapping token (facts/vault 0.6, 5.4) and opens the primary's data to
whoever has it. Nobody but Vault can verify its signature; its payload can be read all the same.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ceremonies.vault.replies import NotOfVault, number, text

CREATED_BY = "sys/replication/dr/primary/secondary-token"
_SKEW_S = 300  # how far the primary's clock may be behind ours


class Unfit(ValueError):
    """Why a token must not be used, in words without anything of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationToken:
    """For the secondary of this id, once, until `expires_at` (ms); `address` is the primary's."""

    token: str = field(repr=False)
    expires_at: int
    address: str
    secondary_id: str


def activation_token(
    body: object, *, secondary_id: str, now: float, is_ours: Callable[[str], bool]
) -> ActivationToken:
    """Return the token in the primary's reply at `now` (epoch seconds).

    Raises NotOfVault for a reply that holds none, Unfit for a token that has ended, is of another
    kind, was wrapped anew, or names a primary that is not ours.
    """
    wrap = body.get("wrap_info") if isinstance(body, Mapping) else None
    token = text(wrap, "token") if isinstance(wrap, Mapping) else ""
    if not isinstance(wrap, Mapping) or not token:
        raise NotOfVault
    claims = _claims(token)
    created_by = text(wrap, "creation_path")
    if text(claims, "type") != "wrapping" or not text(claims, "jti"):
        raise Unfit("The activation token that was made is no wrapping token.")
    if created_by and created_by.strip("/") != CREATED_BY:
        raise Unfit("The activation token that was made was wrapped by another request.")
    address = text(claims, "addr")
    if not is_ours(address):
        raise Unfit("The activation token that was made names an address that is not listed.")
    ends, made = number(claims, "exp"), number(claims, "iat")
    if ends is None or ends + _SKEW_S <= now or (made is not None and ends <= made):
        raise Unfit("The activation token that was made has ended already.")
    return ActivationToken(
        token=token, expires_at=ends * 1000, address=address, secondary_id=secondary_id
    )


def _claims(token: str) -> Mapping[str, Any]:
    """Return the JWT's payload, unverified. Raises Unfit for what is no JWT."""
    parts = token.split(".")
    try:
        payload = parts[1]
        raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        claims = json.loads(raw)
    except (IndexError, binascii.Error, ValueError, RecursionError):
        claims = None
    if not isinstance(claims, Mapping):
        raise Unfit("The activation token that was made cannot be read.")
    return claims
