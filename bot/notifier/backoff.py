"""How long to leave something alone that failed: a little longer each time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

_STEPS_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 60.0, 60.0, 120.0, 300.0)


class Backoff:
    """Failures by name. Not shared between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[Hashable, int] = {}
        self._not_before: dict[Hashable, float] = {}

    def failed(self, name: Hashable) -> None:
        """Leave it alone for a while."""
        tries = self._tries.get(name, 0)
        self._tries[name] = tries + 1
        self._not_before[name] = self._clock() + _STEPS_S[min(tries, len(_STEPS_S) - 1)]

    def went_well(self, name: Hashable) -> None:
        """Forget its failures."""
        self._tries.pop(name, None)
        self._not_before.pop(name, None)

    def has_failed(self, name: Hashable) -> bool:
        """Return whether it failed last time."""
        return name in self._tries

    def wait(self, name: Hashable) -> float:
        """Return how many seconds it is to be left alone for; 0 for none."""
        return max(0.0, self._not_before.get(name, 0.0) - self._clock())
