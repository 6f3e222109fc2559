"""One lead hands over to another, on real parts: both are asked; who does not is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cards.board import wanted
from bot.cards.keys import duty_key, handover_key
from ceremonies.conductor.duty import DutyDone
from ceremonies.decide.handover import notes
from ceremonies.events import HandoverAsked, HandoverLate
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.process import wait_until
from tests.ring import log_of, seated_on_duty
from tests.table import KIM, SAM, SET, Table

AT_FOUR = datetime(2027, 1, 4, 16, 0, tzinfo=UTC)
DAY = ShiftRules(
    name="day",
    custody=Custody.BOT,
    lead=SAM,
    days=frozenset(Weekday),
    start=(AT_FOUR - timedelta(hours=8)).time(),
    end=AT_FOUR.time(),
    overlap=timedelta(minutes=30),
)
LATE = replace(DAY, name="late", lead=KIM, start=DAY.end, end=(AT_FOUR + timedelta(hours=4)).time())
NEXT = "late/2027-01-04T16:00Z"

Seats = Callable[[int], Table]


@pytest.fixture
def seats(redis_url: str, tmp_path: Path) -> Iterator[Seats]:
    """Return what seats a table so many minutes after Sam's shift ended and Kim's began."""
    scenes = []

    def seat(minutes: int) -> Table:
        at = int((AT_FOUR + timedelta(minutes=minutes)).timestamp() * 1000)
        scenes.append(seated_on_duty(tmp_path, redis_url, DAY, LATE, at=at))
        return scenes[-1].__enter__()

    yield seat
    for scene in scenes:
        scene.__exit__(None, None, None)


def is_asked(table: Table) -> None:
    """Return once the hand-over to Kim's shift is asked for, and Kim's token is there."""

    def both() -> bool:
        duties = table.conductor.state(SET).duties
        handed = duties.handovers.get(NEXT)
        minted = any(t.shift == NEXT for t in duties.tokens)
        return minted and handed is not None and handed.asked is not None

    wait_until(both, seconds=40, what="the hand-over is asked for")


def asks(table: Table, lead: str) -> bool:
    """Whether a message to this lead has the order with which this hand-over is confirmed."""
    conductor = table.conductor
    tokens = conductor.state(SET).duties.tokens
    keys = {handover_key(NEXT, lead), *(duty_key(t.id, lead) for t in tokens if t.shift == NEXT)}
    cards = wanted(
        conductor.state(SET),
        conductor.sets[SET],
        conductor.roster,
        command="/dr",
        now=conductor.now(),
    )
    return any(
        "`/dr shift payments handover`" in str(one.card.blocks)
        for key, one in cards.items()
        if key in keys and one.is_person and one.target == lead
    )


@pytest.mark.parametrize("missing", [(), (SAM,), (KIM,), (SAM, KIM)])
def test_who_follows_their_message_is_not_told_of(seats: Seats, missing: tuple[str, ...]) -> None:
    """Both are asked a quarter of an hour before; the commanders hear of those who did not."""
    table = seats(-14)
    is_asked(table)
    for lead in (SAM, KIM):
        assert asks(table, lead)
        if lead not in missing:
            done = table.conductor.duty.hand_over(SET, by=lead, cause=table.cause())
            assert isinstance(done, DutyDone)
            assert not asks(table, lead)
    clock = table.clock_of_redis()
    clock.put_to(int((AT_FOUR + timedelta(minutes=16)).timestamp() * 1000))

    def told() -> list[tuple[str, ...]]:
        late = [e for e in log_of(table) if isinstance(e, HandoverLate)]
        return [e.missing for e in late if e.shift == NEXT]

    def nothing_is_owed() -> bool:
        duties = table.conductor.state(SET).duties
        return not notes(duties, table.conductor.duty.planned(SET), now=clock.now())

    wait_until(nothing_is_owed, seconds=20, what="the commanders are told")
    assert told() == ([missing] if missing else [])


def test_one_who_begins_to_look_in_mid_shift_asks_too(seats: Seats) -> None:
    """And whoever is asked so late has time from then on."""
    table = seats(5)
    is_asked(table)
    (asked,) = [e for e in log_of(table) if isinstance(e, HandoverAsked)]
    assert (asked.shift, asked.outgoing, asked.incoming) == (NEXT, SAM, KIM)
    handed = table.conductor.state(SET).duties.handovers[NEXT]
    at = handed.late_at(SAM)
    assert at is not None
    assert at >= int((AT_FOUR + timedelta(minutes=20)).timestamp() * 1000)
