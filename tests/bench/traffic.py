"""What goes to Redis: counted by Redis itself, so that nothing that the bot sends is missed."""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Self

import redis


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was seen in `seconds`: requests that Redis read, and entries appended to the log.

    A request is one read from a connection (`total_reads_processed`): a pipeline is one, a script
    is one whatever it calls. So it is what a round trip is to whoever waits for it.
    """

    seconds: float = 0
    requests: int = 0
    entries: int = 0

    def __add__(self, other: Self) -> Traffic:
        return Traffic(
            seconds=self.seconds + other.seconds,
            requests=self.requests + other.requests,
            entries=self.entries + other.entries,
        )


class Meter:
    """Counts from when it is made until `read`."""

    def __init__(self, store: redis.Redis, *, log: str) -> None:
        self._store = store
        self._log = log
        self._at = time.monotonic()
        self._requests, self._entries = self._look()

    def read(self) -> Traffic:
        """Return what there was since; our own look is not counted."""
        requests, entries = self._look()
        return Traffic(
            seconds=time.monotonic() - self._at,
            requests=requests - self._requests - 1,
            entries=entries - self._entries,
        )

    def _look(self) -> tuple[int, int]:
        pipe = self._store.pipeline(transaction=False)
        pipe.info("stats")
        pipe.xlen(self._log)
        stats, length = pipe.execute()
        return int(stats["total_reads_processed"]), int(length)


def at_rest(store: redis.Redis, *, log: str, seconds: float) -> Traffic:
    """Return what there is in so many seconds in which nobody does anything."""
    meter = Meter(store, log=log)
    threading.Event().wait(seconds)
    return meter.read()
