"""What on-call calendars export is read, and whatever else comes is told in words."""

from __future__ import annotations

import pytest

from ceremonies.rota.calendar import read
from ceremonies.rota.entries import Answer
from ceremonies.rota.naming import people_of
from tests.ceremonies.rota.rotas import DAY, KIM, PEOPLE, SAM, at, calendar, event, utc

NOW = at("2026-11-23 12:00")

PAGERDUTY = calendar(
    # An address without mailto:, and a title of three parts.
    "DTEND;VALUE=DATE-TIME:20261130T080000Z\nDTSTART;VALUE=DATE-TIME:20261123T080000Z\n"
    "ATTENDEE:sam@example.org\nUID:Q1\nURL:https://example.org/schedules#P1\n"
    "SUMMARY:On Call - Sam - Payments",
    "DTEND;VALUE=DATE-TIME:20261207T080000Z\nDTSTART;VALUE=DATE-TIME:20261130T080000Z\n"
    "ATTENDEE;CN=kim@example.org:mailto:kim@example.org\nUID:Q2\nTRANSP:TRANSPARENT\n"
    "SUMMARY:On Call - Kim - Payments",
    head="X-WR-CALNAME:On Call Schedule for Payments",
)
GRAFANA = calendar(
    # The user's name as the title, one event a person; one that was deleted stays, cancelled.
    "SUMMARY:sam\nDTSTART;VALUE=DATE-TIME:20261123T080000Z\nDTEND;VALUE=DATE-TIME:20261130T080000Z\n"
    "DTSTAMP:20261120T101500Z\nUID:O1-202611230800-U1\nLAST-MODIFIED:20261120T101500Z\nPRIORITY:0",
    "SUMMARY:sam\nDTSTART;VALUE=DATE-TIME:20261130T080000Z\nDTEND;VALUE=DATE-TIME:20261130T080000Z\n"
    "DTSTAMP:20261120T101500Z\nUID:O1-202611300800-U1\nSTATUS:CANCELLED",
    "SUMMARY:kim\nDTSTART;VALUE=DATE-TIME:20261130T080000Z\nDTEND;VALUE=DATE-TIME:20261207T080000Z\n"
    "DTSTAMP:20261120T101500Z\nUID:O1-202611300800-U2\nPRIORITY:1",
)
IN_WORDS = calendar(
    # A title for people, and the address in the description.
    event(
        "20261123T080000Z",
        "20261130T080000Z",
        "SUMMARY:payments_schedule: on-call (Sam)",
        "DESCRIPTION:Rotation: weekly\\nParticipant: sam@example.org",
    ),
    event(
        "20261130T080000Z",
        "20261207T080000Z",
        "SUMMARY:payments_schedule: on-call",
        "DESCRIPTION:Rotation: weekly\\nParticipant: kim@example.org",
    ),
)


def told(text: bytes, zone: str = "Europe/Berlin") -> Answer:
    """Return what a calendar says of the days around now."""
    return read(text, zone=zone, at=NOW, after=NOW - 9 * DAY, before=NOW + 35 * DAY)


def times(answer: Answer) -> list[tuple[str, str]]:
    """Return from when to when somebody is on, in UTC."""
    return [(utc(entry.start), utc(entry.end)) for entry in answer.entries]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PAGERDUTY, id="as PagerDuty exports"),
        pytest.param(GRAFANA, id="as Grafana OnCall exports"),
        pytest.param(IN_WORDS, id="with the person in words, as others do"),
        pytest.param(PAGERDUTY.replace(b"\r\n", b"\n"), id="with line feeds alone"),
    ],
)
def test_what_tools_export(text: bytes) -> None:
    """Each says that Sam is on for a week, then Kim."""
    answer = told(text)
    assert times(answer) == [
        ("2026-11-23 08:00", "2026-11-30 08:00"),
        ("2026-11-30 08:00", "2026-12-07 08:00"),
    ]
    assert [people_of(entry.names, PEOPLE) for entry in answer.entries] == [(SAM,), (KIM,)]
    assert answer.problems == ()
    assert answer.at == NOW


