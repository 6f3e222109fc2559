"""Secrets at rest: sealed under the master key and their own name, opened, and sealed anew.

Stored is `version (1 byte) ‖ key id (8) ‖ nonce (12) ‖ AES-256-GCM-SIV ciphertext and tag`, with
the Redis key's name as associated data: a sealed secret opens under its own name only. What seals
and what is derived for other uses come from the master key by HKDF-SHA256 with different infos.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ceremonies.errors import ConclaveError, Misconfigured, SecretUnreadable
from ceremonies.store import Redis, Script, Writer, translated

KEY_BYTES = 32

_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12
_HEAD_BYTES = len(_VERSION) + _ID_BYTES + _NONCE_BYTES
_PART = re.compile(r"[A-Za-z0-9._-]+")
_NEW_KEY = (
    "Make one with `conclave keygen`: base64 of 32 random bytes; several with commas between."
)

# Replaces a sealed secret by another, unless it was changed or deleted meanwhile.
_SWAP = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
  return 1
end
return 0
""")


class Unreadable(StrEnum):
    """Why a secret cannot be opened."""

    MISSING = "missing"  # never written, deleted, or expired
    WRONG_KEY = "wrong key"  # sealed under a master key that we do not have
    TAMPERED = "tampered"  # changed, cut, or put under another name


class SecretSealed(SecretUnreadable):
    """A secret that cannot be opened, and why."""

    def __init__(self, kind: Unreadable, name: str) -> None:
        words, self.advice = _WORDS[kind]
        super().__init__(f"{name}: {words}")
        self.kind = kind


_WORDS = {
    Unreadable.MISSING: (
        "this secret is not there (any more)",
        "It was never written, or has expired. Start a new attempt.",
    ),
    Unreadable.WRONG_KEY: (
        "this secret was sealed under a master key that we do not have",
        "Give every replica the same keys in CONCLAVE_MASTER_KEY, the old ones after the new one.",
    ),
    Unreadable.TAMPERED: (
        "this secret is not what was sealed under this name",
        "Somebody changed what Redis holds: keep it as evidence, then start a new attempt.",
    ),
}


