"""Who is on duty around now: rules and calendars together, one lead at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time

import pytest

from ceremonies.roster import Roster
from ceremonies.rota.entries import Answer, Entry
from ceremonies.rota.rota import Rota
from ceremonies.rota.rules import Custody, ShiftRules
from tests.ceremonies.rota.rotas import (
    ADA,
    KIM,
    ROSTER,
    SAM,
    at,
    days,
    night,
    on_call,
    spans,
)

NOW = at("2026-11-25 12:00")
MINUTE = 60_000


@dataclass
class Said:
    """What the one calendar of a test says, and why it says nothing newer."""

    last: Answer | None = None
    problem: str = ""

    def answer(self, set_name: str, rule: str) -> Answer | None:
        """Return what it said."""
        return self.last if (set_name, rule) == ("payments", "oncall") else None

    def trouble(self, set_name: str, rule: str) -> str:
        """Return its trouble."""
        return self.problem if (set_name, rule) == ("payments", "oncall") else ""


@dataclass
class Table:
    """A set with rules, a calendar and a roster, asked at some time."""

    rules: tuple[ShiftRules, ...]
    said: Said = field(default_factory=Said)
    roster: Roster = ROSTER
    now: int = NOW

    def __post_init__(self) -> None:
        """The rota asks for the roster of the moment."""
        self.rota = Rota({"payments": self.rules}, roster=lambda: self.roster, calendars=self.said)

    def shifts(self) -> list[tuple[str, str, str]]:
        """Return who is on when."""
        return spans(self.rota.planned("payments", now=self.now))

    def problems(self) -> tuple[str, ...]:
        """Return what is odd."""
        return self.rota.problems("payments", now=self.now)


def is_on(name: str, start: str, end: str) -> Entry:
    """Return that somebody is on; times in UTC."""
    names = ((), (name.casefold(),), ())
    return Entry(start=at(start), end=at(end), names=names, title=name)


def says(*entries: Entry, problems: tuple[str, ...] = ()) -> Said:
    """Return a calendar that says so."""
    return Said(Answer(at=NOW, entries=entries, problems=problems))


def test_from_two_days_ago_to_nine_ahead() -> None:
    """Nights that end within, and those that begin within; other sets have none."""
    table = Table((night(),))
    found = table.shifts()
    assert found[0] == (SAM, "2026-11-23 21:00", "2026-11-24 05:00")
    assert found[-1] == (SAM, "2026-12-03 21:00", "2026-12-04 05:00")
    assert len(found) == 11
    assert table.problems() == ()
    assert table.rota.planned("ledger", now=NOW) == ()
    assert table.rota.problems("ledger", now=NOW) == ()


def test_rules_together_by_start() -> None:
    """Days and nights of two leads, one after the other."""
    day = night(name="day", lead=KIM, start=time(6), end=time(22), days=days("wed"))
    table = Table((night(days=days("tue", "wed")), day))
    around = [shift for shift in table.shifts() if shift[1] < "2026-11-26"]
    assert around == [
        (SAM, "2026-11-24 21:00", "2026-11-25 05:00"),
        (KIM, "2026-11-25 05:00", "2026-11-25 21:00"),
        (SAM, "2026-11-25 21:00", "2026-11-26 05:00"),
    ]


def test_a_lead_who_left() -> None:
    """They get no token, and it is told; whose token stays with the bot is told alone."""
    stays, leaves = night(), night(name="day", lead=KIM, start=time(6), end=time(22))
    table = Table((stays, leaves), roster=Roster(people=ROSTER.people[:1]))
    assert {lead for lead, _, _ in table.shifts()} == {SAM}
    assert table.problems() == ("shift day: its lead U0KIM has no role shift_lead (any more)",)

    table = Table((replace(leaves, custody=Custody.BOT, lead=ADA),))
    assert {lead for lead, _, _ in table.shifts()} == {ADA}
    assert table.problems() == ("shift day: its lead Ada has no role shift_lead (any more)",)


def test_a_roster_that_changes() -> None:
    """It counts at once, and not with the next minute."""
    table = Table((night(),))
    assert table.shifts()
    table.roster = Roster(people=())
    assert table.shifts() == []


def test_a_calendar_says_who_and_when() -> None:
    """Its entries are the shifts; ids are the rule's name and the start."""
    table = Table(
        (on_call(),),
        says(
            is_on("Sam", "2026-11-23 08:00", "2026-11-30 08:00"),
            is_on("Kim", "2026-11-30 08:00", "2026-12-07 08:00"),
        ),
    )
    assert table.shifts() == [
        (SAM, "2026-11-23 08:00", "2026-11-30 08:00"),
        (KIM, "2026-11-30 08:00", "2026-12-07 08:00"),
    ]
    first = table.rota.planned("payments", now=NOW)[0]
    assert first.id == "oncall/2026-11-23T08:00Z"
    assert first.name == "oncall"
    assert table.problems() == ()


def test_hours_narrow_a_calendar() -> None:
    """The calendar says who, the rule says at which hours; a change at midnight is two shifts."""
    rule = on_call(days=days("wed", "thu"), start=time(22), end=time(6))
    table = Table(
        (rule,),
        says(
            is_on("Sam", "2026-10-01 00:00", "2026-11-26 23:00"),
            is_on("Kim", "2026-11-26 23:00", "2026-11-28 00:00"),
        ),
    )
    assert table.shifts() == [
        (SAM, "2026-11-25 21:00", "2026-11-26 05:00"),
        (SAM, "2026-11-26 21:00", "2026-11-26 23:00"),
        (KIM, "2026-11-26 23:00", "2026-11-27 05:00"),
    ]


@pytest.mark.parametrize(
    ("entries", "shifts"),
    [
        pytest.param(
            [
                is_on("Kim", "2026-11-25 08:00", "2026-11-25 20:00"),
                is_on("Sam", "2026-11-25 08:00", "2026-11-25 20:00"),
            ],
            [(SAM, "2026-11-25 08:00", "2026-11-25 20:00")],
            id="the same hours",
        ),
        pytest.param(
            [
                is_on("Kim", "2026-11-25 08:00", "2026-11-25 20:00"),
                is_on("Sam", "2026-11-25 12:00", "2026-11-25 16:00"),
            ],
            [
                (KIM, "2026-11-25 08:00", "2026-11-25 12:00"),
                (SAM, "2026-11-25 12:00", "2026-11-25 16:00"),
                (KIM, "2026-11-25 16:00", "2026-11-25 20:00"),
            ],
            id="one within the other's",
        ),
        pytest.param(
            [
                is_on("Sam", "2026-11-25 08:00", "2026-11-25 14:00"),
                is_on("Kim", "2026-11-25 10:00", "2026-11-25 20:00"),
            ],
            [
                (SAM, "2026-11-25 08:00", "2026-11-25 14:00"),
                (KIM, "2026-11-25 14:00", "2026-11-25 20:00"),
            ],
            id="one into the other's",
        ),
    ],
)
def test_two_people_at_once(entries: list[Entry], shifts: list[tuple[str, str, str]]) -> None:
    """Whoever stands first in `people` leads, whatever comes first in the calendar; it is told."""
    for said in (says(*entries), says(*reversed(entries))):
        table = Table((on_call(),), said)
        assert table.shifts() == shifts
        (words,) = table.problems()
        assert words.startswith("shift oncall: in its calendar, several people are on from ")
        assert words.endswith("whoever stands first in `people` leads")
