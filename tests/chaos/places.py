"""Which entries a runbook writes, at which of them a replica died, and which are left to try."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.wiretap import Entry, When

_BY_THE_WAY = ("identity_introduced", "cluster_id_seen")  # ride with an entry, or do not
_AS_IT_COMES = ("messages_posted", "people_woken", "intended post")  # so many as it happens
_MISHAPS = ("promotion_blocked", "promotion_refused", "step_refused", "abandoned")
_NO_OUTCOME = ("intended", "adopted", "messages_posted")


@dataclass(frozen=True, slots=True)
class Place:
    """The `nth` entry of a runbook that tells this, and when its writer is killed."""

    words: str
    nth: int
    when: When

    def __str__(self) -> str:
        """Return the place in words."""
        return f"{self.words} #{self.nth}, {self.when}"


@dataclass(slots=True)
class Places:
    """All of one play, for every lane: `usual` is what a run without mishap writes.

    `mishaps` is for all plays: where somebody died at an entry that only a mishap brings; None:
    nobody dies there.
    """

    play: str
    usual: set[Place] = field(default_factory=set)
    met: set[Place] = field(default_factory=set)
    mishaps: set[Place] | None = None
    _taken: set[Place] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def left(self) -> set[Place]:
        """The usual places at which nobody was killed; before the first run nobody knows."""
        with self._lock:
            return self.usual - self.met

    def learns(self, *places: Place) -> None:
        """A run without mishap has these places; what a busy machine brings is not usual."""
        with self._lock:
            self.usual.update(p for p in places if not p.words.startswith(_MISHAPS))

    def takes(self, place: Place) -> bool:
        """Return whether somebody is to be killed there, and nobody else is after the place.

        What only a mishap brings is worth one kill too, in whichever play.
        """
        with self._lock:
            known = any(place.words == usual.words for usual in self.usual)
            if place in self.met | self._taken or not (known or self._is_new(place)):
                return False
            if known and place not in self.usual:
                return False
            self._taken.add(place)
            return True

    def _is_new(self, mishap: Place) -> bool:
        """Return whether nobody died at this kind of mishap; somebody is to, then."""
        if self.mishaps is None or mishap.nth > 1 or mishap in self.mishaps:
            return False
        self.mishaps.add(mishap)
        return True

    def settles(self, place: Place, *, killed: bool) -> None:
        """Somebody was killed there, or was not after all."""
        with self._lock:
            self._taken.discard(place)
            if killed:
                self.met.add(place)


@dataclass(slots=True)
class Hunt:
    """One run of a play: counts its entries, and aims where nobody was killed while one is spare.

    `spare` is how many may die and leave one; `learning`: nobody is killed, the places are noted.
    """

    places: Places
    learning: bool = False
    spare: int = 0
    kills: int = 0
    at: list[Place] = field(default_factory=list)
    _begun: bool = False
    _written: Counter[str] = field(default_factory=Counter)
    _aim: dict[str, Place] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)

    def aims(self, entry: Entry) -> When | None:
        """Return when the replica that appends this is killed, if it is."""
        self._begun = self._begun or any(e["type"] == "runbook_started" for e in entry.events)
        if not self._begun or self.learning or self.spare < 1:
            return None
        for place in self._places(entry):
            if not self.places.takes(place):
                continue
            if place.when is When.UNWRITTEN:
                self._killed(place)
            else:
                self._aim[entry.id] = place
            return place.when
        return None

    def wrote(self, entry: Entry, *, killed: bool) -> None:
        """Redis has the entry; an append that was asked for twice counts once."""
        if not self._begun:
            return
        if self.learning:
            self.places.learns(*self._places(entry))
        if killed:
            self._killed(self._aim.pop(entry.id))
        if entry.id not in self._ids:
            self._ids.add(entry.id)
            self._written[words_of(entry)] += 1

    def missed(self, entry: Entry) -> None:
        """Nobody was killed for it."""
        place = self._aim.pop(entry.id, None)
        if place is not None:
            self.places.settles(place, killed=False)

    def _killed(self, place: Place) -> None:
        self.spare -= 1
        self.kills += 1
        self.at.append(place)
        self.places.settles(place, killed=True)

    def _places(self, entry: Entry) -> list[Place]:
        words = words_of(entry)
        if not words:
            return []
        comes = any(words.startswith(each) for each in _AS_IT_COMES)
        nth = 1 if comes else self._written[words] + 1
        places = [Place(words, nth, When.WRITTEN)]
        if any(_is_outcome(event) for event in entry.events):
            places.insert(0, Place(words, nth, When.UNWRITTEN))
        return places


def words_of(entry: Entry) -> str:
    """Return what the entry tells, without ids: `intended demote demote:a`."""
    told = [event for event in entry.events if event["type"] not in _BY_THE_WAY]
    return " + ".join(" ".join(_words(event)) for event in told)


def _words(event: Mapping[str, Any]) -> list[str]:
    where = event.get("step") or event.get("lane", "")
    return [str(word) for word in (event["type"], event.get("kind"), where) if word]


def _is_outcome(event: Mapping[str, Any]) -> bool:
    """Whether it tells what came of an effect at Vault."""
    return bool(event.get("effect")) and event["type"] not in _NO_OUTCOME
