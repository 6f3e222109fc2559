"""What a cluster can be made to say of itself, whatever is true of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypedDict, Unpack

PerformanceMode = Literal["disabled", "primary", "secondary"]
SyncState = Literal["stream-wals", "merkle-diff", "merkle-sync", "idle"]
_LICENCE_LASTS: Final = timedelta(days=300)


class Said(TypedDict, total=False):
    """What `says` takes; see Sayings."""

    state: SyncState | None
    connection_state: str | None
    corrupted_merkle_tree: bool
    lag: int
    clock_skew_ms: int
    canary_age_ms: int | None
    heartbeat_age: float | None
    version: str | None
    seal_type: str | None
    licence_ends: datetime | None
    licence_terminated: bool
    performance: PerformanceMode
    performance_secondaries: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """None, 0 or False: the truth. Those about the link are a secondary's, told at both its ends.

    `lag` is in records and comes on top of the real one; `heartbeat_age` is in seconds.
    `performance_secondaries` are the ids that a performance primary knows.
    """

    state: SyncState | None = None
    connection_state: str | None = None
    corrupted_merkle_tree: bool = False
    lag: int = 0
    clock_skew_ms: int = 0
    canary_age_ms: int | None = None
    heartbeat_age: float | None = None
    version: str | None = None
    seal_type: str | None = None
    licence_ends: datetime | None = None
    licence_terminated: bool = False
    performance: PerformanceMode = "disabled"
    performance_secondaries: Sequence[str] = ()

    def but(self, **said: Unpack[Said]) -> Sayings:
        """Return the same with these changed."""
        return dataclasses.replace(self, **said)

    def licence(self) -> dict[str, Any]:
        """Return what sys/health says in `license`."""
        ends = self.licence_ends or datetime.now(tz=UTC) + _LICENCE_LASTS
        return {
            "state": "autoloaded",
            "expiry_time": ends.isoformat(timespec="seconds"),
            "terminated": self.licence_terminated,
        }

    def heartbeat(self, heard: datetime | None) -> datetime | None:
        """Return when the other side was last heard, which was really at `heard`."""
        if self.heartbeat_age is None:
            return heard
        return datetime.now(tz=UTC) - timedelta(seconds=self.heartbeat_age)
