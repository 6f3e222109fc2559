"""What holds for a set while something is decided: its rules, its people, its clock's limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ceremonies.ceremony import Ceremony
from ceremonies.roster import Role, Roster
from ceremonies.rota.shift import PlannedShift
from ceremonies.topology import ReplicationSet

_PAUSE_MS = 5_000
_PAUSE_MAX_MS = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The rules of one set and the roster of the moment."""

    rules: ReplicationSet
    roster: Roster
    shifts: tuple[PlannedShift, ...] = ()  # around now, by their start
    since: int = 0  # when this replica began to look (ms): what it could not have done is not late

    def deadline(self, *, now: int, max_at: int) -> int:
        """Return a fresh deadline (ms), never past the ceremony's maximum."""
        return min(now + ms(self.rules.ceremony.deadline), max_at)

    def deadline_of(self, ceremony: Ceremony, *, now: int) -> int:
        """Return this ceremony's fresh deadline (ms)."""
        return self.deadline(now=now, max_at=ceremony.max_at)

    def is_commander(self, slack: str) -> bool:
        """Return whether this person may command."""
        return self.roster.has(slack, Role.INCIDENT_COMMANDER)

    def shares_of(self, slack: str) -> int:
        """Return how many shares this person keeps; who is no key holder any more counts as one."""
        kept = {holder.slack: holder.shares for holder in self.rules.key_holders}
        return kept.get(slack, 1)


def pause(times: int) -> int:
    """Return how long (ms) to wait with what was undone so often: none at first, then doubled.

    Whoever undoes it and whoever does it again could otherwise write at any speed.
    """
    return 0 if times <= 1 else min(_PAUSE_MS * 2 ** min(times - 2, 16), _PAUSE_MAX_MS)


def soon(left: int) -> str:
    """Return a rest of time (ms) in whole seconds, as in `5 s`."""
    return f"{-(-left // 1000)} s"


def ms(span: timedelta) -> int:
    """Return whole milliseconds."""
    return int(span.total_seconds() * 1000)
