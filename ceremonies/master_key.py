"""The master keys: told from outside, used only through keys derived from them (HKDF-SHA256).

What one of them sealed is `version (1 byte) ‖ key id (8) ‖ nonce (12) ‖ ciphertext and tag`, by
AES-256-GCM-SIV: a nonce drawn twice would tell that two secrets are equal, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ceremonies.errors import Misconfigured

KEY_BYTES = 32

_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12
_HEAD_BYTES = len(_VERSION) + _ID_BYTES
_LEAST_BYTES = _HEAD_BYTES + _NONCE_BYTES
_NEW_KEY = (
    "Make one with `conclave keygen`: base64 of 32 random bytes; several with commas between."
)


class NotOpened(Exception):
    """This key does not open these bytes under this name. Never leaves the keychain."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key, 32 bytes. Its representation tells its id and nothing else."""

    raw: bytes = field(repr=False)
    key_id: bytes = field(init=False)
    _aead: AESGCMSIV = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise RuntimeError("a master key has 32 bytes")
        key_id = _derived(self.raw, b"conclave/master/1/id", length=_ID_BYTES)
        object.__setattr__(self, "key_id", key_id)
        object.__setattr__(self, "_aead", AESGCMSIV(_derived(self.raw, b"conclave/master/1/seal")))

    def seal(self, secret: bytes, *, name: str) -> bytes:
        """Return the secret sealed; it opens under this name only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + self.key_id + nonce + self._aead.encrypt(nonce, secret, name.encode())

    def open(self, sealed: bytes, *, name: str) -> bytes:
        """Return the secret; raises NotOpened for what is not what this key sealed."""
        nonce, rest = sealed[_HEAD_BYTES:_LEAST_BYTES], sealed[_LEAST_BYTES:]
        try:
            return self._aead.decrypt(nonce, rest, name.encode())
        except InvalidTag:
            raise NotOpened from None

    def derive(self, info: bytes) -> bytes:
        """Return 32 bytes for another use: other info, others; nothing leads back to the key."""
        return _derived(self.raw, b"conclave/derived/1|" + info)


def sealed_by(sealed: bytes) -> bytes | None:
    """Return the id of the key that sealed these bytes; None if they were never sealed."""
    if len(sealed) < _LEAST_BYTES or not sealed.startswith(_VERSION):
        return None
    return sealed[len(_VERSION) : _HEAD_BYTES]


def parse_master_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys in CONCLAVE_MASTER_KEY, the sealing one first; raises Misconfigured."""
    keys = tuple(_master_key(part.strip(), n) for n, part in enumerate(text.split(","), 1))
    if len(set(keys)) < len(keys):
        raise _wrong("the same key stands there twice")
    return keys


def _master_key(text: str, n: int) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(f"key {n} is not base64") from None
    if len(key) != KEY_BYTES:
        raise _wrong(f"key {n} has {len(key)} bytes instead of {KEY_BYTES}")
    return key


def _wrong(why: str) -> Misconfigured:
    return Misconfigured(f"CONCLAVE_MASTER_KEY: {why}", advice=_NEW_KEY)


def _derived(master: bytes, info: bytes, *, length: int = KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)
