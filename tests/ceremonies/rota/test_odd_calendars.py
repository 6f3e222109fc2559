"""What calendars say that is odd: it is told in words, and the rest is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import CalendarUnusable
from ceremonies.rota.calendar import MOST_ENTRIES, MOST_SERIES, read
from ceremonies.rota.naming import people_of
from tests.ceremonies.rota.rotas import DAY, KIM, PEOPLE, SAM, at, calendar, event, utc
from tests.ceremonies.rota.test_calendar import times, told


def test_over_summer_time() -> None:
    """What recurs at nine o'clock does so in winter and in summer."""
    series = event(
        ";TZID=Europe/Berlin:20260323T090000",
        ";TZID=Europe/Berlin:20260323T170000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
    )
    now = at("2026-03-23 12:00")
    answer = read(calendar(series), zone="UTC", at=now, after=now - DAY, before=now + 30 * DAY)
    assert times(answer) == [
        ("2026-03-23 08:00", "2026-03-23 16:00"),
        ("2026-03-30 07:00", "2026-03-30 15:00"),
    ]


def test_exceptions_of_a_series() -> None:
    """One is moved, one is called off, one is left out; the others stay."""
    series = event(
        "20261123T080000Z",
        "20261123T160000Z",
        "RRULE:FREQ=DAILY;COUNT=5",
        "EXDATE:20261124T080000Z",
        "SUMMARY:Sam",
        uid="s",
    )
    moved = event(
        "20261125T100000Z",
        "20261125T180000Z",
        "RECURRENCE-ID:20261125T080000Z",
        "SUMMARY:Kim",
        uid="s",
    )
    off = event(
        "20261126T080000Z",
        "20261126T160000Z",
        "RECURRENCE-ID:20261126T080000Z",
        "STATUS:CANCELLED",
        uid="s",
    )
    answer = told(calendar(series, moved, off))
    assert [(utc(e.start), people_of(e.names, PEOPLE)) for e in answer.entries] == [
        ("2026-11-23 08:00", (SAM,)),
        ("2026-11-25 10:00", (KIM,)),
        ("2026-11-27 08:00", (SAM,)),
    ]


SOUND = event("20261124T080000Z", "20261124T160000Z", "SUMMARY:Sam", uid="sound")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(
            event(";TZID=Mars/Olympus:20261124T080000", "20261124T160000Z", "SUMMARY:Kim"),
            "“Kim” is in a zone that does not exist (“Mars/Olympus”): it is left out",
            id="a zone that does not exist",
        ),
        pytest.param(
            event("20261124T160000Z", "20261124T080000Z", "SUMMARY:Kim"),
            "“Kim” has no length: it is left out",
            id="an end before its beginning",
        ),
        pytest.param(
            "UID:1\nSUMMARY:Kim\nDTEND:20261124T080000Z",
            "“Kim” has no beginning or end that can be read: it is left out",
            id="no beginning",
        ),
        pytest.param(
            event("20261124T080000Z", ";VALUE=DATE:20261125", "SUMMARY:Kim"),
            "“Kim” has no beginning or end that can be read: it is left out",
            id="a day and a time",
        ),
        pytest.param(
            event("20261124T080000Z", "20261124T160000Z", "SUMMARY:Kim", "RRULE:FREQ=SECONDLY"),
            "“Kim” recurs within a day: it is left out",
            id="each second for ever",
        ),
        pytest.param(
            event(
                "20261124T080000Z", "20261124T160000Z", "SUMMARY:Kim",
                "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            ),
            "“Kim” recurs by a rule that is not read here: it is left out",
            id="a day that never comes",
        ),
        pytest.param(
            event(*("20261124T160000Z",) * 2, f"SUMMARY:Kim\\n<!channel>\u200b{'m' * 99}"),
            "“Kim <!channel>" + "m" * 45 + "…” has no length: it is left out",
            id="a title that is long and has line breaks",
        ),
    ],
)  # fmt: skip
def test_an_event_without_sense(lines: str, words: str) -> None:
    """It is told and left out; the others hold."""
    answer = told(calendar(lines, SOUND))
    assert answer.problems == (words,)
    assert times(answer) == [("2026-11-24 08:00", "2026-11-24 16:00")]


def test_a_calendar_in_a_zone_that_does_not_exist() -> None:
    """Its events that say when they are in UTC hold."""
    answer = told(calendar(SOUND, head="X-WR-TIMEZONE:Mars/Olympus"))
    assert answer.problems == ("its zone “Mars/Olympus” does not exist",)
    assert times(answer) == [("2026-11-24 08:00", "2026-11-24 16:00")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(b"", "no calendar", id="nothing"),
        pytest.param(b"<!doctype html><title>Sign in</title>", "no calendar", id="a web page"),
        pytest.param(b"\xff\xfe\x00BEGIN:VCALENDAR", "no calendar", id="bytes"),
        pytest.param(b"BEGIN:VCALENDAR\r\n", "no calendar", id="cut"),
        pytest.param(b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no calendar", id="an event alone"),
        pytest.param(calendar(SOUND) * 2, "no calendar", id="two calendars"),
        pytest.param(calendar(), "it has no event", id="empty"),
        pytest.param(
            calendar(
                *(
                    event("20261124T080000Z", "20261124T160000Z", "RRULE:FREQ=DAILY", uid=str(n))
                    for n in range(MOST_SERIES + 1)
                )
            ),
            "more than 100 events that recur",
            id="too many series",
        ),
        pytest.param(
            calendar(
                *(
                    event(f"20261124T08{n // 60:02}{n % 60:02}Z", "20261124T160000Z", uid=str(n))
                    for n in range(MOST_ENTRIES + 1)
                )
            ),
            "more than 1000 entries",
            id="too many entries",
        ),
    ],
)
def test_no_calendar(text: bytes, words: str) -> None:
    """It is refused in words."""
    with pytest.raises(CalendarUnusable, match=words) as refused:
        told(text)
    assert refused.value.__cause__ is None


@given(text=st.binary(max_size=400))
def test_any_bytes(text: bytes) -> None:
    """Whatever comes is read or refused, and nothing else happens."""
    with pytest.raises(CalendarUnusable):
        told(text)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "TZID:X",
                "RRULE:FREQ=YEARLY;BYMONTH=13", "RRULE:FREQ=WEEKLY;INTERVAL=0", "DTSTART;TZID=X:1",
                "RDATE:20261124T080000Z", "EXDATE:x", "RECURRENCE-ID:20261124T080000Z",
                "DTSTART:20261124T080000Z", "DTEND:99991231T235959Z", "DURATION:-P1D",
                'ATTENDEE;CN="', "UID:1", "X-WR-TIMEZONE:../..", "DTSTART:00010101T000000",
                "BEGIN:STANDARD", "END:STANDARD", "TZOFFSETFROM:+0100", "TZOFFSETTO:+9999",
            ]
        ),
        st.text(max_size=20),
    ),
    max_size=20,
)  # fmt: skip


@given(lines=LINES)
def test_any_lines_within_a_calendar(lines: list[str]) -> None:
    """A calendar of nonsense is read or refused, and nothing else happens."""
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    try:
        answer = told(text.encode(errors="surrogatepass"))
    except CalendarUnusable:
        return
    assert all(entry.start < entry.end for entry in answer.entries)
