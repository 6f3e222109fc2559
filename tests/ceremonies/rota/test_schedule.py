"""From days and hours on the clock to shifts in time, over every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.rota.rules import ShiftRules, Weekday
from ceremonies.rota.schedule import occurrences, uncovered
from tests.ceremonies.rota.rotas import DAY, HOUR, SAM, at, days, night, utc

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "UTC",
)
MINUTE = 60_000


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        pytest.param("Europe/Berlin", "2026-03-27", "21:00", 8, id="Berlin, a night in winter"),
        pytest.param("Europe/Berlin", "2026-03-28", "21:00", 7, id="Berlin, an hour is left out"),
        pytest.param("Europe/Berlin", "2026-03-29", "20:00", 8, id="Berlin, a night in summer"),
        pytest.param("Europe/Berlin", "2026-10-24", "20:00", 9, id="Berlin, an hour comes twice"),
        pytest.param("America/New_York", "2026-03-08", "03:00", 7, id="New York, left out"),
        pytest.param("America/New_York", "2026-11-01", "02:00", 9, id="New York, twice"),
        pytest.param("Australia/Lord_Howe", "2026-10-03", "11:30", 7.5, id="half an hour left out"),
        pytest.param("Australia/Lord_Howe", "2026-04-04", "11:00", 8.5, id="half an hour twice"),
        pytest.param("Asia/Kolkata", "2026-03-28", "16:30", 8, id="Kolkata changes nothing"),
    ],
)
def test_a_night_lasts_as_long_as_it_does(zone: str, day: str, start: str, hours: float) -> None:
    """From 22:00 to 06:00 on the clocks of the zone; `day` and `start` are its start in UTC."""
    begins = at(f"{day} {start}")
    (found,) = occurrences(night(zone=zone), after=begins, before=begins + 1)
    assert (found.start, found.end) == (begins, begins + hours * HOUR)
    assert found.id == f"night/{day}T{start}Z"


@pytest.mark.parametrize(
    ("on_clock", "day", "moment"),
    [
        pytest.param(time(2, 30), "2026-03-29", "2026-03-29 01:00", id="left out: at the jump"),
        pytest.param(time(2), "2026-03-29", "2026-03-29 01:00", id="the first that is left out"),
        pytest.param(time(3), "2026-03-29", "2026-03-29 01:00", id="the first after the jump"),
        pytest.param(time(2, 30), "2026-10-25", "2026-10-25 00:30", id="twice: the first"),
        pytest.param(time(3), "2026-10-25", "2026-10-25 02:00", id="the first after both"),
    ],
)
def test_hours_that_are_not_or_are_twice(on_clock: time, day: str, moment: str) -> None:
    """A shift that ends so is followed by one that begins so, without a gap or an overlap."""
    before = night(name="before", start=time(22), end=on_clock)
    following = night(name="after", start=on_clock, end=time(12))
    window = {"after": at(moment) - 1, "before": at(moment) + 1}
    (one,), (other,) = occurrences(before, **window), occurrences(following, **window)
    assert utc(one.end) == utc(other.start) == moment, day


def test_a_shift_within_the_hour_left_out() -> None:
    """It does not take place that day, and does on all others."""
    rule = night(start=time(2, 15), end=time(2, 45))
    found = occurrences(rule, after=at("2026-03-27 12:00"), before=at("2026-03-31 12:00"))
    assert [shift.id for shift in found] == [
        "night/2026-03-28T01:15Z",
        "night/2026-03-30T00:15Z",
        "night/2026-03-31T00:15Z",
    ]


def test_days_name_the_start() -> None:
    """Friday's night ends on Saturday; Saturday has none, though its morning is covered."""
    rule = night(days=days("mon", "fri"))
    found = occurrences(rule, after=at("2026-11-23 00:00"), before=at("2026-11-30 00:00"))
    assert [shift.id for shift in found] == ["night/2026-11-23T21:00Z", "night/2026-11-27T21:00Z"]


def test_a_window_takes_what_overlaps_it() -> None:
    """A shift is in where some part of it is: not one that ends as the window begins."""
    start, end = at("2026-11-23 21:00"), at("2026-11-24 05:00")
    assert occurrences(night(), after=end, before=end + HOUR) == ()
    assert occurrences(night(), after=start - HOUR, before=start) == ()
    assert len(occurrences(night(), after=end - 1, before=end)) == 1
    assert len(occurrences(night(), after=start, before=start + 1)) == 1


def test_a_token_before_and_after() -> None:
    """It is minted half of the overlap early, and wished to last the whole of it longer."""
    start = at("2026-11-23 21:00")
    (found,) = occurrences(night(), after=start, before=start + 1)
    assert found.opens_at == start - 15 * MINUTE
    assert found.until == found.end + 30 * MINUTE


def test_what_nobody_covers() -> None:
    """Between two nights it is the day, and before and after what the window has of it."""
    shifts = occurrences(night(), after=at("2026-11-23 12:00"), before=at("2026-11-25 12:00"))
    gaps = uncovered(shifts, after=at("2026-11-23 12:00"), before=at("2026-11-25 12:00"))
    assert [(utc(start), utc(end)) for start, end in gaps] == [
        ("2026-11-23 12:00", "2026-11-23 21:00"),
        ("2026-11-24 05:00", "2026-11-24 21:00"),
        ("2026-11-25 05:00", "2026-11-25 12:00"),
    ]
    assert uncovered(shifts, after=shifts[0].start, before=shifts[0].end) == ()
    assert uncovered((), after=1, before=2) == ((1, 2),)


RULES = st.builds(
    ShiftRules,
    name=st.just("any"),
    zone=st.sampled_from(ZONES),
    lead=st.just(SAM),
    days=st.frozensets(st.sampled_from(Weekday), min_size=1),
    start=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    end=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2031, 1, 1)).map(  # noqa: DTZ001 — made UTC
    lambda told: int(told.replace(tzinfo=UTC).timestamp() * 1000)
)


@given(rule=RULES, after=MOMENTS, length=st.integers(1, 40), inner=st.integers(1, 40))
def test_any_rule(rule: ShiftRules, after: int, length: int, inner: int) -> None:
    """No two shifts overlap, their ids differ, and another window gives the same ones."""
    before = after + length * DAY
    found = occurrences(rule, after=after, before=before)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert len({shift.id for shift in found}) == len(found)
    start, end = after + inner * HOUR, before - inner * HOUR
    within = [shift for shift in found if shift.start < end and start < shift.end]
    assert list(occurrences(rule, after=start, before=end)) == (within if start < end else [])


@given(rule=RULES, moment=MOMENTS)
def test_covered_is_what_the_days_say(rule: ShiftRules, moment: int) -> None:
    """Away from changes of the clocks, a moment is covered where the clock is within the hours."""
    told = datetime.fromtimestamp(moment / 1000, ZoneInfo(rule.zone))
    around = timedelta(hours=27)
    if (told - around).utcoffset() != (told + around).utcoffset():
        return
    clock, day = told.time(), list(Weekday)[told.weekday()]
    yesterday = list(Weekday)[told.weekday() - 1]
    if rule.start < rule.end:
        wanted = day in rule.days and rule.start <= clock < rule.end
    else:
        wanted = (day in rule.days and clock >= rule.start) or (
            yesterday in rule.days and clock < rule.end
        )
    assert bool(occurrences(rule, after=moment, before=moment + 1)) == wanted
