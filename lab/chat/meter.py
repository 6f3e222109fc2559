"""How often a method may be called, as Slack's tiers say; off unless a test wants it."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from lab.chat.clock import Clock

_MINUTE = 60.0
_BURST = 10
_BURST_SECONDS = 10.0
"""Posting is one a second and channel, with short bursts; how short is not documented."""


class Tier(StrEnum):
    """Calls a minute, for one method of one app in one workspace."""

    ONE = "1"
    TWO = "20"
    THREE = "50"
    FOUR = "100"
    SPECIAL = "special"


class Meter:
    """Counts calls. One that comes too early is not counted and told how long to wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}

    def wait(self, method: str, tier: Tier, *, channel: str = "") -> int:
        """Return 0 and count the call, or the seconds (rounded up) after which it may come."""
        if tier is Tier.SPECIAL:
            if method != "chat.postMessage":
                return 0
            return self._in_window(f"{method} {channel}", _BURST, _BURST_SECONDS)
        return self._in_window(method, int(tier.value), _MINUTE)

    def _in_window(self, name: str, most: int, seconds: float) -> int:
        now = self._clock.monotonic()
        calls = self._calls.setdefault(name, deque())
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) < most:
            calls.append(now)
            return 0
        return int(calls[0] + seconds - now) + 1
