"""What was seen outside and may be forgotten: a cache under `conclave:cache:…`, with expiry.

Nothing here is state: it may be lost at any time, and no decision rests on it. No secret goes in.
"""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from ceremonies.store import Redis, translated

PREFIX = "conclave:cache:"


class Marked:
    """Texts with a MAC under `key`: whoever can write to Redis cannot write one of ours."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mark(self, name: str, words: str) -> str:
        """Return the text as it is kept under this name."""
        return f"{self._mac(name, words)}|{words}"

    def read(self, name: str, kept: str) -> str | None:
        """Return the text that was kept under this name; None for what is not ours."""
        mac, _, words = kept.partition("|")
        good = hmac.compare_digest(mac.encode(), self._mac(name, words).encode())
        return words if good else None

    def _mac(self, name: str, words: str) -> str:
        return hmac.new(self._key, f"{name}|{words}".encode(), hashlib.sha256).hexdigest()


class Observations:
    """The cache. Names are plain, such as `{payments}:drawn`; every call is one round trip.

    They raise StoreUnreachable.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def get(self, name: str) -> str | None:
        """Return what was put there, or None where that is gone."""
        with translated():
            found = self._redis.get(PREFIX + name)
        return _text(found) if found is not None else None

    def put(self, name: str, value: str, *, seconds: float) -> None:
        """Keep a text for so long."""
        with translated():
            self._redis.set(PREFIX + name, value, px=int(seconds * 1000))

    def first(self, name: str, *, seconds: float) -> bool:
        """Return whether nobody said this within so many seconds; it is said now."""
        with translated():
            return bool(self._redis.set(PREFIX + name, "1", px=int(seconds * 1000), nx=True))

    def forget(self, name: str) -> None:
        """Let it be as if it had never been put."""
        with translated():
            self._redis.delete(PREFIX + name)

    def fields(self, name: str) -> dict[str, str]:
        """Return every field that was put under this name."""
        with translated():
            found = self._redis.hgetall(PREFIX + name)
        return {_text(field): _text(value) for field, value in found.items()}

    def put_fields(self, name: str, fields: Mapping[str, str], *, seconds: float) -> None:
        """Keep these fields beside those that are there, all of them for so long from now."""
        with translated():
            pipe = self._redis.pipeline(transaction=False)
            pipe.hset(PREFIX + name, items=[part for pair in fields.items() for part in pair])
            pipe.pexpire(PREFIX + name, int(seconds * 1000))
            pipe.execute()

    def drop_fields(self, name: str, *fields: str) -> None:
        """Forget these fields."""
        with translated():
            self._redis.hdel(PREFIX + name, *fields)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
