"""A quarter of shifts on real parts, by a set clock: three replicas, one at times stopped."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import redis

from ceremonies.conductor import Conductor
from ceremonies.duty import DutyToken
from ceremonies.events import CoverageChanged, MintLate, TokenMinted
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from ceremonies.rota.schedule import occurrences
from ceremonies.rota.shift import PlannedShift
from lab.process import wait_until
from tests.ring import log_of, seated_on_duty
from tests.table import KIM, SAM, SET, Table

# Clocks there go back in February and forward in March 2027: both changes lie in one quarter.
ZONE = "Africa/Casablanca"
BEGINS, ENDS = "2027-01-04 05:00", "2027-04-05 05:00"
SEED = 20270104
DAY = ShiftRules(
    name="day",
    zone=ZONE,
    custody=Custody.BOT,
    lead=SAM,
    days=frozenset(Weekday),
    start=time(7),
    end=time(19),
    overlap=timedelta(minutes=30),
)
NIGHT = replace(DAY, name="night", lead=KIM, start=time(19), end=time(7))


def ms(text: str) -> int:
    """Return milliseconds of a moment in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass
class Quarter:
    """Three replicas at one table, and the shifts that they have to cover."""

    table: Table
    chance: random.Random
    seen: dict[str, int] = field(default_factory=dict)  # shift → when its token was there

    @property
    def shifts(self) -> list[PlannedShift]:
        """Return every shift of the quarter, by its start."""
        after, before = ms(BEGINS), ms(ENDS)
        found = [
            s for rule in self.table.shifts for s in occurrences(rule, after=after, before=before)
        ]
        return sorted((s for s in found if after < s.opens_at < before), key=lambda s: s.start)

    def begins(self) -> None:
        """The night that is on has its token too."""
        wait_until(
            lambda: bool(self.newest.state(SET).duties.tokens), seconds=30, what="a first token"
        )

    def passes(self, shift: PlannedShift) -> None:
        """It is the moment at which this shift's token is due; it is minted before its start."""
        assert self.table.clock is not None
        self.table.clock.put_to(shift.opens_at + 1000)
        if self.chance.random() < 1 / 12:
            self._replaces_one()
        self._nudge()
        wait_until(lambda: self._has(shift), seconds=30, what=f"the token of {shift.id}")
        self.seen[shift.id] = self.table.clock.now()

    def _replaces_one(self) -> None:
        """A replica stops where it stands, and another one comes up."""
        gone = self.chance.choice(self.table.conductors)
        self.table.conductors.remove(gone)
        gone.close(0)
        self.table.seat()

    def _nudge(self) -> None:
        with redis.Redis.from_url(self.table.redis_url) as store:
            store.publish("conclave:wake", SET)

    def _has(self, shift: PlannedShift) -> bool:
        tokens: Sequence[DutyToken] = self.newest.state(SET).duties.tokens
        return any(t.shift == shift.id for t in tokens)

    @property
    def newest(self) -> Conductor:
        """The replica that was seated last."""
        return self.table.conductors[-1]


@pytest.mark.timeout(500)
def test_a_quarter_of_shifts(redis_url: str, tmp_path: Path) -> None:
    """Every shift has one token held, minted before its start; no minute is uncovered.

    Which replica is stopped when follows from a seed; how they race does not.
    """
    zone = ZoneInfo(ZONE)
    offsets = {datetime(2027, m, 20, tzinfo=zone).utcoffset() for m in (1, 2, 3)}
    assert len(offsets) == 2, "the clocks go back and forward in this quarter"
    chance = random.Random(SEED)  # noqa: S311 — an order, not a secret
    with seated_on_duty(tmp_path, redis_url, DAY, NIGHT, replicas=3, at=ms(BEGINS)) as table:
        quarter = Quarter(table, chance)
        shifts = quarter.shifts
        quarter.begins()
        for shift in shifts:
            quarter.passes(shift)
        told = log_of(table)

    made = [e for e in told if isinstance(e, TokenMinted)]
    by_shift = Counter(e.shift for e in made)
    assert {s.id for s in shifts} <= set(by_shift)
    assert max(by_shift.values()) == 1
    assert all(quarter.seen[s.id] < s.start for s in shifts)
    until = {e.shift: e.until for e in made}
    for before, after in pairwise(shifts):
        assert quarter.seen[after.id] < until[before.id], f"uncovered before {after.id}"
    assert not [e for e in told if isinstance(e, MintLate)]
    assert [e.covered for e in told if isinstance(e, CoverageChanged)] == [True]
    lengths = Counter((s.end - s.start) // 3_600_000 for s in shifts if s.name == "night")
    assert set(lengths) == {11, 12, 13}
