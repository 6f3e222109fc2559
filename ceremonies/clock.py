"""The time by which everything is decided: Redis's, so that no replica's clock expires anybody."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Milliseconds since the epoch by the store's clock, with the offset last measured."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._offset = 0.0
        self.measure()

    def measure(self) -> None:
        """Measure the offset to the store's clock anew (one round trip)."""
        before = time.monotonic()
        theirs = self._read()
        after = time.monotonic()
        self._offset = theirs - (before + after) / 2 * 1000

    def now(self) -> int:
        """Return milliseconds since the epoch."""
        return int(time.monotonic() * 1000 + self._offset)
