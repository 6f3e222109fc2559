"""Runbooks under chaos: a replica is killed after every entry of each, and at every outcome.

The first run of each kills nobody: its entries are what has to be met. Later runs kill wherever
nobody was killed yet, as often as replicas are spare, until no place is left or the time is over.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import redis
import requests

from lab.enterprise import ReplicationRange, practice_range
from lab.enterprise.loop import BackgroundLoop
from lab.enterprise.replicate import ReplicationHeld
from lab.openbao import Refused, Unanswered
from lab.process import CannotStart, NotInTime, wait_until
from lab.redis import RedisServer
from lab.stage import Stage
from tests.bench.rows import Row
from tests.chaos.ceremonies import never
from tests.chaos.lane import Cutter
from tests.chaos.places import Hunt, Place, Places
from tests.chaos.runbook import REPLICAS, Played, Replicas, run
from tests.chaos.stories import STORIES, Story
from tests.e2e.spots import SOON

_GAVE_WAY = (NotInTime, CannotStart, Refused, Unanswered, ReplicationHeld)
LANES = 5
CUT_EVERY_S = (3.0, 8.0)  # each cut costs three replicas all their connections
CANARY = "conclave-canary"
OPTIONS = f'canary_path = "kv/{CANARY}"\nclient_checklist = ["DNS"]\nsnapshots = "{{}}"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Clusters and a Redis of one's own, and what disturbs that."""

    directory: Path
    vaults: ReplicationRange
    redis: RedisServer
    loop: BackgroundLoop
    cutter: Cutter

    def plays(self, story: Story, places: dict[str, Places], *, number: int) -> list[Played]:
        """Play the story on an empty log, up to the first act that does not end well."""
        self._clean()
        story.given(self.vaults)
        with self._staged(self.directory / f"story{number}") as replicas:
            found: list[Played] = []
            for act in story.acts:
                known = places[act.play]
                hunt = Hunt(known, learning=not known.usual)
                still = nullcontext() if hunt.learning else self.cutter.at_work()
                found.append(run(replicas, act, hunt, disturbed=still))
                if found[-1].trouble:
                    break
            return found

    def _clean(self) -> None:
        self.vaults.reset()
        for letter in self.vaults["a"].bao.call("LIST", "kv/")["data"]["keys"]:
            if letter != CANARY:
                self.vaults["a"].bao.call("DELETE", f"kv/{letter}")
        self.vaults.replicate("b")
        with redis.Redis.from_url(self.redis.url) as store:
            store.flushall()

    @contextmanager
    def _staged(self, directory: Path) -> Iterator[Replicas]:
        snapshots = directory / "snapshots"
        stage = Stage(
            directory=directory,
            vaults=self.vaults,
            redis=self.redis,
            set_options=OPTIONS.format(snapshots),
            environment=dict(SOON),
            log_level="INFO",
        )
        replicas = Replicas(stage=stage, loop=self.loop)
        try:
            snapshots.mkdir(parents=True)
            stage.raise_curtain(bots=0)
            wait_until(lambda: replicas.stand_by() == REPLICAS, seconds=60, what="all are ready")
            stage.chat.wait_for_connections(REPLICAS)
            yield replicas
        finally:
            for bot in stage.bots:
                bot.child.kill()
            stage.clear()
            replicas.close()


@dataclass(slots=True)
class Programme:
    """Which story comes next: one that nobody has played, else one with most places left.

    Lanes that are on it already share what is left there.
    """

    places: dict[str, Places]
    stories: Sequence[Story]
    until: float
    _runs: Counter[int] = field(default_factory=Counter)
    _open: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def following(self) -> tuple[int, Story] | None:
        """Return a number and the story; None: the time is over, or nothing is left to do."""
        with self._lock:
            if time.monotonic() >= self.until:
                return None
            ranked = sorted(range(len(self.stories)), key=self._rank)
            chosen = next((i for i in ranked if self._is_worth(i)), None)
            if chosen is None:
                return None
            self._runs[chosen] += 1
            self._open[chosen] += 1
            return self._runs.total(), self.stories[chosen]

    def ended(self, story: Story) -> None:
        """One lane less is on this story."""
        with self._lock:
            self._open[self.stories.index(story)] -= 1

    def _rank(self, index: int) -> tuple[bool, int]:
        left = sum(len(self.places[play].left) for play in self.stories[index].plays)
        return self._runs[index] > 0, -left // (1 + self._open[index])

    def _is_worth(self, index: int) -> bool:
        plays = [self.places[play] for play in self.stories[index].plays]
        return not self._runs[index] or any(p.left or not p.usual for p in plays)


