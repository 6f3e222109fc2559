"""The rota by calendars: two at once, hours, what changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.rota.entries import Answer, Entry, carried_on
from tests.ceremonies.rota.rotas import (
    DAY,
    HOUR,
    KIM,
    SAM,
    at,
    days,
    night,
    on_call,
)
from tests.ceremonies.rota.test_rota import NOW, Said, Table, is_on, says


def test_the_same_person_twice() -> None:
    """What two layers say of one person is one shift, and nothing is odd."""
    table = Table(
        (on_call(),),
        says(
            is_on("Sam", "2026-11-25 08:00", "2026-11-25 14:00"),
            is_on("sam@example.org", "2026-11-25 10:00", "2026-11-25 20:00"),
        ),
    )
    assert table.shifts() == [(SAM, "2026-11-25 08:00", "2026-11-25 20:00")]
    assert table.problems() == ()


def test_a_calendar_beside_a_rule() -> None:
    """The rule that is configured first has its hours; the other keeps what is left."""
    table = Table(
        (night(days=days("wed")), on_call()),
        says(is_on("Kim", "2026-11-25 08:00", "2026-11-26 08:00")),
    )
    now_on = [shift for shift in table.shifts() if "2026-11-25" <= shift[1] < "2026-11-27"]
    assert now_on == [
        (KIM, "2026-11-25 08:00", "2026-11-25 21:00"),
        (SAM, "2026-11-25 21:00", "2026-11-26 05:00"),
        (KIM, "2026-11-26 05:00", "2026-11-26 08:00"),
    ]
    assert table.problems() == (
        "shift oncall/2026-11-25T08:00Z overlaps one that is configured before it: it is cut",
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(
            Said(), ("its calendar gave no plan: it was not asked yet",), id="not asked yet"
        ),
        pytest.param(
            Said(problem="it refuses the connection (since 2026-11-25 11:00 UTC)"),
            ("its calendar gave no plan: it refuses the connection (since 2026-11-25 11:00 UTC)",),
            id="never reached",
        ),
        pytest.param(
            says(is_on("Sam", "2026-11-01 08:00", "2026-11-02 08:00")),
            ("in its calendar, nobody leads in the 9 days to come",),
            id="nobody any more",
        ),
        pytest.param(
            says(is_on("Mallory", "2026-11-26 08:00", "2026-11-26 20:00")),
            (
                "in its calendar, nobody leads in the 9 days to come",
                (
                    "in its calendar, “Mallory”, from 2026-11-26 08:00 UTC to "
                    "2026-11-26 20:00 UTC, names nobody of `people`: nobody leads then"
                ),
            ),
            id="somebody who is not mapped",
        ),
        pytest.param(
            says(is_on("Sam", "2026-11-24 08:00", "2026-12-04 08:00")),
            (
                "in its calendar, nobody leads in the 9 days to come",
                (
                    "in its calendar, “Sam”, from 2026-11-24 08:00 UTC to 2026-12-04 08:00 UTC, "
                    "is longer than a week: write days, start, end too"
                ),
            ),
            id="longer than a week",
        ),
    ],
)
def test_nobody_by_a_calendar(said: Said, words: tuple[str, ...]) -> None:
    """Nothing is planned, and it is told why."""
    table = Table((on_call(),), said)
    assert table.shifts() == []
    assert table.problems() == tuple(f"shift oncall: {problem}" for problem in words)


def test_what_was_said_holds_on() -> None:
    """While the calendar is away its last plan stays, with its age; what is over is not told."""
    said = says(
        is_on("Mallory", "2026-11-23 08:00", "2026-11-24 08:00"),
        is_on("Sam", "2026-11-25 08:00", "2026-11-25 20:00"),
        problems=("“Kim” has no length: it is left out",),
    )
    said.problem = "it does not answer in time (since 2026-11-25 12:05 UTC)"
    table = Table((on_call(),), said)
    assert table.shifts() == [(SAM, "2026-11-25 08:00", "2026-11-25 20:00")]
    assert table.problems() == (
        (
            "shift oncall: its calendar: it does not answer in time (since 2026-11-25 12:05 UTC); "
            "what it said at 2026-11-25 12:00 UTC holds on"
        ),
        "shift oncall: in its calendar, “Kim” has no length: it is left out",
    )


def test_many_problems() -> None:
    """A calendar of strangers does not fill the channel."""
    strangers = (
        is_on(f"M{n}", f"2026-11-26 {n:02}:00", f"2026-11-26 {n:02}:30") for n in range(24)
    )
    table = Table((on_call(),), says(*strangers))
    assert len(table.problems()) == 7
    assert table.problems()[-1] == "shift oncall: its calendar has 19 more such problems"


def test_a_short_shift_of_a_calendar() -> None:
    """Its overlap is half of it at most: the next one's token is not due before this begins."""
    rule = on_call(overlap=timedelta(hours=4))
    table = Table((rule,), says(is_on("Sam", "2026-11-25 12:00", "2026-11-25 13:00")))
    (shift,) = table.rota.planned("payments", now=NOW)
    assert shift.overlap == HOUR // 2


