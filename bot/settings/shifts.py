"""What must hold for shifts, which are checked now and served later."""

from __future__ import annotations

from collections.abc import Iterator

from bot.settings.file import File, ShiftTable
from bot.settings.findings import Finding


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
        if shift.start == shift.end:
            mend = "Write when the shift ends; an end before the start is the next morning."
            yield Finding(key=f"{place}.end", problem="the shift has no length", mend=mend)


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
    if shift.calendar is not None and not shift.calendar.startswith("https://"):
        mend = 'Write calendar = "https://…".'
        yield Finding(key=f"{place}.calendar", problem="this is no https:// address", mend=mend)
    for slack in {*shift.people.values(), *([shift.lead] if shift.lead else [])} - leads:
        yield Finding(
            key=f"{place}.lead" if slack == shift.lead else f"{place}.people",
            problem=f"nobody in [[people]] with the id {slack} has the role shift_lead",
            mend='Add "shift_lead" to their roles, or correct the id.',
        )
