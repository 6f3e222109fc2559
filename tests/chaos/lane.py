"""One lane: parts of its own, on which trials follow each other while Redis's connections break."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from lab.enterprise import practice_range
from lab.redis import RedisServer
from lab.stage import Stage
from tests.chaos.trial import REPLICAS, Found, Plan, hold
from tests.e2e.spots import SOON


@dataclass(slots=True)
class Cutter:
    """Cuts every connection to Redis now and then, by CLIENT KILL, while it is asked to."""

    url: str = field(repr=False)
    chance: random.Random = field(repr=False)
    every: tuple[float, float] = (0.5, 3.0)  # seconds
    cuts: int = 0
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Cut until the end of the block."""
        self._stop.clear()
        thread = threading.Thread(target=self._run, name="cutter", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(5)

    def _run(self) -> None:
        with redis.Redis.from_url(self.url) as store:
            while not self._stop.wait(self.chance.uniform(*self.every)):
                kind = self.chance.choice(("normal", "normal", "pubsub"))
                with suppress(redis.RedisError):
                    self.cuts += int(store.client_kill_filter(_type=kind, skipme=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A stage and what disturbs it."""

    stage: Stage
    cutter: Cutter

    def holds(self, plan: Plan) -> Found:
        """Return what came of a trial under disturbance."""
        return hold(self.stage, plan, disturbed=self.cutter.at_work())


@contextmanager
def opened(directory: Path, chance: random.Random) -> Iterator[Lane]:
    """Give a lane; everything of it is stopped at the end."""
    with ExitStack() as leaving:
        server = RedisServer(directory=directory / "redis").start()
        leaving.callback(server.kill)
        vaults = leaving.enter_context(practice_range(directory / "vaults"))
        stage = Stage(
            directory=directory / "bots",
            vaults=vaults,
            redis=server,
            environment=dict(SOON),
            log_level="INFO",
        )
        leaving.callback(stage.clear)
        stage.raise_curtain(bots=REPLICAS)
        yield Lane(stage=stage, cutter=Cutter(server.url, chance))
