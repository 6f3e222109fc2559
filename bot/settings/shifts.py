"""What must hold for shifts: who leads, at which hours, and that no two of a set overlap."""

from __future__ import annotations

import time as clocks
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.settings.file import File, ShiftTable
from bot.settings.findings import Finding
from ceremonies.rota.naming import plain
from ceremonies.rota.plan import words_of
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from ceremonies.rota.schedule import occurrences
from ceremonies.rota.shift import PlannedShift

_HOURS = ("days", "start", "end")
_SHORT = timedelta(minutes=10)
_YEAR_MS = 53 * 7 * 24 * 3_600_000  # every change of the clocks is within


def rule(shift: ShiftTable) -> ShiftRules:
    """Return the shift as the rest of the house knows it."""
    return ShiftRules(
        name=shift.name,
        zone=shift.zone,
        custody=Custody(shift.custody),
        overlap=shift.overlap,
        lead=shift.lead or "",
        days=frozenset(Weekday(day) for day in shift.days or ()),
        start=shift.start or time(0),
        end=shift.end or time(0),
        calendar=shift.calendar or "",
        people=dict(shift.people),
    )


def warnings(file: File) -> Iterator[str]:
    """Yield shifts with less time than a person needs who is not at their desk."""
    for shift in file.shifts:
        if shift.overlap >= _SHORT:
            continue
        collects = f"{_told(shift.overlap * 1.5)} to collect the token and "
        has = "" if Custody(shift.custody) is Custody.BOT else collects
        yield (
            f"shift {shift.name}: overlap leaves its lead {has}{_told(shift.overlap)} to confirm "
            'the hand-over; overlap = "30m" is usual'
        )


def _told(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    told = [f"{minutes} min"] if minutes else []
    return " ".join([*told, f"{seconds} s"] if seconds else told)


def check(file: File) -> Iterator[Finding]:
    """Yield what does not hold."""
    sets = [one.name for one in file.replication_sets]
    leads = {p.slack for p in file.people if "shift_lead" in p.roles}
    seen: set[str] = set()
    for shift in file.shifts:
        place = f"shifts[{shift.name}]"
        if shift.name in seen:
            mend = "Give each shift a name of its own."
            yield Finding(key=f"{place}.name", problem="two shifts have this name", mend=mend)
        seen.add(shift.name)
        if shift.replication_set not in sets:
            yield Finding(
                key=f"{place}.replication_set",
                problem="this is a shift for no set: no such replication set is configured",
                mend=f"Write one of {', '.join(sets)}.",
            )
        yield from _lead(shift, place, leads)
        yield from _names(shift, place)
        yield from _hours(shift, place)
    yield from _overlaps(file)


def _lead(shift: ShiftTable, place: str, leads: set[str]) -> Iterator[Finding]:
    if (shift.lead is None) == (shift.calendar is None):
        yield Finding(
            key=f"{place}.lead",
            problem="a shift has either a lead or a calendar",
            mend='Write lead = "U…", or calendar = "https://…" with people = { … }.',
        )
    if shift.calendar is not None and not shift.people:
        mend = 'Write people = { "sam@example.org" = "U…" }.'
        yield Finding(key=f"{place}.people", problem="a calendar needs its people", mend=mend)
    if shift.calendar is None and shift.people:
        mend = "Take it out, or write calendar = … instead of lead."
        yield Finding(key=f"{place}.people", problem="only a calendar has people", mend=mend)
    for slack in sorted({*shift.people.values(), *([shift.lead] if shift.lead else [])} - leads):
        yield Finding(
            key=f"{place}.lead" if slack == shift.lead else f"{place}.people",
            problem=f"nobody in [[people]] with the id {slack} has the role shift_lead",
            mend='Add "shift_lead" to their roles, or correct the id.',
        )


def _names(shift: ShiftTable, place: str) -> Iterator[Finding]:
    """A name that stands twice, but for its case, could be two people's."""
    seen: set[str] = set()
    for name in shift.people:
        if not plain(name) or plain(name) in seen:
            yield Finding(
                key=f"{place}.people",
                problem="a name is empty, or stands there twice (case does not count)",
                mend="Write each address or name of the calendar once.",
            )
            return
        seen.add(plain(name))


def _hours(shift: ShiftTable, place: str) -> Iterator[Finding]:
    missing = [name for name in _HOURS if getattr(shift, name) is None]
    if shift.calendar is not None and len(missing) == len(_HOURS):
        return  # the calendar says when
    for name in missing:
        yield Finding(
            key=f"{place}.{name}",
            problem="this is missing" if shift.calendar is None else "hours are days, start, end",
            mend=str(ShiftTable.model_fields[name].description),
        )
    if missing:
        return
    for day in sorted({day for day in shift.days or () if (shift.days or []).count(day) > 1}):
        mend = "Write each day once."
        yield Finding(key=f"{place}.days", problem=f'"{day}" stands there twice', mend=mend)
    if shift.start == shift.end:
        mend = "Write when the shift ends; an end before the start is the next morning."
        yield Finding(key=f"{place}.end", problem="the shift has no length", mend=mend)
    elif 2 * shift.overlap > _length(shift):
        yield Finding(
            key=f"{place}.overlap",
            problem="this is longer than half of the shift: three tokens would live at a time",
            mend=f'Write at most overlap = "{_length(shift) // timedelta(minutes=2)}m".',
        )


def _length(shift: ShiftTable) -> timedelta:
    day = date(2001, 1, 1)
    start, end = (datetime.combine(day, at or time(0)) for at in (shift.start, shift.end))
    return end - start if start < end else end - start + timedelta(days=1)


def _overlaps(file: File) -> Iterator[Finding]:
    """Yield rules of one set that overlap within a year; with calendars that shows later."""
    now = int(clocks.time() * 1000)
    for one in file.replication_sets:
        planned = [
            found
            for shift in file.shifts
            if shift.replication_set == one.name and shift.calendar is None
            for found in occurrences(rule(shift), after=now, before=now + _YEAR_MS)
        ]
        yield from _of_set(sorted(planned, key=lambda shift: shift.start))


def _of_set(planned: list[PlannedShift]) -> Iterator[Finding]:
    """Yield each pair of names once; `planned` are by start."""
    told: set[tuple[str, str]] = set()
    longest = None
    for shift in planned:
        if longest is not None and shift.start < longest.end and shift.name != longest.name:
            pair = (longest.name, shift.name)
            if not told & {pair, pair[::-1]}:
                told.add(pair)
                yield Finding(
                    key=f"shifts[{shift.name}].start",
                    problem=f"the shift {longest.name} is on then, as at {words_of(shift.start)}",
                    mend="Let one end when the other starts: a set has one lead on duty at a time.",
                )
        if longest is None or shift.end > longest.end:
            longest = shift
