"""What the clusters answered lately: each set is asked once at a time, whoever wants to know."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass, field
from typing import TypeVar

from ceremonies.conductor import Conductor
from ceremonies.evidence import Evidence

T = TypeVar("T")
FRESH_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Looks at a set, for what is only shown. Decisions look for themselves."""

    conductor: Conductor
    pool: Executor
    _newest: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    _running: dict[tuple[str, str], Future[Evidence]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def newest(self, set_name: str, target: str) -> Evidence | None:
        """Return what was seen within the last minute, judged for `target`."""
        seen = self._newest.get((set_name, target))
        return seen if seen and self.conductor.now() - seen.at <= FRESH_MS else None

    def ask(self, set_name: str, target: str) -> Future[Evidence]:
        """Return a look that begins now, or the one that is under way; up to 10 s."""
        key = (set_name, target)
        with self._lock:
            running = self._running.get(key)
            if running is None or running.done():
                running = self.pool.submit(self._look, key)
                self._running[key] = running
            return running

    def _look(self, key: tuple[str, str]) -> Evidence:
        seen = self.conductor.look(key[0], target=key[1])
        self._newest[key] = seen
        return seen


def in_time(work: Future[T], until: float) -> T | None:
    """Return what this came to, if it comes by `until` (monotonic seconds)."""
    try:
        return work.result(max(0.0, until - time.monotonic()))
    except NotInTime:
        return None
