"""Switches for bad days: rate limits, cut connections, delays, errors, on chosen methods."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong with a call."""

    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    CUT_BEFORE = "cut_before"
    """The connection ends without an answer, and nothing was done."""
    CUT_AFTER = "cut_after"
    """It was done, and the connection ends without an answer."""
    DELAY = "delay"
    REFUSE = "refuse"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that will go wrong so many times more."""

    kind: FaultKind
    method: str
    times: int
    seconds: float = 0.0
    status: int = 503
    code: str = "internal_error"
    after: int = 0
    """How many calls still pass before the first one fails."""


class Faults:
    """What will go wrong, method by method (`*` for any), in the order of asking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def rate_limit(self, method: str, *, times: int = 1, retry_after: int = 1) -> Fault:
        """Answer 429 with `Retry-After`."""
        return self.add(
            Fault(kind=FaultKind.RATE_LIMIT, method=method, times=times, seconds=retry_after)
        )

    def server_error(self, method: str, *, times: int = 1, status: int = 503) -> Fault:
        """Answer 5xx and do nothing."""
        return self.add(
            Fault(kind=FaultKind.SERVER_ERROR, method=method, times=times, status=status)
        )

    def cut_before(self, method: str, *, times: int = 1, after: int = 0) -> Fault:
        """Hang up on the call without doing it."""
        return self.add(Fault(kind=FaultKind.CUT_BEFORE, method=method, times=times, after=after))

    def cut_after(self, method: str, *, times: int = 1, after: int = 0) -> Fault:
        """Do what the call says, then hang up instead of answering."""
        return self.add(Fault(kind=FaultKind.CUT_AFTER, method=method, times=times, after=after))

    def delay(self, method: str, seconds: float, *, times: int = 1) -> Fault:
        """Answer only after so many seconds."""
        return self.add(Fault(kind=FaultKind.DELAY, method=method, times=times, seconds=seconds))

    def refuse(self, method: str, code: str, *, times: int = 1) -> Fault:
        """Answer `ok: false` with this code and do nothing."""
        return self.add(Fault(kind=FaultKind.REFUSE, method=method, times=times, code=code))

    def add(self, fault: Fault) -> Fault:
        """Let this go wrong, after what was asked for before."""
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._waiting.clear()

    def strike(self, method: str) -> Fault | None:
        """Return what goes wrong with this call, and count it; None if all is well."""
        with self._lock:
            for fault in self._waiting:
                if fault.method not in (method, "*") or fault.times <= 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None
