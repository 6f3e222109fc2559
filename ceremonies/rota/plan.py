"""From a rule and what its calendar says to shifts: one lead at a time. What is odd, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ceremonies.rota.entries import Answer, Entry
from ceremonies.rota.naming import people_of
from ceremonies.rota.rules import ShiftRules
from ceremonies.rota.schedule import occurrences
from ceremonies.rota.shift import PlannedShift, planned

LONGEST_MS = (7 * 24 + 1) * 3_600_000  # a week in which the clocks go back

_WEEKS_MS = 28 * 24 * 3_600_000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """What makes no sense, in words, and when that is (ms)."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Shifts by start, no two at a time, and what is odd about them."""

    shifts: tuple[PlannedShift, ...] = ()
    oddities: tuple[Oddity, ...] = ()


def from_calendar(rule: ShiftRules, answer: Answer, *, after: int, before: int) -> Plan:
    """Return the shifts that the calendar makes of this rule, those within [after, before) (ms).

    Of several people at a time the one leads who stands first in `people`; the others lead what is
    left of their time. Hours of the rule narrow the calendar to them.
    """
    spans: dict[str, list[Span]] = {}
    odd = []
    for entry in answer.entries:
        words, leads = _leads(rule, entry)
        if words:
            odd.append(Oddity(words=words, start=entry.start, end=entry.end))
        for lead in leads:
            spans.setdefault(lead, []).append((entry.start, entry.end))
    shifts = _in_turn(rule, spans, odd)
    if rule.days:
        shifts = _narrowed(rule, shifts, after=after, before=before)
    within = (s for s in shifts if s.start < before and after < s.end)
    return Plan(shifts=tuple(sorted(within, key=lambda s: s.start)), oddities=tuple(odd))


def longest_of(rule: ShiftRules, answer: Answer | None, *, now: int) -> int:
    """Return how long (ms) a token of this rule has to last at most in the weeks to come.

    A calendar without hours of its own that gave no answer may say anything that is a shift.
    """
    before = now + _WEEKS_MS
    if not rule.calendar or (answer is None and rule.days):
        shifts = occurrences(rule, after=now, before=before)
    elif answer is not None:
        shifts = from_calendar(rule, answer, after=now, before=before).shifts
    else:
        return LONGEST_MS + int(rule.overlap.total_seconds() * 1000)
    return max((s.end - s.start + s.overlap for s in shifts), default=0)


def _leads(rule: ShiftRules, entry: Entry) -> tuple[str, tuple[str, ...]]:
    """Return what is wrong with an entry, if anything, and who leads by it."""
    leads = people_of(entry.names, rule.people)
    when = f"from {words_of(entry.start)} to {words_of(entry.end)}"
    if not leads:
        return f"“{entry.title}”, {when}, names nobody of `people`: nobody leads then", ()
    if entry.end - entry.start > LONGEST_MS and not rule.days:
        return f"“{entry.title}”, {when}, is longer than a week: write days, start, end too", ()
    return "", leads


def _in_turn(
    rule: ShiftRules, spans: dict[str, list[Span]], odd: list[Oddity]
) -> list[PlannedShift]:
    taken: list[Span] = []
    shifts = []
    for lead in dict.fromkeys(rule.people.values()):
        own = merged(spans.get(lead, ()))
        for start, end in ((max(a, s), min(b, e)) for a, b in own for s, e in taken):
            if start < end:
                words = (
                    f"several people are on from {words_of(start)} to {words_of(end)}: "
                    "whoever stands first in `people` leads"
                )
                odd.append(Oddity(words=words, start=start, end=end))
        free = [piece for span in own for piece in without(span, taken)]
        shifts += [_shift(rule, lead, start, end) for start, end in free]
        taken = sorted((*taken, *free))
    return shifts


def _shift(rule: ShiftRules, lead: str, start: int, end: int) -> PlannedShift:
    """Return the shift, its overlap at most half of it: a calendar's may be short."""
    shift = planned(rule, lead=lead, start=start, end=end)
    return replace(shift, overlap=min(shift.overlap, (end - start) // 2))


def _narrowed(
    rule: ShiftRules, shifts: Sequence[PlannedShift], *, after: int, before: int
) -> list[PlannedShift]:
    hours = occurrences(rule, after=after, before=before)
    return [
        _shift(rule, shift.lead, max(shift.start, on.start), min(shift.end, on.end))
        for shift in shifts
        for on in hours
        if shift.start < on.end and on.start < shift.end
    ]


def one_at_a_time(plans: Iterable[Sequence[PlannedShift]]) -> Plan:
    """Return the shifts of several rules, by start; where two overlap, the rule named first has it.

    Rules with hours of their own cannot overlap; with a calendar that is seen here only.
    """
    kept: list[PlannedShift] = []
    odd = []
    for shifts in plans:
        taken = [(shift.start, shift.end) for shift in kept]
        for shift in shifts:
            free = without((shift.start, shift.end), taken)
            if free != [(shift.start, shift.end)]:
                words = f"shift {shift.id} overlaps one that is configured before it: it is cut"
                odd.append(Oddity(words=words, start=shift.start, end=shift.end))
            kept += [_cut(shift, start, end) for start, end in free]
    return Plan(shifts=tuple(sorted(kept, key=lambda s: s.start)), oddities=tuple(odd))


def _cut(shift: PlannedShift, start: int, end: int) -> PlannedShift:
    if (start, end) == (shift.start, shift.end):
        return shift
    rule = ShiftRules(name=shift.name, custody=shift.custody)
    cut = planned(rule, lead=shift.lead, start=start, end=end)
    return replace(cut, overlap=min(shift.overlap, (end - start) // 2))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans of which none overlaps another, by start; those that only touch stay two."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(span: Span, taken: Sequence[Span]) -> list[Span]:
    """Return what is left of a span after those that are taken, by start."""
    start, end = span
    free = []
    for other, until in sorted(taken):
        if until <= start or end <= other:
            continue
        if start < other:
            free.append((start, other))
        start = max(start, until)
    if start < end:
        free.append((start, end))
    return free


def words_of(moment: int) -> str:
    """Return a moment (ms) as people read it."""
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M} UTC"
