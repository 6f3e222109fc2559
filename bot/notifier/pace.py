"""How fast we may call Slack: about one change of a message a second, and what a 429 asks for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

POST = "chat.postMessage"
OPEN = "conversations.open"
UPDATE = "chat.update"

_EACH_S = 1.2  # chat.update is tier 3: some fifty a minute, for all messages together
_BURST = 4.0


class Pace:
    """One for the whole process: Slack counts calls by app and workspace, not by set."""

    def __init__(
        self,
        *,
        each: float = _EACH_S,
        burst: float = _BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._each = each
        self._burst = burst
        self._clock = clock
        self._left = burst
        self._counted_at = clock()
        self._not_before: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, method: str) -> float:
        """Return how many seconds are left until a 429 of this method is over; 0 for none."""
        with self._lock:
            return max(0.0, self._not_before.get(method, 0.0) - self._clock())

    def slow_down(self, method: str, seconds: float) -> None:
        """Leave this method alone for so long, as Slack asked."""
        with self._lock:
            until = self._clock() + seconds
            self._not_before[method] = max(until, self._not_before.get(method, 0.0))

    def take_update(self) -> float:
        """Return 0 if a message may be changed now, which is counted; else the seconds to wait."""
        wait = self.wait(UPDATE)
        if wait:
            return wait
        with self._lock:
            now = self._clock()
            grown = self._left + (now - self._counted_at) / self._each
            self._left, self._counted_at = min(self._burst, grown), now
            if self._left < 1:
                return (1 - self._left) * self._each
            self._left -= 1
            return 0.0
