"""From a rule to its shifts: days and hours by the clocks of a zone, summer time and all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from ceremonies.rota.rules import ShiftRules, Weekday
from ceremonies.rota.shift import PlannedShift, planned

_DAY = timedelta(days=1)
_WEEK = tuple(Weekday)


def occurrences(rule: ShiftRules, *, after: int, before: int) -> tuple[PlannedShift, ...]:
    """Return each shift of the rule of which some part lies in [after, before), by start.

    A day of `days` is the one on which the shift starts; an end that is not after the start is on
    the next day. Hours are those of the zone's clocks, as `instant` reads them: a night may last
    an hour more or less. A shift that would lie wholly within the hour that the clocks leave out
    does not take place.
    """
    if before <= after:
        return ()
    found = (
        planned(rule, lead=rule.lead, start=start, end=end)
        for start, end in _spans(rule, after, before)
    )
    return tuple(shift for shift in found if shift.start < before and after < shift.end)


def _spans(rule: ShiftRules, after: int, before: int) -> Iterator[tuple[int, int]]:
    zone = ZoneInfo(rule.zone)
    night = rule.end <= rule.start
    day = datetime.fromtimestamp(after / 1000, zone).date() - 2 * _DAY
    last = datetime.fromtimestamp(before / 1000, zone).date() + _DAY
    while day <= last:
        if _WEEK[day.weekday()] in rule.days:
            start = instant(day, rule.start, zone)
            end = instant(day + _DAY if night else day, rule.end, zone)
            if start < end:
                yield start, end
        day += _DAY


def instant(day: date, at: time, zone: ZoneInfo) -> int:
    """Return when the zone's clocks show `at` on `day`, in ms since the epoch.

    What they show twice is its first time; what they leave out is the moment at which they jump.
    So whatever is later on the clock is never earlier in time, and shifts that do not overlap on
    paper do not overlap.
    """
    told = datetime.combine(day, at)
    early, late = told.replace(tzinfo=zone), told.replace(tzinfo=zone, fold=1)
    offset, then = _offset(early), _offset(late)
    if then > offset:  # left out: PEP 495 reads fold 0 by the clock before the jump
        return _jump(told, offset, then, zone)
    return ms(told.replace(tzinfo=timezone(offset)))


def _jump(told: datetime, offset: timedelta, then: timedelta, zone: ZoneInfo) -> int:
    """Return when the clocks jump over `told`: between these two readings of it, by bisection."""
    low = ms(told.replace(tzinfo=timezone(then)))
    high = ms(told.replace(tzinfo=timezone(offset)))
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle / 1000, zone)) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(told: datetime) -> timedelta:
    offset = told.utcoffset()
    if offset is None:
        raise RuntimeError("a time without its zone")
    return offset


def ms(told: datetime) -> int:
    """Return an aware time as milliseconds since the epoch."""
    return int((told - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def uncovered(
    shifts: Sequence[PlannedShift], *, after: int, before: int
) -> tuple[tuple[int, int], ...]:
    """Return each span of [after, before) that lies in no shift, by start."""
    gaps = []
    reached = after
    for shift in sorted(shifts, key=lambda s: s.start):
        if shift.start >= before:
            break
        if shift.start > reached:
            gaps.append((reached, shift.start))
        reached = max(reached, shift.end)
    if reached < before:
        gaps.append((reached, before))
    return tuple(gaps)
