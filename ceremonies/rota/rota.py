"""Who is on duty in each set now and in the days around: what shifts are minted for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ceremonies.roster import Role, Roster
from ceremonies.rota.entries import Answer
from ceremonies.rota.naming import distinct
from ceremonies.rota.plan import Oddity, Plan, from_calendar, one_at_a_time, words_of
from ceremonies.rota.rules import Custody, ShiftRules
from ceremonies.rota.schedule import occurrences
from ceremonies.rota.shift import PlannedShift

_DAY_MS = 24 * 3_600_000
BEHIND_MS = 2 * _DAY_MS
AHEAD_MS = 9 * _DAY_MS
_WEEK_MS = 8 * _DAY_MS  # what a shift is cut by may lie so far outside
_SAME_MS = 60_000
_TOLD = 6  # problems of one calendar that are told one by one


class Calendars(Protocol):
    """What the calendars of the rules said last."""

    def answer(self, set_name: str, rule: str) -> Answer | None:
        """Return the last good answer of this rule's calendar, or None: there was none."""

    def trouble(self, set_name: str, rule: str) -> str:
        """Return why it has no newer one, in words; nothing where all is well."""


class NoCalendars:
    """For where no rule has one."""

    def answer(self, set_name: str, rule: str) -> Answer | None:  # noqa: ARG002
        """Return None."""
        return None

    def trouble(self, set_name: str, rule: str) -> str:  # noqa: ARG002
        """Return nothing."""
        return ""


class Rota:
    """The shifts of every set. It asks nobody: safe on the deciding path, and between threads.

    `rules` are each set's, in the order of the file; `roster` is asked each time.
    """

    def __init__(
        self,
        rules: Mapping[str, Sequence[ShiftRules]],
        *,
        roster: Callable[[], Roster],
        calendars: Calendars | None = None,
    ) -> None:
        self._rules = {name: tuple(some) for name, some in rules.items()}
        self._roster = roster
        self._calendars = calendars or NoCalendars()
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[object, _Look]] = {}

    def planned(self, set_name: str, *, now: int) -> tuple[PlannedShift, ...]:
        """Return the shifts of a set from 2 days before `now` (ms) to 9 days after, by start.

        No two of them overlap, and each lead may lead. The same within one minute.
        """
        return self._looked_at(set_name, now).shifts

    def problems(self, set_name: str, *, now: int) -> tuple[str, ...]:
        """Return what is odd about these shifts, in words; they change only with what is odd."""
        return self._looked_at(set_name, now).problems

    def _looked_at(self, set_name: str, now: int) -> _Look:
        rules = self._rules.get(set_name, ())
        if not rules:
            return _Look()
        minute, roster = now // _SAME_MS, self._roster()
        said = [
            _Said(
                answer=self._calendars.answer(set_name, rule.name),
                trouble=self._calendars.trouble(set_name, rule.name),
            )
            for rule in rules
        ]
        seen = (minute, roster, said)
        with self._lock:
            kept = self._kept.get(set_name)
            if kept is None or kept[0] != seen:
                kept = (seen, _look(rules, said, roster, now=minute * _SAME_MS))
                self._kept[set_name] = kept
            return kept[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a rule's calendar said last, and why it says nothing newer."""

    answer: Answer | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is told of a set."""

    shifts: tuple[PlannedShift, ...] = ()
    problems: tuple[str, ...] = ()


def _look(rules: Sequence[ShiftRules], said: Sequence[_Said], roster: Roster, *, now: int) -> _Look:
    after, before = now - BEHIND_MS - _WEEK_MS, now + AHEAD_MS + _WEEK_MS
    plans = [
        _plan(rule, one, after=after, before=before) for rule, one in zip(rules, said, strict=True)
    ]
    together = one_at_a_time(plan.shifts for plan in plans)
    near = [s for s in together.shifts if s.start < now + AHEAD_MS and now - BEHIND_MS < s.end]
    problems = [
        f"shift {rule.name}: {words}"
        for rule, plan, one in zip(rules, plans, said, strict=True)
        for words in _problems(rule, plan, one, now)
    ]
    problems += _words(together.oddities, now)
    problems += _strangers(near, roster, now)
    return _Look(shifts=tuple(s for s in near if _may(s, roster)), problems=distinct(problems))


def _plan(rule: ShiftRules, said: _Said, *, after: int, before: int) -> Plan:
    if not rule.calendar:
        return Plan(shifts=occurrences(rule, after=after, before=before))
    if said.answer is None:
        return Plan()
    return from_calendar(rule, said.answer, after=after, before=before)


def _problems(rule: ShiftRules, plan: Plan, said: _Said, now: int) -> list[str]:
    """Return what is wrong with a rule's calendar."""
    if not rule.calendar:
        return []
    if said.answer is None:
        return [f"its calendar gave no plan: {said.trouble or 'it was not asked yet'}"]
    found = [*said.answer.problems, *_words(plan.oddities, now)]
    if not any(s.start < now + AHEAD_MS and now < s.end for s in plan.shifts):
        found.insert(0, "nobody leads in the 9 days to come")
    words = [f"in its calendar, {problem}" for problem in found[:_TOLD]]
    if len(found) > _TOLD:
        words.append(f"its calendar has {len(found) - _TOLD} more such problems")
    if said.trouble:
        since = words_of(said.answer.at)
        words.insert(0, f"its calendar: {said.trouble}; what it said at {since} holds on")
    return words


def _words(odd: Sequence[Oddity], now: int) -> list[str]:
    """Return what is odd now or soon; what is over is nobody's concern."""
    return [one.words for one in odd if one.start < now + AHEAD_MS and now < one.end]


def _may(shift: PlannedShift, roster: Roster) -> bool:
    """Whether its token would come into good hands; where the bot alone keeps it, it does."""
    return shift.custody is Custody.BOT or roster.has(shift.lead, Role.SHIFT_LEAD)


def _strangers(shifts: Sequence[PlannedShift], roster: Roster, now: int) -> list[str]:
    leads = ((s.name, s.lead) for s in shifts if now < s.end)
    return [
        f"shift {name}: its lead {roster.name_of(lead)} has no role shift_lead (any more)"
        for name, lead in dict.fromkeys(leads)
        if not roster.has(lead, Role.SHIFT_LEAD)
    ]
