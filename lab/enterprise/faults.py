"""Faults of the wire, on purpose: which requests they meet, and what becomes of those."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.enterprise.wire import Call


@dataclass(frozen=True, slots=True)
class CutBefore:
    """The connection is cut; Vault never sees the request."""


@dataclass(frozen=True, slots=True)
class CutAfter:
    """Vault does what it was asked; the connection is cut before the reply."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Accepted, neither passed on nor answered, until the faults are cleared."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Passed on after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Answered by the fault itself: a status, and a JSON object or a text."""

    status: int
    body: Mapping[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KillBefore:
    """The process with this id gets SIGKILL; Vault never sees the request.

    Of several ids, the one that sent the request.
    """

    pid: int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KillAfter:
    """Vault does what it was asked; then the process with this id gets SIGKILL, and no reply.

    Of several ids, the one that sent the request.
    """

    pid: int | tuple[int, ...]


Effect = CutBefore | CutAfter | Hang | Delay | Answer | KillBefore | KillAfter


@dataclass(slots=True, kw_only=True)
class Fault:
    """An effect on the `nth` request that matches, and on those after it up to `times` in all.

    `path` is a regular expression that is searched in the path without /v1/; what is None
    matches anything; `times=None` is for ever. `fired` counts.
    """

    effect: Effect
    path: str = ""
    method: str | None = None
    cluster: str | None = None
    node: str | None = None
    nth: int = 1
    times: int | None = 1
    seen: int = 0
    fired: int = 0

    def meets(self, *, cluster: str, node: str, call: Call) -> bool:
        """Return whether this request gets the effect; counts it if it matches."""
        if not self._matches(cluster=cluster, node=node, call=call):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True

    def _matches(self, *, cluster: str, node: str, call: Call) -> bool:
        return (
            self.cluster in (None, cluster)
            and self.node in (None, node)
            and (self.method is None or self.method.upper() == call.method)
            and re.search(self.path, call.path) is not None
        )