def test_a_shift_keeps_its_id_while_it_is_on() -> None:
    """Whatever it was cut by days ago, it has begun when it began."""
    week = is_on("Kim", "2026-11-23 08:00", "2026-11-30 08:00")
    said = says(is_on("Sam", "2026-11-23 08:00", "2026-11-24 08:00"), week)
    table = Table((on_call(),), said)
    ids = set()
    for hours in range(0, 5 * 24, 6):
        table.now = NOW + hours * HOUR
        on_now = [
            s for s in table.rota.planned("payments", now=table.now) if s.start <= table.now < s.end
        ]
        ids |= {shift.id for shift in on_now}
    assert ids == {"oncall/2026-11-24T08:00Z"}


def test_a_calendar_that_begins_with_now() -> None:
    """What is on already keeps its beginning; another person's beginning is their own."""
    sam = is_on("Sam", "2026-11-25 08:00", "2026-11-25 20:00")
    later = at("2026-11-25 14:00")
    old = Answer(at=NOW, entries=(sam,))
    shortened = replace(sam, start=later)
    assert carried_on(Answer(at=later, entries=(shortened,)), old).entries == (sam,)
    kim = replace(is_on("Kim", "2026-11-25 14:00", "2026-11-25 20:00"))
    assert carried_on(Answer(at=later, entries=(kim,)), old).entries == (kim,)
    assert carried_on(Answer(at=later, entries=(shortened,)), None).entries == (shortened,)
    to_come = replace(sam, start=at("2026-11-25 15:00"))
    assert carried_on(Answer(at=later, entries=(to_come,)), old).entries == (to_come,)


ENTRIES = st.lists(
    st.builds(
        lambda who, start, length: Entry(
            start=NOW + start * HOUR, end=NOW + (start + length) * HOUR, names=((), (who,), ())
        ),
        st.sampled_from(["sam", "kim", "mallory"]),
        st.integers(-200, 200),
        st.integers(1, 200),
    ),
    max_size=12,
)


@given(entries=ENTRIES, narrowed=st.booleans(), beside=st.booleans(), shift=st.integers(0, 9 * 24))
def test_any_calendar(entries: list[Entry], *, narrowed: bool, beside: bool, shift: int) -> None:
    """No two shifts overlap, ids differ, and who is on now is so whenever one looks."""
    hours = {"days": days("mon", "wed", "sun"), "start": time(20), "end": time(8)}
    rules = (*([night(days=days("sat"))] if beside else []), on_call(**(hours if narrowed else {})))
    table = Table(rules, says(*sorted(entries, key=lambda e: e.start)))
    found = table.rota.planned("payments", now=NOW)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert len({one.id for one in found}) == len(found)
    then = NOW + shift * HOUR
    seen = [s for s in found if s.start <= then < s.end]
    assert [s for s in table.rota.planned("payments", now=then) if s.start <= then < s.end] == seen
    assert all(s.end > NOW - 2 * DAY and s.start < NOW + 9 * DAY for s in found)
