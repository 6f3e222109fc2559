"""Calendars are asked in the background; the last good answer stays, here and over a restart."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field, replace

import pytest

from ceremonies import store
from ceremonies.calendars import CalendarWatch, Shelf
from ceremonies.errors import CalendarUnusable
from ceremonies.observations import Observations
from ceremonies.rota.entries import Answer
from ceremonies.rota.rota import Rota
from lab.process import wait_until
from tests.ceremonies.rota.rotas import (
    DAY,
    HOUR,
    KIM,
    ROSTER,
    SAM,
    at,
    calendar,
    event,
    night,
    on_call,
    spans,
)

NOW = at("2026-11-25 12:00")
SAMS_WEEK = event("20261123T080000Z", "20261130T080000Z", "SUMMARY:Sam", uid="1")
KIMS_WEEK = event("20261130T080000Z", "20261207T080000Z", "SUMMARY:Kim", uid="2")
RULES = {"payments": (night(), on_call()), "ledger": (on_call(name="other"),)}


@dataclass
class Office:
    """A calendar service that a test changes, and the time."""

    says: bytes = field(default_factory=lambda: calendar(SAMS_WEEK, KIMS_WEEK))
    fails: str = ""
    now: int = NOW
    asked: list[str] = field(default_factory=list)

    def fetch(self, address: str) -> bytes:
        """Answer."""
        self.asked.append(address)
        if self.fails:
            raise CalendarUnusable(self.fails)
        return self.says


@pytest.fixture
def observations(redis_url: str) -> Observations:
    """Give out an empty cache."""
    return Observations(store.connect(redis_url))


@pytest.fixture
def shelf(observations: Observations) -> Shelf:
    """Give out an empty shelf."""
    return Shelf(observations, key=secrets.token_bytes(32))


def watch(office: Office, shelf: Shelf) -> CalendarWatch:
    """Return a replica's calendars."""
    return CalendarWatch(RULES, shelf=shelf, fetch=office.fetch, now=lambda: office.now)


def shifts(calendars: CalendarWatch, now: int = NOW) -> list[tuple[str, str, str]]:
    """Return what the other set's rota makes of them."""
    rota = Rota(RULES, roster=lambda: ROSTER, calendars=calendars)
    return spans(rota.planned("ledger", now=now))


WEEKS = [
    (SAM, "2026-11-23 08:00", "2026-11-30 08:00"),
    (KIM, "2026-11-30 08:00", "2026-12-07 08:00"),
]


def test_an_answer(shelf: Shelf) -> None:
    """Each calendar is asked by its own rule's address; a rule without one is not."""
    office = Office()
    calendars = watch(office, shelf)
    assert calendars.answer("ledger", "other") is None
    assert calendars.trouble("ledger", "other") == ""
    calendars.ask()
    assert len(office.asked) == 2
    assert shifts(calendars) == WEEKS
    assert calendars.answer("payments", "night") is None
    assert calendars.trouble("payments", "night") == ""


def test_trouble(shelf: Shelf) -> None:
    """The last good answer stays, and since when there is no newer; then all is well again."""
    office = Office()
    calendars = watch(office, shelf)
    calendars.ask()
    for fails, says in (("it refuses the connection", b""), ("", b"<html>")):
        office.now += 5 * 60_000
        office.fails, office.says = fails, says
        calendars.ask()
        assert shifts(calendars) == WEEKS
        assert calendars.trouble("ledger", "other").endswith("(since 2026-11-25 12:05 UTC)")
    assert calendars.trouble("ledger", "other").startswith("what it answers is no calendar")
    found = calendars.answer("ledger", "other")
    assert found is not None
    assert found.at == NOW

    office.says = calendar(KIMS_WEEK)
    calendars.ask()
    assert calendars.trouble("ledger", "other") == ""
    assert shifts(calendars) == WEEKS[1:]


