"""From an iCalendar text (RFC 5545) to its entries. The only file that knows the icalendar package.

The text is foreign: whatever stands in it, the outcome is entries and problems in words, or
CalendarUnusable. Recurrences are worked out within the wanted weeks alone, and only rules that
cannot keep a processor busy.
"""

# mypy: untyped-calls-exclude=recurring_ical_events

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.parser import Contentlines
from icalendar.timezone import tzp

from ceremonies.errors import CalendarUnusable
from ceremonies.rota.entries import Answer, Entry
from ceremonies.rota.naming import distinct, names_in, plain, shown
from ceremonies.rota.schedule import instant, ms

MOST_SERIES = 100
MOST_ENTRIES = 1000
_MARGIN = timedelta(days=2)  # dates have no zone yet where they are looked for
_RULES = {
    "DAILY": {"INTERVAL", "COUNT", "UNTIL", "WKST"},
    "WEEKLY": {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY"},
    "MONTHLY": {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH"},
}
_FIRST_YEAR = 1970  # a rule that recurs is worked out from its beginning on
_SOME_DAY = ms(datetime(9000, 1, 1, tzinfo=UTC))  # well before time ends, in whatever zone
_ZONE_RULE = re.compile(
    r"FREQ=YEARLY(;(BYMONTH|BYDAY|BYMONTHDAY|UNTIL|COUNT|WKST)=[0-9A-Z,+-]+)*", re.IGNORECASE
)
_FIRST_ZONE = "1600"  # Outlook's begin in 1601
_MOST_CHANGES = 400  # of one zone: 20 rules, or that many single dates
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID")


def read(text: bytes, *, zone: str, at: int, after: int, before: int) -> Answer:
    """Return what the calendar says for [after, before) (ms), by start; `at` is now.

    A whole day is of `zone`, and so is a time without a zone if the calendar names none. An event
    that makes no sense is left out and told. Raises CalendarUnusable for what is no calendar, has
    no event, or too much.
    """
    try:
        return _read(text, ZoneInfo(zone), at, (after, before))
    except CalendarUnusable:
        raise
    except Exception:  # noqa: BLE001 — a foreign text in a foreign parser: whatever breaks, it is the text
        raise CalendarUnusable("what it answers is no calendar (RFC 5545)") from None


def _read(text: bytes, zone: ZoneInfo, at: int, window: tuple[int, int]) -> Answer:
    _refuse_busy_zones(text)
    tzp.use_default()  # forgets zones that other calendars described, by the same name perhaps
    calendar = Calendar.from_ical(text)
    if not isinstance(calendar, Calendar):
        raise CalendarUnusable("what it answers is no calendar (RFC 5545)")
    events = [part for part in calendar.walk("VEVENT") if isinstance(part, Event)]
    if not events:
        raise CalendarUnusable("it has no event")
    problems: list[str] = []
    sound = Calendar()
    for name in ("VERSION", "PRODID", "X-WR-TIMEZONE"):
        if name in calendar:
            sound.add(name, calendar[name])
    _without_unknown_zone(sound, problems)
    for part in calendar.walk("VTIMEZONE"):
        sound.add_component(part)
    for event in events:
        problem = _problem(event)
        if problem:
            problems.append(f"“{_title(event)}” {problem}: it is left out")
        else:
            sound.add_component(event)
    if sum("RRULE" in event for event in events) > MOST_SERIES:
        raise CalendarUnusable(f"it has more than {MOST_SERIES} events that recur")
    entries = sorted(set(_entries(sound, zone, window)), key=lambda e: (e.start, e.end, e.names))
    if len(entries) > MOST_ENTRIES:
        raise CalendarUnusable(f"it has more than {MOST_ENTRIES} entries in five weeks")
    return Answer(at=at, entries=tuple(entries), problems=distinct(problems))


def _refuse_busy_zones(text: bytes) -> None:
    """A calendar's own zone is worked out with each time in it, already as the text is parsed.

    So before: where it recurs by anything but years, that may take for ever. A line is looked at
    as both of its later readers cut it: icalendar at CR LF, dateutil also at U+0085 and the like.
    """
    within: list[str] = []
    changes = 0
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        for piece in line.splitlines():
            named, _, value = piece.partition(":")
            name = named.partition(";")[0].strip().upper()
            if name == "BEGIN":
                within.append(value.strip().upper())
                changes = changes if "VTIMEZONE" in within[:-1] else 0
            elif name == "END" and within:
                within.pop()
            elif "VTIMEZONE" in within:
                changes += _changes(name, value.strip())
                if changes > _MOST_CHANGES:
                    raise CalendarUnusable("a zone in it changes by a rule that is not read here")


def _changes(name: str, value: str) -> int:
    """Return what a line of a zone adds to the work of each time in it; a year's rule the most."""
    if name == "DTSTART":
        return 0 if value >= _FIRST_ZONE else _MOST_CHANGES + 1
    if name in ("RDATE", "EXDATE"):
        return value.count(",") + 1
    if name in ("RRULE", "EXRULE"):
        return 20 if _ZONE_RULE.fullmatch(value) else _MOST_CHANGES + 1
    return 0


def _without_unknown_zone(calendar: Calendar, problems: list[str]) -> None:
    name = str(calendar.get("X-WR-TIMEZONE", ""))
    if not name:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        del calendar["X-WR-TIMEZONE"]
        problems.append(f"its zone “{shown(name)}” does not exist")


def _problem(event: Event) -> str:
    """Return what is wrong with an event, or nothing."""
    for name in _TIMES:
        given = event.get(name)
        if isinstance(given, list):
            return f"has several {name}"
        told = getattr(given, "dt", None)
        if isinstance(told, datetime) and told.tzinfo is None and "TZID" in given.params:
            return f"is in a zone that does not exist (“{shown(str(given.params['TZID']))}”)"
    try:
        lasts = event.end - event.start
    except (icalendar.IncompleteComponent, ValueError, TypeError, KeyError, AttributeError):
        return "has no beginning or end that can be read"
    if lasts <= timedelta(0) and not _is_cancelled(event):
        return "has no length"
    return _recurs_too_much(event)


def _recurs_too_much(event: Event) -> str:
    rules = event.get("RRULE")
    if rules is None:
        return ""
    for rule in rules if isinstance(rules, list) else [rules]:
        asked = {str(part).upper() for part in rule}
        often = str(next(iter(rule.get("FREQ", ())), "")).upper()
        if often not in _RULES:
            return "recurs within a day"
        if not asked - {"FREQ"} <= _RULES[often] or not all(n > 0 for n in _every(rule)):
            return "recurs by a rule that is not read here"
    return "recurs since before 1970" if event.start.year < _FIRST_YEAR else ""


def _every(rule: icalendar.vRecur) -> list[int]:
    """Return each INTERVAL of a rule; by one of 0 it would stay at its beginning for ever."""
    given = rule.get("INTERVAL", [1])
    return [int(n) for n in (given if isinstance(given, list) else [given])]


def _entries(calendar: Calendar, zone: ZoneInfo, window: tuple[int, int]) -> Iterator[Entry]:
    after, before = (datetime.fromtimestamp(moment / 1000, UTC) for moment in window)
    found = recurring_ical_events.of(calendar, skip_bad_series=True)
    for event in found.between(after - _MARGIN, before + _MARGIN):
        if _is_cancelled(event):
            continue
        start, end = _moment(event.start, zone), _moment(event.end, zone)
        if start < end and start < window[1] and window[0] < end:
            if start < 0 or end > _SOME_DAY:
                raise CalendarUnusable("it has an entry that has no end, or no beginning")
            yield Entry(start=start, end=end, names=_names(event), title=_title(event))


def _moment(told: date, zone: ZoneInfo) -> int:
    if not isinstance(told, datetime):
        return instant(told, time(0), zone)
    if told.tzinfo is None:
        return instant(told.date(), told.time(), zone)
    return ms(told)


def _names(event: Event) -> tuple[tuple[str, ...], ...]:
    given = event.get("ATTENDEE", [])
    attendees = []
    for attendee in given if isinstance(given, list) else [given]:
        attendees.append(plain(str(attendee)))
        attendees += [plain(str(attendee.params.get(key, ""))) for key in ("CN", "EMAIL")]
    summary, words = str(event.get("SUMMARY", "")), str(event.get("DESCRIPTION", ""))
    return distinct(attendees), names_in(summary), names_in(words)


def _title(event: Event) -> str:
    return shown(str(event.get("SUMMARY", ""))) or "an event without a title"


def _is_cancelled(event: Event) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"
