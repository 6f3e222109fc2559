"""The one lock around everything that people and the bot change, and how to wait for a change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """Held as a context manager while state is read or changed; `beat` wakes those who wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._revision = 0

    def __enter__(self) -> None:
        self._changed.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._changed.release()

    @property
    def revision(self) -> int:
        """Return how many changes there were: what is newer has a greater number."""
        return self._revision

    def beat(self) -> int:
        """Count a change, wake everybody who waits, and return the change's number."""
        with self._changed:
            self._revision += 1
            self._changed.notify_all()
            return self._revision

    def wait_for(self, found: Callable[[], T | None], *, within: float) -> T | None:
        """Return what `found` finds, asked again after each change; None after `within` seconds.

        `found` runs with the lock held. Falsy finds (None, an empty tuple, False) go on waiting.
        """
        deadline = time.monotonic() + within
        with self._changed:
            while not (result := found()):
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            return result