def test_after_a_restart(shelf: Shelf) -> None:
    """What another replica was told holds while the calendar is away."""
    office = Office()
    watch(office, shelf).ask()
    office.fails = "it refuses the connection"
    second = watch(office, shelf)
    second.start()
    try:
        assert shifts(second) == WEEKS
        asked = "the calendars were asked"
        wait_until(lambda: bool(second.trouble("ledger", "other")), seconds=10, what=asked)
        assert shifts(second) == WEEKS
    finally:
        second.close(5)


def test_asked_in_the_background(shelf: Shelf) -> None:
    """Starting waits for nobody; a calendar that hangs holds up no answer."""
    hanging = threading.Event()
    office = Office()

    def fetch(address: str) -> bytes:
        hanging.wait(20)
        return office.fetch(address)

    calendars = CalendarWatch(RULES, shelf=shelf, fetch=fetch, now=lambda: office.now)
    calendars.start()
    try:
        assert shifts(calendars) == []
        hanging.set()
        wait_until(lambda: shifts(calendars) == WEEKS, seconds=10, what="the answer came")
    finally:
        hanging.set()
        calendars.close(5)


def test_recurrences_go_on(shelf: Shelf) -> None:
    """A calendar whose text never changes is read anew before its weeks are over."""
    series = event("20261123T080000Z", "20261123T200000Z", "RRULE:FREQ=WEEKLY", "SUMMARY:Sam")
    office = Office(says=calendar(series))
    calendars = watch(office, shelf)
    for _ in range(30):
        calendars.ask()
        office.now += 2 * DAY
    office.now -= 2 * DAY
    assert len(shifts(calendars, now=office.now)) == 1


def test_what_is_on_keeps_its_beginning(shelf: Shelf) -> None:
    """A calendar that begins each event with now gives one shift, and not one a fetch."""
    office = Office()
    calendars = watch(office, shelf)
    for hours in range(4):
        office.now = NOW + hours * HOUR
        office.says = calendar(
            event(f"20261125T{12 + hours}0000Z", "20261126T080000Z", "SUMMARY:Sam")
        )
        calendars.ask()
    assert shifts(calendars) == [(SAM, "2026-11-25 12:00", "2026-11-26 08:00")]


def test_the_shelf(shelf: Shelf, observations: Observations) -> None:
    """An answer comes back as it was; none that is forged, another's, or of another address."""
    rule = on_call()
    office = Office()
    calendars = watch(office, shelf)
    calendars.ask()
    answer = calendars.answer("payments", "oncall")
    assert answer is not None
    assert shelf.last("payments", rule) == answer
    assert shelf.last("ledger", rule) is None
    assert shelf.last("payments", replace(rule, calendar="https://other.example/")) is None
    assert Shelf(observations, key=secrets.token_bytes(32)).last("payments", rule) is None

    name = "{payments}:calendar:oncall"
    kept = observations.get(name)
    assert kept is not None
    assert rule.calendar not in kept
    observations.put(name, kept.replace("sam", "kim"), seconds=60)
    assert shelf.last("payments", rule) is None
    for nonsense in ("", "|", "x", "x|{}"):
        observations.put(name, nonsense, seconds=60)
        assert shelf.last("payments", rule) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later(Answer):
    """An answer of a later version of Conclave."""

    more: int = 1


def test_a_shelf_of_another_version(shelf: Shelf) -> None:
    """What is ours and not understood counts as nothing."""
    rule = on_call()
    shelf.put("payments", rule, Later(at=NOW, entries=()))
    assert shelf.last("payments", rule) is None


def test_without_redis() -> None:
    """The answer is in the process; nothing is raised."""
    away = Shelf(Observations(store.connect("redis://127.0.0.1:1/0")), key=b"k" * 32)
    calendars = watch(Office(), away)
    calendars.ask()
    assert shifts(calendars) == WEEKS
    assert away.last("payments", on_call()) is None
