"""How an encoded token is opened with the OTP of its attempt."""

from __future__ import annotations

import base64
import re

from ceremonies.errors import OTPMismatch

# `s.` and 24 letters up to Vault 1.9 and in OpenBao, `hvs.` and 24 since 1.10, 24 bare ones
# before either. A longer body after a prefix passes, since a later Vault may lengthen it and the
# OTP's length has vouched for it; the namespace's id may follow (33 and 35 in all). A wrong OTP
# gives each letter about an even chance to look right: 26 in a row do not happen.
_TOKEN = re.compile(
    r"(?:(?:hv)?[sr]\.[0-9A-Za-z]{24,}|[0-9A-Za-z]{24})(?:\.[0-9A-Za-z]{5,6})?",
)


def decode(encoded: str, otp: str) -> str:
    """Return the token that `encoded` holds: base64 of token XOR `otp`, with padding or without.

    XOR has no integrity, so what comes out is returned only if it looks like a token. Raises
    OTPMismatch, whose text has nothing of either.
    """
    mixed = _unpacked(encoded)
    pad = otp.encode("utf-8", "surrogatepass")
    if len(mixed) != len(pad):
        raise OTPMismatch(
            f"The encoded token has {len(mixed)} bytes and its OTP {len(pad)}: "
            "they are not of the same attempt."
        )
    opened = bytes(one ^ other for one, other in zip(mixed, pad, strict=True)).decode("latin-1")
    if not _TOKEN.fullmatch(opened):
        raise OTPMismatch("What this OTP opens is no token: it belongs to another attempt.")
    return opened


def _unpacked(encoded: str) -> bytes:
    body = encoded.strip().rstrip("=")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except ValueError:
        problem = OTPMismatch("The encoded token is not base64: some of it is missing or changed.")
    raise problem  # outside the except: a decoder's error may quote what it could not read