def play_all(
    scratch: Path,
    seed: int,
    *,
    plays: Sequence[str],
    until: float,
    tell: Callable[[object], None],
) -> tuple[list[Played], dict[str, Places], int]:
    """Play every story with one of `plays` on every lane until no place is left."""
    stories = [story for story in STORIES if set(story.plays) & set(plays)]
    mishaps: set[Place] = set()
    places = {play: Places(play, mishaps=mishaps) for story in stories for play in story.plays}
    programme = Programme(places, stories, until)

    def one(number: int) -> tuple[list[Played], int]:
        chance = random.Random(seed + number)  # noqa: S311 — an order, not a secret
        found: list[Played] = []
        with opened(scratch / f"runbooks{number}", chance) as lane:
            while (chosen := programme.following()) is not None:
                for played in _whatever_comes(lane, chosen[1], places, number=chosen[0]):
                    found.append(played)
                    tell(played)
                programme.ended(chosen[1])
            return found, lane.cutter.cuts

    with ThreadPoolExecutor(LANES, "lane") as pool:
        done = list(pool.map(one, range(1, LANES + 1)))
    return list(chain.from_iterable(f for f, _ in done)), places, sum(cuts for _, cuts in done)


def _whatever_comes(
    lane: Lane, story: Story, places: dict[str, Places], *, number: int
) -> list[Played]:
    """Return what the story came to; parts that gave way are trouble, and end no lane."""
    begun = time.monotonic()
    try:
        return lane.plays(story, places, number=number)
    except (redis.RedisError, requests.RequestException, *_GAVE_WAY) as problem:
        return [
            Played(
                play=story.plays[-1],
                kills=0,
                left=len(places[story.plays[-1]].left),
                seconds=time.monotonic() - begun,
                trouble=f"the lab gave way: {problem!r}",
                twice=(),
            )
        ]


@contextmanager
def opened(directory: Path, chance: random.Random) -> Iterator[Lane]:
    """Give a lane; everything of it is stopped at the end."""
    with ExitStack() as leaving:
        server = RedisServer(directory=directory / "redis").start()
        leaving.callback(server.kill)
        vaults = leaving.enter_context(practice_range(directory / "vaults"))
        yield leaving.enter_context(lane_on(vaults, server, directory, chance))


@contextmanager
def lane_on(
    vaults: ReplicationRange, server: RedisServer, directory: Path, chance: random.Random
) -> Iterator[Lane]:
    """Give a lane on these parts, which are left running."""
    loop = BackgroundLoop("wiretaps")
    cutter = Cutter(server.url, chance, every=CUT_EVERY_S)
    try:
        yield Lane(directory=directory, vaults=vaults, redis=server, loop=loop, cutter=cutter)
    finally:
        loop.close()


def rows_of(found: Sequence[Played], places: dict[str, Places], *, cuts: int) -> list[Row]:
    """Return a row for each figure; a goal is the most that the value may be."""
    times = [played.seconds for played in found] or [0.0]
    return [
        Row(name="runbooks started", value=len(found), unit="runbooks"),
        Row(name="replicas killed in runbooks", value=sum(p.kills for p in found), unit="kills"),
        Row(name="Redis connections cut in runbooks", value=cuts, unit="cuts"),
        never("runbooks that did not end well", sum(bool(p.trouble) for p in found)),
        never("changes in runbooks that Vault accepted twice", sum(len(p.twice) for p in found)),
        *(_unmet(play, known) for play, known in places.items()),
        Row(name="a runbook with kills, slowest", value=max(times), unit="s"),
    ]


def _unmet(play: str, known: Places) -> Row:
    """Where nobody knows what a play writes, that counts as one place that was not met."""
    value = len(known.left) if known.usual else 1
    return never(f"{play}: places of {len(known.usual)} without a kill", value)