@pytest.mark.parametrize(
    ("lines", "whom"),
    [
        pytest.param(("ATTENDEE:MAILTO:Sam@Example.org",), (SAM,), id="an address in capitals"),
        pytest.param(("ATTENDEE;CN=Sam:mailto:x@example.org",), (SAM,), id="an attendee's name"),
        pytest.param(("ATTENDEE;EMAIL=sam@example.org:urn:x",), (SAM,), id="an attendee's EMAIL"),
        pytest.param(("SUMMARY:[Level 1] sam",), (SAM,), id="a level before the name"),
        pytest.param(("SUMMARY:Sam / Payments",), (SAM,), id="a name and a team"),
        pytest.param(("SUMMARY:on call: sam@example.org",), (SAM,), id="an address in the title"),
        pytest.param(
            ("ATTENDEE:kim@example.org", "SUMMARY:Sam's week"), (KIM,), id="attendees are surer"
        ),
        pytest.param(
            ("ATTENDEE:team@example.org", "SUMMARY:Sam"), (SAM,), id="an unknown attendee"
        ),
        pytest.param(
            ("ATTENDEE:kim@example.org", "ATTENDEE:sam@example.org"), (SAM, KIM), id="two at once"
        ),
        pytest.param(("SUMMARY:Samuel",), (), id="a longer name is another's"),
        pytest.param(("SUMMARY:sam@example.org.test",), (), id="a longer address too"),
        pytest.param(("SUMMARY:Mallory",), (), id="nobody of ours"),
        pytest.param((), (), id="no name at all"),
    ],
)
def test_who_is_meant(lines: tuple[str, ...], whom: tuple[str, ...]) -> None:
    """Names are compared whole and without case; whom nobody mapped is nobody."""
    (entry,) = told(calendar(event("20261123T080000Z", "20261123T160000Z", *lines))).entries
    assert people_of(entry.names, PEOPLE) == whom


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(
            event(";VALUE=DATE:20261124", ";VALUE=DATE:20261126"),
            [("2026-11-23 23:00", "2026-11-25 23:00")],
            id="whole days are those of the zone",
        ),
        pytest.param(
            "UID:1\nDTSTART;VALUE=DATE:20261124",
            [("2026-11-23 23:00", "2026-11-24 23:00")],
            id="a whole day without an end",
        ),
        pytest.param(
            event("20261124T080000", "20261124T160000"),
            [("2026-11-24 07:00", "2026-11-24 15:00")],
            id="a time without a zone is of the rule's",
        ),
        pytest.param(
            event(";TZID=America/New_York:20261124T080000", "20261124T160000Z"),
            [("2026-11-24 13:00", "2026-11-24 16:00")],
            id="a zone of its own",
        ),
        pytest.param(
            "UID:1\nDTSTART:20261124T080000Z\nDURATION:PT8H",
            [("2026-11-24 08:00", "2026-11-24 16:00")],
            id="a duration instead of an end",
        ),
        pytest.param(
            event("20261124T080000Z", "20261124T160000Z", "STATUS:CANCELLED"), [], id="cancelled"
        ),
        pytest.param(event("20250101T080000Z", "20250101T160000Z"), [], id="long ago"),
        pytest.param(
            event(
                ";TZID=W. Europe Standard Time:20261124T080000",
                ";TZID=W. Europe Standard Time:20261124T160000",
            ),
            [("2026-11-24 07:00", "2026-11-24 15:00")],
            id="a zone as Windows names it",
        ),
    ],
)
def test_times(lines: str, found: list[tuple[str, str]]) -> None:
    """Each kind of time of RFC 5545 is the right moment."""
    answer = told(calendar(lines))
    assert times(answer) == found
    assert answer.problems == ()


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0500
TZOFFSETTO:+0500
END:STANDARD
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("head", "lines", "found"),
    [
        pytest.param(
            OWN_ZONE,
            event(";TZID=Ours:20261124T080000", ";TZID=Ours:20261124T160000"),
            ("2026-11-24 03:00", "2026-11-24 11:00"),
            id="a zone that the calendar describes",
        ),
        pytest.param(
            "X-WR-TIMEZONE:America/New_York",
            event("20261124T080000", "20261124T160000"),
            ("2026-11-24 13:00", "2026-11-24 21:00"),
            id="the calendar's zone before the rule's",
        ),
        pytest.param(
            "X-WR-TIMEZONE:America/New_York",
            event("20261013T120000Z", "20261013T160000Z", "RRULE:FREQ=WEEKLY;INTERVAL=6;COUNT=2"),
            ("2026-11-24 13:00", "2026-11-24 17:00"),
            id="as Google exports: in UTC, but recurring by the calendar's clock",
        ),
    ],
)
def test_zones_of_the_calendar(head: str, lines: str, found: tuple[str, str]) -> None:
    """What the calendar says of its zones holds."""
    assert times(told(calendar(lines, head=head))) == [found]


def test_weeks_that_recur_for_ever() -> None:
    """They are worked out for the days around, by the clocks of their zone."""
    series = event(
        ";TZID=Europe/Berlin:20251013T090000",
        ";TZID=Europe/Berlin:20251020T090000",
        "RRULE:FREQ=WEEKLY;INTERVAL=2",
        "SUMMARY:Sam",
    )
    assert times(told(calendar(series))) == [
        ("2026-11-09 08:00", "2026-11-16 08:00"),
        ("2026-11-23 08:00", "2026-11-30 08:00"),
        ("2026-12-07 08:00", "2026-12-14 08:00"),
        ("2026-12-21 08:00", "2026-12-28 08:00"),
    ]
