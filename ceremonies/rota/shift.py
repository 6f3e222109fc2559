"""One shift as it is planned: from when to when, and who leads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ceremonies.rota.rules import Custody, ShiftRules


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """A shift with a beginning and an end; times are milliseconds since the epoch.

    `id` is the rule's name and the start in UTC, such as `night/2026-11-22T21:00Z`: the same on
    each replica, and after each change of the plan that leaves the start.
    """

    id: str
    name: str
    lead: str  # Slack id
    custody: Custody
    start: int
    end: int
    overlap: int  # ms

    @property
    def opens_at(self) -> int:
        """When its token is minted: half of the overlap before the start."""
        return self.start - self.overlap // 2

    @property
    def until(self) -> int:
        """The latest moment to which its token is wished to last."""
        return self.end + self.overlap


def planned(rule: ShiftRules, *, lead: str, start: int, end: int) -> PlannedShift:
    """Return the shift of this rule from `start` to `end` (ms)."""
    return PlannedShift(
        id=f"{rule.name}/{_utc(start)}",
        name=rule.name,
        lead=lead,
        custody=rule.custody,
        start=start,
        end=end,
        overlap=int(rule.overlap.total_seconds() * 1000),
    )


def _utc(moment: int) -> str:
    """Return the moment by minutes; a calendar may ask for seconds."""
    told = datetime.fromtimestamp(moment / 1000, UTC)
    return f"{told:%Y-%m-%dT%H:%M:%SZ}" if told.second else f"{told:%Y-%m-%dT%H:%MZ}"
