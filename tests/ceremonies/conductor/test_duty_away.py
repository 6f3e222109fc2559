"""The primary is away as one shift follows another, on real parts: told, bridged, made up for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies import policies
from ceremonies.duty import Duties
from ceremonies.events import Part, Proof
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.process import wait_until
from tests.ring import seated_on_duty, waits_for_ring
from tests.table import KIM, SAM, SET, Table

AT_FOUR = datetime(2027, 1, 4, 16, 0, tzinfo=UTC)
OVERLAP = timedelta(minutes=30)
DAY = ShiftRules(
    name="day",
    custody=Custody.BOT,
    lead=SAM,
    days=frozenset(Weekday),
    start=(AT_FOUR - timedelta(hours=8)).time(),
    end=AT_FOUR.time(),
    overlap=OVERLAP,
)
LATE = replace(DAY, name="late", lead=KIM, start=DAY.end, end=(AT_FOUR + 8 * OVERLAP).time())
NEXT = "late/2027-01-04T16:00Z"


MOST_A_SECOND = 40  # requests to one cluster: all watchers together make do with a few


@pytest.fixture
def table(redis_url: str, tmp_path: Path) -> Iterator[Table]:
    """A table half an hour before the day shift ends, its token proven on both clusters."""
    at = int((AT_FOUR - OVERLAP).timestamp() * 1000)
    with seated_on_duty(tmp_path, redis_url, DAY, LATE, at=at) as laid:
        waits(laid, lambda d: bool(d.tokens) and len(d.tokens[0].proofs) == 2, "it is proven")
        yield laid


def waits(table: Table, condition: Callable[[Duties], bool], what: str) -> Duties:
    """Return the duties once this is true of them."""

    def holds() -> bool:
        return condition(table.conductor.state(SET).duties)

    wait_until(holds, seconds=40, what=what)
    return table.conductor.state(SET).duties


def test_the_primary_is_away_at_rotation_time(table: Table) -> None:
    """The old token bridges its overlap, and is not taken for refused; then none covers.

    Both are told. As soon as the primary is back the shift has its token.
    """
    (old,) = table.conductor.state(SET).duties.tokens
    clock = table.clock_of_redis()
    table.vaults["a"].kill()
    clock.put_to(int((AT_FOUR - timedelta(minutes=5)).timestamp() * 1000))

    late = waits(table, lambda d: d.mint(NEXT, Part.BOT).late, "it is told as late")

    assert [t.id for t in late.live(clock.now())] == [old.id]
    assert late.covered is True
    usable = late.usable("b", now=clock.now())
    assert usable is not None
    assert usable.id == old.id
    assert abs(old.until - int((AT_FOUR + OVERLAP).timestamp() * 1000)) < 3_000

    clock.put_to(old.until + 1000)
    gone = waits(table, lambda d: d.covered is False, "it is told that none covers")
    assert gone.gap_planned is False
    assert gone.mint(NEXT, Part.BOT).stray_until == 0
    found = gone.find(old.id)
    assert found is not None
    assert found.takes("a")
    assert found.proofs["b"].answer is Proof.GOOD

    table.vaults["a"].revive()
    back = waits(table, lambda d: d.covered is True, "it is covered again")
    assert back.tokens[-1].shift == NEXT
    assert back.tokens[-1].lead == KIM
    wished = int((AT_FOUR + 9 * OVERLAP).timestamp() * 1000)
    assert abs(back.tokens[-1].until - wished) < 3_000


def test_a_primary_that_is_away_is_not_asked_for_without_pause(table: Table) -> None:
    """An outage is no time to keep every node busy; what is left answers in peace."""
    table.vaults["a"].kill()
    table.vaults.record.clear()
    begun = time.monotonic()
    clock = table.clock_of_redis()
    clock.put_to(int((AT_FOUR - timedelta(minutes=5)).timestamp() * 1000))
    waits(table, lambda d: d.mint(NEXT, Part.BOT).late, "it is told as late")
    wait_until(lambda: time.monotonic() > begun + 2, seconds=5, what="two seconds are over")
    asked = len([seen for seen in table.vaults.record.find() if seen.cluster == "b"])
    assert asked < MOST_A_SECOND * (time.monotonic() - begun)


def test_a_clock_that_was_put_back(table: Table) -> None:
    """What was looked at in a time that is to come again is looked at at once, all the same."""
    (token,) = table.conductor.state(SET).duties.tokens
    others = [place for place in policies.places() if place != token.place]
    for left, hours in ((policies.RING - 1, 2), (policies.RING - 2, 6)):
        name = policies.policy_name(others.pop())
        table.vaults["a"].bao.call("DELETE", f"sys/policies/acl/{name}")
        before = AT_FOUR - timedelta(hours=hours)  # both in the same shift, far from its ends
        table.clock_of_redis().put_to(int(before.timestamp() * 1000))
        waits_for_ring(table, ready=left)
    assert [t.id for t in table.conductor.state(SET).duties.tokens] == [token.id]
