"""Calendars that somebody wrote to harm whoever reads them."""

from __future__ import annotations

import pytest

from ceremonies.errors import CalendarUnusable
from ceremonies.rota.calendar import read
from ceremonies.rota.naming import shown
from ceremonies.rota.plan import from_calendar
from tests.ceremonies.rota.rotas import DAY, at, calendar, event, on_call
from tests.ceremonies.rota.test_calendar import times, told

SOUND = event("20261124T080000Z", "20261124T160000Z", "SUMMARY:Sam", uid="sound")
NOON = ";TZID=Mine:20261124T120000"
TWO = ";TZID=Mine:20261124T140000"


def zone(*lines: str) -> str:
    """Return a zone of the calendar's own, an hour from UTC, with these lines."""
    offsets = ("TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "DTSTART:19700101T000000")
    within = ("TZID:Mine", "BEGIN:STANDARD", *offsets, *lines, "END:STANDARD")
    return "\n".join(("BEGIN:VTIMEZONE", *within, "END:VTIMEZONE"))


@pytest.mark.parametrize("often", ["DAILY", "MONTHLY", "YEARLY"])
def test_a_rule_that_stays_at_its_beginning(often: str) -> None:
    """With an interval of nothing it would be worked out for ever: it is left out and told."""
    still = event(
        "20261124T080000Z", "20261124T160000Z", "SUMMARY:Kim", f"RRULE:FREQ={often};INTERVAL=0"
    )
    answer = told(calendar(still, SOUND))
    assert answer.problems == ("“Kim” recurs by a rule that is not read here: it is left out",)
    assert times(answer) == [("2026-11-24 08:00", "2026-11-24 16:00")]


def test_a_rule_since_the_year_one() -> None:
    """Each day of two thousand years takes seconds for each such rule: it is left out and told."""
    old = event("00010101T080000Z", "00010101T160000Z", "SUMMARY:Kim", "RRULE:FREQ=DAILY")
    answer = told(calendar(old, SOUND))
    assert answer.problems == ("“Kim” recurs since before 1970: it is left out",)
    assert times(answer) == [("2026-11-24 08:00", "2026-11-24 16:00")]


@pytest.mark.parametrize(
    "line",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "rrule;X=1:FREQ=YEARLY;INTERVAL=0",
        "RR\n ULE:FREQ=MINUTELY",
        "TZNAME:x\u0085RRULE:FREQ=SECONDLY",
        "EXRULE:FREQ=SECONDLY",
        "DTSTART:00010101T000000",
        "RDATE:" + ",".join(["20260101T000000"] * 401),
        "\n".join(["RRULE:FREQ=YEARLY"] * 21),
    ],
)
def test_a_zone_that_changes_each_second(line: str) -> None:
    """It is refused before anything is worked out in it, however its rule is written."""
    text = calendar(event(NOON, TWO, "SUMMARY:Sam"), head=zone(line))
    with pytest.raises(CalendarUnusable, match="a zone in it changes by a rule"):
        told(text)


def test_a_zone_as_outlook_writes_it() -> None:
    """One that changes twice a year since 1601 is read."""
    own = zone("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10").replace("19700101", "16010101")
    answer = told(calendar(event(NOON, TWO, "SUMMARY:Sam"), head=own))
    assert times(answer) == [("2026-11-24 11:00", "2026-11-24 13:00")]


def test_a_zone_of_another_calendar() -> None:
    """What one calendar calls its zone means nothing for the next one that has the name."""
    one = calendar(event(NOON, TWO, "SUMMARY:Sam"), head=zone())
    other = calendar(
        event(NOON, TWO, "SUMMARY:Sam"), head=zone().replace("TZOFFSETTO:+0100", "TZOFFSETTO:+0500")
    )
    assert times(told(one)) == [("2026-11-24 11:00", "2026-11-24 13:00")]
    assert times(told(other)) == [("2026-11-24 07:00", "2026-11-24 09:00")]


@pytest.mark.parametrize(
    "period", ["20261124T080000/99991231T235900", "00010101T000000/20261124T160000"]
)
def test_an_entry_as_long_as_time(period: str) -> None:
    """It ends or begins where UTC has no such year: refused, before a plan is made of it."""
    zone_id = "Etc/GMT+12" if period.startswith("2026") else "Asia/Tokyo"
    line = f"RDATE;TZID={zone_id};VALUE=PERIOD:{period}"
    start, end = (f";TZID={zone_id}:20261124T{hour}0000" for hour in ("08", "16"))
    now = at("2026-11-23 12:00")
    text = calendar(event(start, end, "SUMMARY:Sam", line))
    with pytest.raises(CalendarUnusable):
        from_calendar(
            on_call(),
            read(text, zone="UTC", at=now, after=now - 16 * DAY, before=now + 35 * DAY),
            after=now - DAY,
            before=now + DAY,
        )


def test_a_title_that_mentions_somebody() -> None:
    """Our cards let `<@U…>` name a person: a foreign text has none."""
    assert "<@" not in shown("<@U0EVE> <<@U0EVE> <<@@U0EVE>")
