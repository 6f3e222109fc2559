"""The key that signs log entries: Ed25519, named by a hash of its public half."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ceremonies.errors import LogBroken, Misconfigured

_RAW_BYTES = 32
_MAKE_ONE = "Make one with `conclave keygen` and name its file in CONCLAVE_IDENTITY_KEY_FILE."


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIdentity:
    """The public half of a signing key: 32 raw bytes. `key_id` is its name in the log."""

    raw: bytes = field(repr=False)
    key_id: str = field(init=False)

    def __post_init__(self) -> None:
        if len(self.raw) != _RAW_BYTES:
            raise LogBroken("a public key in the log is not 32 bytes long")
        object.__setattr__(self, "key_id", hashlib.sha256(self.raw).hexdigest()[:16])

    @classmethod
    def from_text(cls, text: str) -> PublicIdentity:
        """Return the key that `text` wrote; raises LogBroken for what is no public key."""
        try:
            return cls(raw=base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            raise LogBroken("a public key in the log is not base64") from None

    @property
    def text(self) -> str:
        """The key in base64, as the log keeps it."""
        return base64.b64encode(self.raw).decode()

    def verifies(self, message: bytes, *, signature: bytes) -> bool:
        """Return whether this key signed exactly this message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Identity:
    """A signing key, whole. Its representation tells the key id and nothing else."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicIdentity(raw=key.public_key().public_bytes_raw())

    @classmethod
    def from_pem(cls, pem: bytes) -> Identity:
        """Return the key in this PEM text; raises Misconfigured for anything but Ed25519."""
        return cls._read(pem, where="CONCLAVE_IDENTITY_KEY_FILE")

    @classmethod
    def load(cls, path: Path) -> Identity:
        """Return the key in this PEM file; raises Misconfigured, which names the file."""
        try:
            pem = path.read_bytes()
        except OSError as problem:
            why = problem.strerror or "it cannot be read"
            raise Misconfigured(f"identity key {path}: {why}", advice=_MAKE_ONE) from None
        return cls._read(pem, where=str(path))

    @classmethod
    def _read(cls, pem: bytes, *, where: str) -> Identity:
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The cause may quote the file, and the file may hold a key.
            words = f"identity key {where}: this is no private key in PEM without a password"
            raise Misconfigured(words, advice=_MAKE_ONE) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise Misconfigured(f"identity key {where}: not an Ed25519 key", advice=_MAKE_ONE)
        return cls(key)

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of SHA-256 over the raw public key."""
        return self.public.key_id

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature, 64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"Identity(key_id={self.key_id!r})"


def generate_pem() -> bytes:
    """Return a new Ed25519 key as PKCS #8 PEM, unencrypted: its file is the secret."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
