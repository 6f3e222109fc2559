"""Pools of threads that can be closed in a given time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

from bot.logs import ContextExecutor

P = ParamSpec("P")
T = TypeVar("T")


class Pool(ContextExecutor):
    """Named threads whose work sees the context of whoever handed it in."""

    def __init__(self, size: int, name: str) -> None:
        super().__init__(size, name)
        self._busy = 0
        self._changed = threading.Condition()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run this in a thread of the pool; raises RuntimeError once the pool is closed."""
        done = super().submit(fn, *args, **kwargs)
        with self._changed:
            self._busy += 1
        done.add_done_callback(self._one_less)
        return done

    def close(self, deadline: float) -> bool:
        """Begin nothing more; return whether all that had begun ended by then (monotonic)."""
        self.shutdown(wait=False, cancel_futures=True)
        with self._changed:
            left = deadline - time.monotonic()
            return self._changed.wait_for(lambda: self._busy <= 0, max(0.0, left))

    def _one_less(self, _: Future[T]) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
