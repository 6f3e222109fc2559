"""Rules, moments and calendars for tests, written shortly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ceremonies.roster import Person, Role, Roster
from ceremonies.rota.rules import ShiftRules, Weekday
from ceremonies.rota.shift import PlannedShift

SAM, KIM, ADA = "U0SAM", "U0KIM", "U0ADA"
PEOPLE = {"sam@example.org": SAM, "Sam": SAM, "kim@example.org": KIM, "Kim": KIM}
EVERY_DAY = frozenset(Weekday)
HOUR = 3_600_000
DAY = 24 * HOUR
ROSTER = Roster(
    people=(
        Person(slack=SAM, name="Sam", roles=frozenset({Role.SHIFT_LEAD})),
        Person(slack=KIM, name="Kim", roles=frozenset({Role.SHIFT_LEAD})),
        Person(slack=ADA, name="Ada", roles=frozenset({Role.KEY_HOLDER})),
    )
)


def at(words: str, zone: str = "UTC") -> int:
    """Return a moment such as `2026-03-28 22:00` in a zone, in ms."""
    told = datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone))
    return int(told.timestamp() * 1000)


def utc(moment: int) -> str:
    """Return a moment as `2026-03-28 22:00`, in UTC."""
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M}"


def days(*names: str) -> frozenset[Weekday]:
    """Return days of the week."""
    return frozenset(Weekday(name) for name in names)


def night(**more: Any) -> ShiftRules:  # noqa: ANN401 — whatever a rule has
    """Return Sam's nights in Berlin, every day, with these fields instead."""
    told: dict[str, Any] = {
        "name": "night",
        "zone": "Europe/Berlin",
        "lead": SAM,
        "days": EVERY_DAY,
        "start": time(22),
        "end": time(6),
        "overlap": timedelta(minutes=30),
    }
    return ShiftRules(**(told | more))


def on_call(people: Mapping[str, str] = PEOPLE, **more: Any) -> ShiftRules:  # noqa: ANN401
    """Return a rule that a calendar fills."""
    told: dict[str, Any] = {"calendar": "https://calendar.example/oncall.ics", "people": people}
    return ShiftRules(**({"name": "oncall", "zone": "Europe/Berlin"} | told | more))


def spans(shifts: tuple[PlannedShift, ...]) -> list[tuple[str, str, str]]:
    """Return who is on from when to when, in UTC."""
    return [(shift.lead, utc(shift.start), utc(shift.end)) for shift in shifts]


def calendar(*events: str, head: str = "") -> bytes:
    """Return an iCalendar text of these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a test//EN", *head.splitlines()]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def event(start: str, end: str, *more: str, uid: str = "") -> str:
    """Return an event such as from `20261123T080000Z` on; `more` are lines like `SUMMARY:Sam`."""
    lines = (f"UID:{uid or start + end}", "DTSTAMP:20261101T000000Z")
    return "\n".join((*lines, f"DTSTART{_told(start)}", f"DTEND{_told(end)}", *more))


def _told(moment: str) -> str:
    """A value with parameters of its own begins with a semicolon."""
    return moment if moment.startswith(";") else f":{moment}"
