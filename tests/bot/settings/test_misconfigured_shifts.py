"""Shifts that could not hold are refused at start."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from bot import settings
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from tests.bot.settings.conftest import Change, Draft
from tests.bot.settings.mistakes import Mistake, shift

ADDRESS = "https://calendar.example/private/s3cret.ics"


def shifts(*some: dict[str, Any]) -> Change:
    """Return the change that adds several shifts."""

    def change(draft: Draft) -> None:
        for keys in some:
            shift(**keys)(draft)

    return change


def on_call(**keys: Any) -> Change:  # noqa: ANN401 — any value of a TOML file
    """Return the change that adds a shift by a calendar, with these keys instead of its own."""
    told = {"calendar": ADDRESS, "people": {"sam@example.org": "U0SAM"}}
    hours = dict.fromkeys(("lead", "days", "start", "end"))
    return shift(**(told | hours | keys))


SHIFTS: dict[str, Mistake] = {
    "a shift for no set": Mistake(
        shift(replication_set="billing"),
        "shifts[night].replication_set",
        "a shift for no set",
        "payments",
    ),
    "a shift without a lead": Mistake(
        shift(lead=None),
        "shifts[night].lead",
        "either a lead or a calendar",
        "calendar =",
    ),
    "a shift led by a holder": Mistake(
        shift(lead="U0ADA"),
        "shifts[night].lead",
        "has the role shift_lead",
        'Add "shift_lead"',
    ),
    "a shift in no zone": Mistake(
        shift(zone="Europe/Atlantis"),
        "shifts[night].zone",
        "not known here",
        "Europe/Berlin",
    ),
    "a shift at no time": Mistake(
        shift(start="25:00"),
        "shifts[night].start",
        "no time of day",
        "22:00",
    ),
    "a shift of no length": Mistake(
        shift(end="22:00"),
        "shifts[night].end",
        "no length",
        "next morning",
    ),
    "a shift on no day": Mistake(
        shift(days=["sun", "moon"]),
        "shifts[night].days[moon]",
        "none of",
        "mon",
    ),
    "two shifts of one name": Mistake(
        shifts({}, {"start": "06:00", "end": "22:00"}),
        "shifts[night].name",
        "two shifts have this name",
        "of its own",
    ),
    "a shift without days": Mistake(
        shift(days=None), "shifts[night].days", "this is missing", 'days = ["mon"'
    ),
    "a shift without an end": Mistake(
        shift(end=None), "shifts[night].end", "this is missing", 'end = "06:00"'
    ),
    "a shift on an empty list of days": Mistake(
        shift(days=[]), "shifts[night].days", "at least 1 entry", "days ="
    ),
    "a day twice": Mistake(
        shift(days=["mon", "tue", "mon"]), "shifts[night].days", '"mon" stands there twice', "once"
    ),
    "an end in words": Mistake(
        shift(end="6 o'clock"), "shifts[night].end", "no time of day", '"22:00"'
    ),
    "an end as a number": Mistake(shift(end=6), "shifts[night].end", "no time of day", "in quotes"),
    "a custody that is none": Mistake(
        shift(custody="safe"), "shifts[night].custody", "none of", "lead, bot, both"
    ),
    "no overlap": Mistake(shift(overlap="0s"), "shifts[night].overlap", "zero", '"30m"'),
    "an overlap in words": Mistake(
        shift(overlap="half an hour"), "shifts[night].overlap", "no duration", '"30m"'
    ),
    "an overlap of more than half": Mistake(
        shift(overlap="4h1m"),
        "shifts[night].overlap",
        "longer than half of the shift",
        'overlap = "240m"',
    ),
    "two shifts at a time": Mistake(
        shifts({}, {"name": "late", "start": "20:00", "end": "22:01", "days": ["tue"]}),
        "shifts[night].start",
        "the shift late is on then, as at ",
        "Let one end when the other starts",
    ),
    "two shifts at a time in two zones": Mistake(
        shifts({}, {"name": "late", "zone": "UTC", "start": "18:00", "end": "21:30"}),
        "shifts[night].start",
        "the shift late is on then",
        "one lead on duty at a time",
    ),
    "two shifts at a time in summer alone": Mistake(
        shifts({}, {"name": "day", "zone": "UTC", "start": "05:00", "end": "20:30"}),
        "shifts[night].start",
        "the shift day is on then",
        "one lead",
    ),
    "a lead and a calendar": Mistake(
        shift(calendar=ADDRESS, people={"sam@example.org": "U0SAM"}),
        "shifts[night].lead",
        "either a lead or a calendar",
        "calendar =",
    ),
    "a calendar without people": Mistake(
        on_call(people=None), "shifts[night].people", "needs its people", "sam@example.org"
    ),
    "people without a calendar": Mistake(
        shift(people={"sam@example.org": "U0SAM"}),
        "shifts[night].people",
        "only a calendar has people",
        "calendar =",
    ),
    "a calendar's stranger": Mistake(
        on_call(people={"sam@example.org": "U0MALLORY"}),
        "shifts[night].people",
        "the id U0MALLORY has the role shift_lead",
        'Add "shift_lead"',
    ),
    "a name twice": Mistake(
        on_call(people={"Sam": "U0SAM", "sam": "U0SAM"}),
        "shifts[night].people",
        "stands there twice",
        "once",
    ),
    "half of the hours of a calendar": Mistake(
        on_call(days=["mon"], start="22:00"),
        "shifts[night].end",
        "hours are days, start, end",
        'end = "06:00"',
    ),
    "a calendar in plain text": Mistake(
        on_call(calendar="http://calendar.example/private/s3cret.ics"),
        "shifts[night].calendar",
        "no https:// address",
        'calendar = "https://',
    ),
    "a calendar to subscribe to": Mistake(
        on_call(calendar="webcal://calendar.example/private/s3cret.ics"),
        "shifts[night].calendar",
        "no https:// address",
        "https:// instead of webcal://",
    ),
    "a calendar with a password": Mistake(
        on_call(calendar="https://sam:s3cret@calendar.example/oncall.ics"),
        "shifts[night].calendar",
        "a password",
        'calendar = "https://',
    ),
    "a calendar in a file": Mistake(
        on_call(calendar="oncall-s3cret.ics"),
        "shifts[night].calendar",
        "no https:// address",
        'calendar = "https://',
    ),
}


@pytest.mark.parametrize("mistake", SHIFTS.values(), ids=SHIFTS.keys())
def test_it_is_refused(mistake: Mistake, draft: Draft) -> None:
    """It is told with its mend, and a calendar's address is not repeated: it opens it."""
    refused = mistake.refused(draft)
    assert str(refused).startswith(mistake.place(draft))
    assert mistake.problem in str(refused)
    assert mistake.mend in refused.advice
    assert "s3cret" not in f"{refused!r} {refused} {refused.advice}"


