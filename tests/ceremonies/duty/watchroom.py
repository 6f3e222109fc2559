"""A watch room for the pure rules of shifts: the clock is set, minting ends as it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from ceremonies.commands import Refusal
from ceremonies.commands.duty import DutyCommand
from ceremonies.decide import Terms, decide_duty
from ceremonies.duty import Duties, DutyToken
from ceremonies.events import (
    Event,
    MintLost,
    MintRefused,
    Part,
    RingChecked,
    TokenMinted,
    WrapCollected,
    WrapShown,
)
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from ceremonies.rota.schedule import occurrences
from ceremonies.rotation import MintDebt, ttl_s, wrap_s
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.desk import Desk

DAY_S = 24 * 3600
WEEK = frozenset(Weekday)
HALF_AN_HOUR = timedelta(minutes=30)
DAY = ShiftRules(
    name="day",
    zone="Europe/Berlin",
    lead=SAM,
    days=WEEK,
    start=time(6),
    end=time(22),
    overlap=HALF_AN_HOUR,
)
NIGHT = replace(DAY, name="night", lead=KIM, start=time(22), end=time(6))
ALL_READY = tuple(range(1, 9))


def at(text: str) -> int:
    """Return milliseconds of a moment in UTC, such as `2026-11-23 05:45`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def rule(base: ShiftRules = DAY, *, custody: Custody = Custody.LEAD) -> ShiftRules:
    """Return this rule with another custody."""
    return replace(base, custody=custody)


Made = Callable[["Room", MintDebt, str], Event]


def minted(room: Room, debt: MintDebt, effect: str) -> Event:
    """Vault grants what was asked for."""
    shift, now = debt.shift, room.desk.now
    wrapped = now + wrap_s(shift, now=now) * 1000 if debt.part is Part.LEAD else 0
    return TokenMinted(
        effect=effect,
        shift=shift.id,
        name=shift.name,
        part=debt.part,
        place=debt.place,
        cluster="a",
        lead=shift.lead,
        starts=shift.start,
        ends=shift.end,
        until=now + ttl_s(shift, now=now) * 1000,
        wrapped_until=wrapped,
    )


def refused(room: Room, debt: MintDebt, effect: str) -> Event:
    """Vault says no."""
    del room
    return MintRefused(
        effect=effect,
        shift=debt.shift.id,
        part=debt.part,
        place=debt.place,
        problem="RightMissing",
        words="The bot may not.",
    )


def lost(room: Room, debt: MintDebt, effect: str) -> Event:
    """Vault's answer is lost."""
    return MintLost(
        effect=effect,
        shift=debt.shift.id,
        part=debt.part,
        place=debt.place,
        until=room.desk.now + ttl_s(debt.shift, now=room.desk.now) * 1000,
    )


@dataclass
class Room:
    """One set, its shifts, and Vault's part as `made` plays it."""

    rules: tuple[ShiftRules, ...] = (DAY, NIGHT)
    start: str = "2026-11-23 03:00"
    made: Made = minted
    desk: Desk = field(default_factory=Desk)
    told: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk.now = at(self.start)
        self._plan()
        self.desk.happens(RingChecked(cluster="a", ready=ALL_READY))

    def _plan(self) -> None:
        now, day = self.desk.now, DAY_S * 1000
        found = [
            shift
            for one in self.rules
            for shift in occurrences(one, after=now - 2 * day, before=now + 9 * day)
        ]
        found.sort(key=lambda s: (s.start, s.name))
        self.desk.terms = Terms(
            rules=self.desk.terms.rules,
            roster=self.desk.terms.roster,
            shifts=tuple(found),
            since=at(self.start),
        )

    @property
    def duties(self) -> Duties:
        """What the log amounts to."""
        return self.desk.state.duties

    @property
    def tokens(self) -> tuple[DutyToken, ...]:
        """The tokens that are of use now."""
        return self.duties.live(self.desk.now)

    @property
    def mints(self) -> list[MintDebt]:
        """The tokens that are to be minted now."""
        return [due for due in self.desk.due if isinstance(due, MintDebt)]

    def works(self) -> None:
        """Do all that is owed now, until nothing is."""
        self._plan()
        for _ in range(20):
            notes, mints = self.desk.notes, self.mints
            if not notes and not mints:
                return
            for note in notes:
                self.told.append(note)
                self.desk.happens(note)
            for debt in mints:
                effect = self.desk.fresh().effect
                self.desk.happens(self.made(self, debt, effect))
        raise AssertionError(f"it never ends: {self.desk.due}")

    def until(self, moment: str, *, every: timedelta = timedelta(minutes=1)) -> None:
        """Let time pass, doing what is owed each minute."""
        end = at(moment)
        while self.desk.now < end:
            self.desk.now = min(end, self.desk.now + int(every.total_seconds() * 1000))
            self.works()

    def asks(self, wish: DutyCommand) -> list[Event] | Refusal:
        """Decide a wish; what follows from it is in the log afterwards."""
        answer = decide_duty(self.desk.state, wish, now=self.desk.now, terms=self.desk.terms)
        if not isinstance(answer, Refusal) and answer:
            self.desk.happens(*answer)
        return answer

    def collects(self, token: DutyToken) -> None:
        """The lead collects what waits for them."""
        self.desk.happens(WrapShown(duty=token.id, by=token.lead))
        self.desk.happens(WrapCollected(duty=token.id))

    def of(self, kind: type[Event]) -> list[Event]:
        """Return what the clock alone told, of this kind."""
        return [event for event in self.told if isinstance(event, kind)]
