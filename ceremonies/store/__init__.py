"""Redis, as everything else sees it: reached by URL, found safe, asked for its time."""

from __future__ import annotations

from ceremonies.store.address import Redis, connect
from ceremonies.store.safety import check
from ceremonies.store.translation import translated
from ceremonies.store.writing import Script, Writer, Written

__all__ = [
    "Redis",
    "Script",
    "Writer",
    "Written",
    "check",
    "connect",
    "now",
    "translated",
]


def now(redis: Redis) -> int:
    """Return Redis's time in milliseconds since the epoch; raises StoreUnreachable."""
    with translated():
        seconds, microseconds = redis.time()
    return int(seconds) * 1000 + int(microseconds) // 1000
