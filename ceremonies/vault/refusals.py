"""Which text of Vault is which error.

Texts were measured on OpenBao 2.7.2 or stand in Vault's source or documents. They are found by
substring, never by HTTP status: the same refusal is a 400 on Vault's open paths and a 500 inside
`1 error occurred: …` on OpenBao's, and a load balancer uses the same numbers for its own troubles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ceremonies.vault import errors

# Most telling first: a text may hold several of these.
_TEXTS: tuple[tuple[str, type[errors.VaultError]], ...] = (
    ("recovery key verification failed", errors.RecoveryKeyMismatch),
    ("recovery key does not match", errors.RecoveryKeyMismatch),
    ("all parts must be the same length", errors.SharesOfDifferentLength),
    ("duplicate part detected", errors.DuplicatePart),
    ("unable to authenticate", errors.ShareNotOfThisCluster),
    ("message authentication failed", errors.ShareNotOfThisCluster),
    ("failed to compute root key", errors.RoundThrownAway),
    ("failed to compute master key", errors.RoundThrownAway),
    ("root generation aborted", errors.RoundThrownAway),
    ("no root generation in progress", errors.NoAttempt),
    ("root generation already in progress", errors.AttemptAlreadyOpen),
    ("incorrect strategy supplied", errors.OtherStrategy),
    ("'key' must be specified", errors.KeyNotSpecified),
    ("'key' must be a valid hex or base64", errors.KeyNotHexOrBase64),
    ("key is shorter than minimum", errors.KeyTooShort),
    ("key is longer than maximum", errors.KeyTooLong),
    ("given key has already been provided", errors.AlreadyProvided),
    ("failed to decode json input", errors.RequestNotUnderstood),
    ("failed to parse json input", errors.RequestNotUnderstood),
    ("dr operation token was not provided", errors.TokenNotProvided),
    ("not a dr secondary", errors.NotASecondary),
    ("not a dr primary", errors.NotAPrimary),
    ("unknown role", errors.RoleMissing),
    ("is disallowed by this role", errors.RoleUnfit),
    ("secondary with that id already exists", errors.SecondaryIdTaken),
    ("wrapping token is not valid or does not exist", errors.ActivationRefused),
    ("error unwrapping", errors.ActivationRefused),
    ("encryption keys have changed", errors.KeysChanged),
    ("replication is still catching up", errors.StillCatchingUp),
    ("path disabled in replication dr secondary mode", errors.PathDisabled),
    ("active cluster node not found", errors.NoActiveNode),
    ("is not yet initialized", errors.Uninitialised),
    ("vault is not initialized", errors.Uninitialised),
    ("vault is sealed", errors.Sealed),
    ("unsupported path", errors.PathUnsupported),
    ("unsupported operation", errors.PathUnsupported),
    ("http request to an https server", errors.WrongScheme),
    ("missing client token", errors.PermissionDenied),
    ("permission denied", errors.PermissionDenied),
    ("bad token", errors.PermissionDenied),
)
_NONCE_TEXTS = ("incorrect nonce supplied", "nonce is required")
_RUNNING_NONCE = re.compile(r'operation is "([0-9A-Za-z-]{1,64})"')


def refusal(body: bytes, *, status: int, node: str) -> errors.VaultError:
    """Return the error that a reply with this body means; UnexpectedReply if it means none.

    Nothing of the body stands in the error but, for WrongNonce, the running nonce.
    """
    said = _said(body)
    plain = said.lower()
    if any(text in plain for text in _NONCE_TEXTS):
        running = _RUNNING_NONCE.search(said)
        return errors.WrongNonce(node=node, nonce=running[1] if running else None)
    for text, error in _TEXTS:
        if text in plain:
            return error(node=node)
    return errors.UnexpectedReply(node=node, status=status)


def _said(body: bytes) -> str:
    """Return Vault's own words: the list `errors`, or a plain text. A page of HTML has none.

    The content type is not asked: proxies change it, and Vault answers some things as text.
    """
    written = body.decode("utf-8", "replace")
    try:
        reply = json.loads(written)
    except (ValueError, RecursionError):
        return "" if "<" in written else written
    listed = reply.get("errors") if isinstance(reply, Mapping) else None
    if isinstance(listed, list):
        return "\n".join(line for line in listed if isinstance(line, str))
    return listed if isinstance(listed, str) else ""
