"""Time as the stand-in sees it: real, and ahead by as much as a test says."""

from __future__ import annotations

import threading
import time


class Clock:
    """Two clocks that a test can put forward together; neither ever goes back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = 0.0
        self._last_ts = 0

    def advance(self, seconds: float) -> None:
        """From now on both clocks are `seconds` further ahead: triggers and URLs grow old."""
        with self._lock:
            self._ahead += seconds

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self._ahead

    def monotonic(self) -> float:
        """Return seconds that never jump, for life times."""
        return time.monotonic() + self._ahead

    def ts(self) -> str:
        """Return a message's id: seconds with six decimals, each later than the one before."""
        with self._lock:
            self._last_ts = max(int((time.time() + self._ahead) * 1_000_000), self._last_ts + 1)
            seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06d}"
