"""One run of a runbook in which replicas are killed at entry after entry, and what it came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

import redis

from lab.crew import Crew
from lab.enterprise.loop import BackgroundLoop
from lab.process import NotInTime, wait_until
from lab.sights import NotSeen
from lab.stage import Bot, Stage
from tests.chaos.places import Hunt
from tests.chaos.stories import Act
from tests.chaos.wiretap import Entry, When, Wiretap
from tests.e2e.plays import is_over
from tests.e2e.spots import living
from tests.e2e.traces import ATTEMPT, DELETE_TOKEN, entries, repeated, took

WITHIN_S = 240.0
AGAIN_AFTER_S = 4.0  # somebody whose click was lost with a replica clicks again
REPLICAS = 3
LOG = b"conclave:{payments}:log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run came to. `trouble`: what is not as promised; `twice`: what Vault took twice."""

    play: str
    kills: int
    left: int
    seconds: float
    trouble: str
    twice: tuple[str, ...]
    at: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing happened that may not."""
        return not self.trouble and not self.twice

    def __str__(self) -> str:
        """Return a line, and where it is not well, all that was found."""
        how = "well" if self.is_well else f"NOT WELL: {self!r}"
        killed = f"{self.kills} killed, {self.left} places left"
        return f"{self.seconds:5.1f} s  {self.play}: {killed}: {how}"


@dataclass(slots=True, kw_only=True)
class Replicas:
    """Three replicas, each on a way of its own to Redis; who dies is replaced."""

    stage: Stage
    loop: BackgroundLoop
    hunt: Hunt | None = None
    _taps: list[Wiretap] = field(default_factory=list)
    _ready: set[int] = field(default_factory=set)

    def stand_by(self) -> int:
        """Let three live; return how many of them are ready. All but one may die."""
        alive = living(self.stage)
        for bot in alive:
            if bot.pid not in self._ready and bot.is_ready:
                self._ready.add(bot.pid)
        while len(alive) < REPLICAS:
            alive.append(self._another())
        ready = sum(bot.pid in self._ready for bot in alive)
        if self.hunt is not None:
            self.hunt.spare = ready - 1
        return ready

    def close(self) -> None:
        """Let nobody come to Redis this way any more."""
        for tap in self._taps:
            tap.close()

    def aims(self, entry: Entry) -> When | None:
        """As the hunt says, while there is one."""
        return self.hunt.aims(entry) if self.hunt else None

    def wrote(self, entry: Entry, *, killed: bool) -> None:
        """Likewise."""
        if self.hunt:
            self.hunt.wrote(entry, killed=killed)

    def missed(self, entry: Entry) -> None:
        """Likewise."""
        if self.hunt:
            self.hunt.missed(entry)

    def _another(self) -> Bot:
        tap = Wiretap(loop=self.loop, to=self.stage.redis.port, key=LOG, hunter=self)
        tap.open()
        self._taps.append(tap)
        bot = self.stage.add_bot(CONCLAVE_REDIS_URL=tap.url)
        tap.pid = bot.pid
        return bot


def run(
    replicas: Replicas, act: Act, hunt: Hunt, *, disturbed: AbstractContextManager[None]
) -> Played:
    """Play a runbook to its end under disturbance, on replicas that are replaced as they die."""
    stage = replicas.stage
    act.before(stage)
    stage.vaults.record.clear()
    since, begun = len(entries(stage)), time.monotonic()
    replicas.hunt = hunt
    with disturbed:
        trouble = _seen_through(replicas, act, lambda: is_over(stage, since=since))
    replicas.hunt = None
    seconds = time.monotonic() - begun
    return Played(
        play=act.play,
        kills=hunt.kills,
        left=len(hunt.places.left),
        seconds=seconds,
        trouble=trouble or act.misses(stage),
        twice=(*repeated(stage), *_attempts_twice(stage, since=since)),
        at=tuple(str(place) for place in hunt.at),
    )


def _seen_through(replicas: Replicas, act: Act, over: Callable[[], bool]) -> str:
    """Return what went wrong; empty: the runbook is done."""

    def watched() -> bool:
        # People wait until somebody may die: there is something to hit, then, in what they begin.
        with suppress(NotInTime):
            wait_until(lambda: replicas.stand_by() > 1, seconds=20, what="one is spare")
        with suppress(redis.RedisError):  # our own connection is cut like any other
            return over()
        return False

    try:
        Crew(replicas.stage, skips=(), again_after=AGAIN_AFTER_S).sees_through(
            f"/dr run payments {act.words}", until=watched, within=WITHIN_S
        )
    except NotSeen as wrong:
        return str(wrong)
    return ""


def _attempts_twice(stage: Stage, *, since: int) -> list[str]:
    """Return which changes of attempts and tokens Vault accepted beyond those the log tells of."""
    told = [event for entry in entries(stage)[since:] for event in entry["events"]]
    count = Counter(event["type"] for event in told)
    lost = {e["nonce"] for e in told if e["type"] == "foreign_attempt_found" and e["probably_ours"]}
    allowed = (
        (ATTEMPT, "PUT", count["attempt_opened"] + len(lost)),
        (ATTEMPT, "DELETE", count["attempt_cancelled"]),
        (DELETE_TOKEN, "POST", count["attempt_completed"]),
    )
    return [
        f"{method} {path}: {took(stage, path, method)}, told {most}"
        for path, method, most in allowed
        if took(stage, path, method) > most
    ]