def test_shifts_of_a_set(draft: Draft) -> None:
    """They stand in their set, in the order of the file, with what was left out."""
    shifts(
        {"overlap": "15m", "custody": "both"}, {"name": "day", "start": "06:00", "end": "22:00"}
    )(draft)
    night, day = settings.load(draft.write()).sets["payments"].shifts
    assert night == ShiftRules(
        name="night",
        zone="Europe/Berlin",
        custody=Custody.BOTH,
        overlap=timedelta(minutes=15),
        lead="U0SAM",
        days=frozenset({Weekday.MON, Weekday.TUE}),
        start=time(22),
        end=time(6),
    )
    assert (day.name, day.custody, day.overlap) == ("day", Custody.LEAD, timedelta(minutes=30))


@pytest.mark.parametrize(
    ("overlap", "custody", "told"),
    [
        ("10m", "lead", ""),
        ("9m", "lead", "13 min 30 s to collect the token and 9 min to confirm the hand-over"),
        ("40s", "both", "1 min to collect the token and 40 s to confirm the hand-over"),
        ("2m", "bot", "leaves its lead 2 min to confirm the hand-over"),
    ],
)
def test_an_overlap_too_short_for_a_person_is_warned_of(
    draft: Draft, overlap: str, custody: str, told: str
) -> None:
    """It is taken all the same, as rehearsals have it so."""
    shifts({"overlap": overlap, "custody": custody})(draft)
    taken = settings.load(draft.write())
    found = [warning for warning in taken.warnings if "overlap" in warning]
    assert len(found) == bool(told)
    assert all(f"{told}; " in warning for warning in found)
    assert all(warning.startswith("shift night: ") for warning in found)


def test_shifts_by_a_calendar(draft: Draft) -> None:
    """It says who and when, or who alone; its address stands in no representation."""
    shifts({})(draft)
    on_call(name="oncall", zone=None)(draft)
    on_call(name="hours", days=["sat"], start="08:00", end="20:00")(draft)
    found = settings.load(draft.write()).sets["payments"].shifts
    assert [one.calendar for one in found] == ["", ADDRESS, ADDRESS]
    assert found[1].people == {"sam@example.org": "U0SAM"}
    assert (found[1].zone, found[1].days) == ("UTC", frozenset())
    assert (found[2].days, found[2].start) == ({Weekday.SAT}, time(8))
    assert "s3cret" not in repr(found)


def test_shifts_one_after_the_other(draft: Draft) -> None:
    """One ends when the other starts, all year long."""
    every_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    shifts(
        {"days": every_day, "end": "02:30"},
        {"name": "morning", "days": every_day, "start": "02:30", "end": "10:00"},
        {"name": "day", "days": every_day, "start": "10:00", "end": "22:00"},
    )(draft)
    assert len(settings.load(draft.write()).sets["payments"].shifts) == 3