class SecretTaken(ConclaveError):
    """Another secret is kept under this name already, and it is not overwritten."""

    advice = "Keep the Redis data as evidence: a nonce names one attempt only. Start a new attempt."


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many secrets were sealed anew, and the names of those that could not be opened."""

    count: int
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sealer:
    """What one master key seals and opens. `key_id` stands before everything it sealed."""

    master: bytes = field(repr=False)
    key_id: bytes = field(init=False)
    _aead: AESGCMSIV = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key_id = _derived(self.master, b"conclave/keychain/1/id", length=_ID_BYTES)
        sealing = _derived(self.master, b"conclave/keychain/1/seal")
        object.__setattr__(self, "key_id", key_id)
        object.__setattr__(self, "_aead", AESGCMSIV(sealing))

    def seal(self, name: str, secret: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, secret, name.encode())
        return _VERSION + self.key_id + nonce + sealed

    def open(self, name: str, sealed: bytes) -> bytes:
        nonce = sealed[_HEAD_BYTES - _NONCE_BYTES : _HEAD_BYTES]
        return self._aead.decrypt(nonce, sealed[_HEAD_BYTES:], name.encode())


class Keychain:
    """One set's secrets. The first master key seals, all of them open. Safe between threads."""

    def __init__(self, redis: Redis, master_keys: tuple[bytes, ...], set_name: str) -> None:
        if not master_keys or any(len(key) != KEY_BYTES for key in master_keys):
            raise RuntimeError("a keychain needs master keys of 32 bytes")
        self._redis = redis
        self._set_name = set_name
        self._sealers = tuple(_Sealer(key) for key in master_keys)
        self._writer = Writer(redis)

    def __repr__(self) -> str:
        return f"Keychain(set_name={self._set_name!r}, keys={len(self._sealers)})"

    def put(self, kind: str, cluster: str, nonce: str, secret: bytes, *, expires_in: int) -> None:
        """Keep `secret` for `expires_in` seconds; written and confirmed when this returns.

        The same secret may be put again (a reply may have been lost). Raises SecretTaken for
        another one, SecretUnreadable where what is there cannot be compared, StoreUnreachable.
        """
        name = self._name(kind, cluster, nonce)
        sealed = self._sealers[0].seal(name, secret)
        lasting = ("PX", expires_in * 1000)
        written = self._writer.write(name, "SET", name, sealed, *lasting, "NX", confirm=True)
        if written.reply:
            return
        if not hmac.compare_digest(self.open(kind, cluster, nonce), secret):
            raise SecretTaken(f"{name}: another secret is kept under this name")
        self._writer.write(name, "SET", name, sealed, *lasting, confirm=True)

    def open(self, kind: str, cluster: str, nonce: str) -> bytes:
        """Return the secret; raises SecretSealed, whose `kind` says why not, StoreUnreachable."""
        name = self._name(kind, cluster, nonce)
        return self._opened(name, self._stored(name))

    def delete(self, kind: str, cluster: str, nonce: str) -> bool:
        """Forget the secret; returns whether it was there. Raises StoreUnreachable."""
        name = self._name(kind, cluster, nonce)
        return bool(self._writer.write(name, "DEL", name).reply)

    def expire(self, kind: str, cluster: str, nonce: str, *, expires_in: int) -> bool:
        """Keep the secret for `expires_in` seconds from now; returns whether it is there."""
        name = self._name(kind, cluster, nonce)
        return bool(self._writer.write(name, "PEXPIRE", name, expires_in * 1000).reply)

    def nonces(self, kind: str, cluster: str) -> list[str]:
        """Return the nonces under which a secret of this kind is kept, sorted."""
        prefix = self._name(kind, cluster, "")
        return sorted(name.removeprefix(prefix) for name in self._names(prefix))

    def reseal(self) -> Resealed:
        """Seal anew, under the first master key, all that another one sealed.

        Afterwards the other keys may go, except for what `unreadable` names. Expiry stays.
        """
        count, unreadable = 0, []
        for name in sorted(self._names(f"conclave:{{{self._set_name}}}:secret:")):
            stored = self._stored(name)
            if stored is None or _key_id(stored) == self._sealers[0].key_id:
                continue
            try:
                sealed = self._sealers[0].seal(name, self._opened(name, stored))
            except SecretUnreadable:
                unreadable.append(name)
                continue
            count += int(self._writer.run(_SWAP, name, stored, sealed, confirm=True).reply)
        return Resealed(count=count, unreadable=tuple(unreadable))

    def derive(self, info: bytes) -> bytes:
        """Return 32 bytes that only who has the first master key can make; other info, others."""
        return _derived(self._sealers[0].master, b"conclave/derived/1|" + info)

    def _name(self, kind: str, cluster: str, nonce: str) -> str:
        for part in (kind, cluster, nonce or "-"):
            if not _PART.fullmatch(part):
                raise RuntimeError("a secret's name has a character that would make it another's")
        return f"conclave:{{{self._set_name}}}:secret:{kind}:{cluster}:{nonce}"

    def _names(self, prefix: str) -> list[str]:
        with translated():
            found = self._redis.scan_iter(match=f"{prefix}*", count=1000)
            return [name.decode() for name in set(found)]

    def _stored(self, name: str) -> bytes | None:
        with translated():
            stored = self._redis.get(name)
        return stored if isinstance(stored, bytes) else None

    def _opened(self, name: str, stored: bytes | None) -> bytes:
        if stored is None:
            raise SecretSealed(Unreadable.MISSING, name)
        if not stored.startswith(_VERSION) or len(stored) < _HEAD_BYTES:
            raise SecretSealed(Unreadable.TAMPERED, name)
        sealer = next((s for s in self._sealers if s.key_id == _key_id(stored)), None)
        if sealer is None:
            raise SecretSealed(Unreadable.WRONG_KEY, name)
        try:
            return sealer.open(name, stored)
        except InvalidTag:
            raise SecretSealed(Unreadable.TAMPERED, name) from None


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


def _key_id(stored: bytes) -> bytes:
    return stored[len(_VERSION) : len(_VERSION) + _ID_BYTES]


def _derived(master: bytes, info: bytes, *, length: int = KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)
