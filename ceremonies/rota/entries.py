"""What an on-call calendar says, as values: somebody is on from then to then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Whoever these names are of is on from `start` to `end` (ms since the epoch).

    `names` are in tiers, the surest first: attendees, title, description; each as
    `ceremonies.rota.naming.plain` writes it. `title` is for people.
    """

    start: int
    end: int
    names: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a calendar said at `at` (ms): its entries by start, and what of it makes no sense."""

    at: int
    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()


def carried_on(new: Answer, old: Answer | None) -> Answer:
    """Return the new answer; what was on already began when the old answer said so.

    Some calendars begin with now: what is on would begin anew with each fetch.
    """
    if old is None:
        return new
    entries = tuple(sorted((_begun(e, old, new.at) for e in new.entries), key=lambda e: e.start))
    return Answer(at=new.at, entries=entries, problems=new.problems)


def _begun(entry: Entry, old: Answer, at: int) -> Entry:
    if not entry.start <= at < entry.end:
        return entry
    before = (
        o.start for o in old.entries if o.names == entry.names and o.start < entry.start <= o.end
    )
    start = min(before, default=entry.start)
    return Entry(start=start, end=entry.end, names=entry.names, title=entry.title)
