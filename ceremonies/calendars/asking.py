"""Asks every calendar every five minutes, off the deciding path, and has its last good answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from ceremonies.calendars.shelf import Shelf
from ceremonies.errors import CalendarUnusable
from ceremonies.rota.calendar import read
from ceremonies.rota.entries import Answer, carried_on
from ceremonies.rota.plan import words_of
from ceremonies.rota.rules import ShiftRules

log = structlog.get_logger()

EVERY_S = 300.0
AGAIN_S = 60.0  # after one that failed
_TICK_S = 5.0
_READ_ANEW_MS = 6 * 3_600_000  # recurrences go on though the text stays
_DAY_MS = 24 * 3_600_000
_BEHIND_MS = 16 * _DAY_MS
_AHEAD_MS = 35 * _DAY_MS


def wall() -> int:
    """Return ms since the epoch by this machine's clock."""
    return int(time.time() * 1000)


@dataclass(slots=True)
class _Desk:
    """One calendar as this process knows it."""

    set_name: str
    rule: ShiftRules
    answer: Answer | None = None
    text: bytes = b""
    read_at: int = 0
    problem: str = ""
    since: int = 0
    due: float = 0.0


def weeks(now: int) -> tuple[int, int]:
    """Return from when to when (ms) a calendar is read."""
    return now - _BEHIND_MS, now + _AHEAD_MS


class CalendarWatch:
    """The calendars of all rules. What it has is told at once; asking is its own thread's.

    `now` is ms since the epoch: it chooses which weeks are read, and decides nothing.
    """

    def __init__(
        self,
        rules: Mapping[str, Sequence[ShiftRules]],
        *,
        shelf: Shelf,
        fetch: Callable[[str], bytes],
        now: Callable[[], int] = wall,
    ) -> None:
        self._shelf = shelf
        self._fetch = fetch
        self._now = now
        self._desks = {
            (name, rule.name): _Desk(name, rule)
            for name, some in rules.items()
            for rule in some
            if rule.calendar
        }
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="calendars", daemon=True)

    def start(self) -> None:
        """Take what is on the shelf, and begin to ask; without calendars nothing begins."""
        for (name, _), desk in self._desks.items():
            desk.answer = self._shelf.last(name, desk.rule)
        if self._desks:
            self._thread.start()

    def close(self, seconds: float) -> None:
        """Ask no more; what is under way ends by itself."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def answer(self, set_name: str, rule: str) -> Answer | None:
        """Return the last good answer of this rule's calendar, or None: there was none."""
        desk = self._desks.get((set_name, rule))
        return desk.answer if desk else None

    def trouble(self, set_name: str, rule: str) -> str:
        """Return since when and why there is no newer answer; nothing where all is well."""
        desk = self._desks.get((set_name, rule))
        if desk is None or not desk.problem:
            return ""
        return f"{desk.problem} (since {words_of(desk.since)})"

    def ask(self) -> None:
        """Ask every calendar once, now."""
        for desk in self._desks.values():
            self._ask(desk)

    def _run(self) -> None:
        while not self._closing.is_set():
            for desk in self._desks.values():
                if time.monotonic() >= desk.due and not self._closing.is_set():
                    self._surely_ask(desk)
                    desk.due = time.monotonic() + (AGAIN_S if desk.problem else EVERY_S)
            self._closing.wait(_TICK_S)

    def _surely_ask(self, desk: _Desk) -> None:
        try:
            self._ask(desk)
        except Exception:
            # The loop outlives every surprise: the last good answer stays.
            log.exception("calendar.surprised", set=desk.set_name, shift=desk.rule.name)

    def _ask(self, desk: _Desk) -> None:
        try:
            text = self._fetch(desk.rule.calendar)
            desk.answer = carried_on(self._read(desk, text), desk.answer)
        except CalendarUnusable as problem:
            if not desk.problem:
                desk.since = self._now()
            if desk.problem != str(problem):
                log.warning(
                    "calendar.unusable",
                    set=desk.set_name,
                    shift=desk.rule.name,
                    problem=str(problem),
                )
            desk.problem = str(problem)
            return
        desk.problem = ""
        self._shelf.put(desk.set_name, desk.rule, desk.answer)

    def _read(self, desk: _Desk, text: bytes) -> Answer:
        now = self._now()
        if text == desk.text and desk.answer and 0 <= now - desk.read_at < _READ_ANEW_MS:
            return replace(desk.answer, at=now)
        after, before = weeks(now)
        answer = read(text, zone=desk.rule.zone, at=now, after=after, before=before)
        desk.text, desk.read_at = text, now
        return answer
