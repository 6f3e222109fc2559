"""The second net: what looks like a secret does not reach the log. The first is not to log it."""

from __future__ import annotations

import re
from collections.abc import Mapping

REDACTED = "[redacted]"

_SECRET_KEYS = frozenset(
    {
        "activation", "app_token", "authorization", "batch_token", "bot_token", "client_token",
        "dr_operation_token", "encoded", "encoded_token", "jwt", "master_key", "master_keys", "otp",
        "passphrase", "password",
        "payload", "plaintext", "private_key", "secret", "secret_id", "secrets", "share",
        "shares", "signing_secret", "token",
    }
)  # fmt: skip

_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
    re.compile(r"\bhv[sbr]\.[\w-]{8,}"),  # Vault's tokens since 1.10
    re.compile(r"(?<![\w.])[sbr]\.[\w-]{20,}"),  # and before; a batch token is base64url
    # A JWT: an activation token, which opens a primary's data; a service account's.
    re.compile(r"\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?"),
    re.compile(r"\bxox[a-z]-[\w-]+|\bxapp-[\w-]+"),
    re.compile(r"(?<=[?&]ticket=)[^&\s\"']+"),  # opens a Socket Mode connection
    re.compile(r"(?<=://)[^/\s@\"']+(?=@)"),  # user and password in an address
    re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{66,}(?![0-9A-Fa-f])"),  # a share in hex
    re.compile(  # a share in base64
        r"(?<![0-9A-Za-z+/])(?=[0-9A-Z+/]*[a-z])(?=[0-9a-z+/]*[A-Z])"
        r"[0-9A-Za-z+/]{43}[0-9A-Za-z+/=](?![0-9A-Za-z+/=])"
    ),
    # An encoded token (32 to 40), an OTP (24 to 28), a share among other letters: a run with small
    # letters, capitals and digits. Hashes, which we do log, are hex in one case.
    re.compile(
        r"(?<![0-9A-Za-z+/])(?=[0-9A-Z+/]*[a-z])(?=[0-9a-z+/]*[A-Z])(?=[A-Za-z+/]*[0-9])"
        r"[0-9A-Za-z+/]{24,}={0,2}"
    ),
)


def redacted(given: object) -> object:
    """Return the same with everything that looks like a secret blotted out.

    Numbers and truths stay as they are; a value of any other kind becomes its representation.
    """
    if given is None or isinstance(given, bool | int | float):
        return given
    if isinstance(given, str):
        return text(given)
    if isinstance(given, Mapping):
        return event({str(name): value for name, value in given.items()})
    if isinstance(given, list | tuple | set | frozenset):
        return [redacted(value) for value in given]
    if isinstance(given, bytes | bytearray):
        return text(bytes(given).decode("utf-8", errors="replace"))
    return text(repr(given))


def event(given: Mapping[str, object]) -> dict[str, object]:
    """Return a log event, name by name, without what looks like a secret."""
    return {text(name): _named(name, value) for name, value in given.items()}


def text(given: str) -> str:
    """Return the text without what looks like a secret."""
    for pattern in _PATTERNS:
        given = pattern.sub(REDACTED, given)
    return given


def _named(name: str, value: object) -> object:
    if name.casefold() in _SECRET_KEYS and not (value is None or isinstance(value, bool | int)):
        return REDACTED
    return redacted(value)
