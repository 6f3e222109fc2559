"""Secrets at rest in Redis: each sealed under its own key's name, opened, sealed anew.

The name, `conclave:{SET}:secret:<kind>:<cluster>:<nonce>`, is the associated data: a sealed secret
that is put under another name does not open there.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

import structlog

from ceremonies.errors import ConclaveError, SecretUnreadable
from ceremonies.master_key import MasterKey, NotOpened, parse_master_keys, sealed_by
from ceremonies.store import Redis, Script, Writer, translated

__all__ = [
    "CannotOpen",
    "Keychain",
    "Resealed",
    "SecretTaken",
    "Unreadable",
    "parse_master_keys",
]

log = structlog.get_logger()

_PART = re.compile(r"[A-Za-z0-9._-]+")

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


class CannotOpen(SecretUnreadable):
    """A secret that cannot be opened; `kind` says why."""

    def __init__(self, kind: Unreadable, name: str) -> None:
        words, advice = _WORDS[kind]
        super().__init__(f"{name}: {words}", advice=advice)
        self.kind = kind


class SecretTaken(ConclaveError):
    """Another secret is kept under this name already, and it is not overwritten."""

    advice = "Keep the Redis data as evidence: a nonce names one attempt only. Start a new attempt."


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many secrets were sealed anew, and the names of those that could not be opened."""

    count: int
    unreadable: tuple[str, ...]


class Keychain:
    """One set's secrets. The first master key seals, all of them open. Safe between threads."""

    def __init__(self, redis: Redis, master_keys: tuple[bytes, ...], set_name: str) -> None:
        if not master_keys:
            raise RuntimeError("a keychain needs a master key")
        self._redis = redis
        self._prefix = f"conclave:{{{set_name}}}:secret:"
        self._keys = tuple(MasterKey(key) for key in master_keys)
        self._writer = Writer(redis)

    def __repr__(self) -> str:
        ids = ", ".join(key.key_id.hex() for key in self._keys)
        return f"Keychain({self._prefix}… with {ids})"

    def put(self, kind: str, cluster: str, nonce: str, secret: bytes, *, expires_in: int) -> None:
        """Keep `secret` for `expires_in` seconds; it is written when this returns.

        A replica or the disk has confirmed it, or that took too long (ceremonies.store.writing).
        The same secret may be put again, as after a lost reply. Raises SecretTaken for another
        one, SecretUnreadable where what is there cannot be compared, and StoreUnreachable.
        """
        name = self._name(kind, cluster, nonce)
        sealed = self._keys[0].seal(secret, name=name)
        command = ("SET", name, sealed, "PX", expires_in * 1000)
        if self._writer.write(name, *command, "NX", confirm=True).reply:
            return
        if not hmac.compare_digest(self.open(kind, cluster, nonce), secret):
            raise SecretTaken(f"{name}: another secret is kept under this name")
        self._writer.write(name, *command, "XX", confirm=True)

    def open(self, kind: str, cluster: str, nonce: str) -> bytes:
        """Return the secret; raises CannotOpen and StoreUnreachable."""
        name = self._name(kind, cluster, nonce)
        stored = self._stored(name)
        if stored is None:
            raise CannotOpen(Unreadable.MISSING, name)
        return self._opened(name, stored)

    def delete(self, kind: str, cluster: str, nonce: str) -> bool:
        """Forget the secret; returns whether it was there. Raises StoreUnreachable."""
        name = self._name(kind, cluster, nonce)
        return bool(self._writer.write(name, "DEL", name).reply)

    def reseal(self) -> Resealed:
        """Seal under the first master key whatever another one sealed. Expiry stays.

        Afterwards the other keys are needed for nothing but what `unreadable` names.
        """
        count, unreadable = 0, []
        for name in self._names(self._prefix):
            stored = self._stored(name)
            if stored is None or sealed_by(stored) == self._keys[0].key_id:
                continue
            try:
                sealed = self._keys[0].seal(self._opened(name, stored), name=name)
            except CannotOpen as error:
                log.warning("keychain.not_resealed", name=name, problem=error.kind)
                unreadable.append(name)
                continue
            count += int(self._writer.run(_SWAP, name, stored, sealed, confirm=True).reply)
        return Resealed(count=count, unreadable=tuple(unreadable))

    def derive(self, info: bytes) -> bytes:
        """Return 32 bytes that only a holder of the first master key can make; other info, others.

        They change when another key becomes the first.
        """
        return self._keys[0].derive(info)

    def _name(self, kind: str, cluster: str, nonce: str) -> str:
        for part in (kind, cluster, nonce or "-"):
            if not _PART.fullmatch(part):
                raise RuntimeError("a part of a secret's name would make it another's")
        return f"{self._prefix}{kind}:{cluster}:{nonce}"

    def _names(self, prefix: str) -> list[str]:
        with translated():
            found = self._redis.scan_iter(match=f"{prefix}*", count=1000)
            return sorted({name.decode() for name in found})

    def _stored(self, name: str) -> bytes | None:
        with translated():
            stored = self._redis.get(name)
        return stored if isinstance(stored, bytes) else None

    def _opened(self, name: str, stored: bytes) -> bytes:
        by = sealed_by(stored)
        key = next((key for key in self._keys if key.key_id == by), None)
        if key is None:
            kind = Unreadable.TAMPERED if by is None else Unreadable.WRONG_KEY
            raise CannotOpen(kind, name)
        try:
            return key.open(stored, name=name)
        except NotOpened:
            raise CannotOpen(Unreadable.TAMPERED, name) from None
