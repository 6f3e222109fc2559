"""One run: Conclave and the bare app on the same machine, in turns, so that both meet its moods."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from lab.enterprise import ReplicationRange, practice_range
from lab.people import meet
from lab.redis import RedisServer
from lab.stage import CHANNEL, HOLDERS, ROLES, SET, Stage
from tests.bench.beside import BareApp
from tests.bench.place import Place
from tests.bench.traffic import Meter, Traffic, at_rest

STARTS = 3
COMMANDS = 50
CEREMONIES = 4
THRESHOLD = 5
TEN = (*HOLDERS, *(f"Holder{n}" for n in range(6, 11)))
_LOG = f"conclave:{{{SET}}}:log"


@dataclass(slots=True, kw_only=True)
class Pair:
    """The same thing, measured of Conclave and of the bare app."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Measured:
    """Everything that one run measured: seconds, MiB, and what went to Redis."""

    starts: Pair = field(default_factory=Pair)
    commands: Pair = field(default_factory=Pair)
    answers: list[float] = field(default_factory=list)
    asked: Pair = field(default_factory=Pair)
    shares: Pair = field(default_factory=Pair)
    memory: Pair = field(default_factory=Pair)
    ceremonies: Traffic = field(default_factory=Traffic)
    rest: Traffic = field(default_factory=Traffic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All parts, with both apps stopped; `measure` starts them."""

    stage: Stage
    bare: BareApp
    store: redis.Redis
    say: Callable[[str], None]

    def measure(self) -> Measured:
        """Return what one run came to; both apps are running afterwards."""
        found = Measured()
        self._measure_starts(found)
        ours, beside = self._conclave(), self._beside()
        self._measure_commands(found, ours, beside)
        self._measure_ceremonies(found, ours, beside)
        self.say(f"Redis at rest, {found.ceremonies.seconds:.0f} s")
        found.rest = at_rest(self.store, log=_LOG, seconds=found.ceremonies.seconds)
        found.memory.ours.append(_resident(self.stage.bots[-1].pid))
        found.memory.bare.append(_resident(self.bare.child.pid))
        return found

    def _measure_starts(self, found: Measured) -> None:
        for turn in range(STARTS):
            self.say(f"start {turn + 1} of {STARTS}")
            if turn:
                self._stop_both()
            at = time.monotonic()
            self.stage.add_bot().waits_until_ready()
            found.starts.ours.append(time.monotonic() - at)
            at = time.monotonic()
            self.bare.starts()
            found.starts.bare.append(time.monotonic() - at)
        self.stage.chat.wait_for_connections()

    def _stop_both(self) -> None:
        self.stage.bots[-1].child.stop(grace=15)
        sockets = self.stage.chat.sockets
        self.stage.chat.workspace.pulse.wait_for(lambda: not sockets.all(), within=10)
        self.bare.stops()

    def _measure_commands(self, found: Measured, ours: Place, beside: Place) -> None:
        self.say(f"{COMMANDS} slash commands each")
        for _ in range(COMMANDS):
            at = time.monotonic()
            typed = ours.types_quick()
            ours.waits_for_answer(typed)
            found.answers.append(time.monotonic() - at)
            ours.clears()
            found.commands.ours.append(typed.seconds)
            found.commands.bare.append(beside.types_quick().seconds)

    def _measure_ceremonies(self, found: Measured, ours: Place, beside: Place) -> None:
        """Hold them all on one cluster; the bare app's are short: one before ours, one after."""
        for turn in range(CEREMONIES):
            self.say(f"ceremony {turn + 1} of {CEREMONIES}")
            self._hold_beside(found, beside)
            meter = Meter(self.store, log=_LOG)
            before = self.stage.chat.workspace.pulse.revision
            held = ours.holds(self._shares())
            ours.waits_until_over(before)
            found.ceremonies += meter.read()
            found.asked.ours.append(held.asked)
            found.shares.ours.extend(held.shares)
            self._hold_beside(found, beside)

    def _hold_beside(self, found: Measured, beside: Place) -> None:
        held = beside.holds(self._shares())
        found.asked.bare.append(held.asked)
        found.shares.bare.extend(held.shares)

    def _shares(self) -> Iterable[bytes]:
        return self.stage.vaults["b"].bao.shares[:THRESHOLD]

    def _conclave(self) -> Place:
        return Place(
            chat=self.stage.chat,
            people=self.stage.people,
            holders=TEN,
            starter="Sam",
            channel=CHANNEL,
            starts=f"/dr start {SET} for=drill reason=bench",
            quick=f"/dr status {SET}",
            answer=SET,
        )

    def _beside(self) -> Place:
        return Place(
            chat=self.bare.chat,
            people=self.bare.people,
            holders=TEN,
            starter="Sam",
            channel=CHANNEL,
            starts="/bare start",
            quick="/bare",
        )


@contextmanager
def parts(scratch: Path, say: Callable[[str], None]) -> Iterator[Bench]:
    """Give a bench on real parts; all of them are stopped afterwards."""
    server = RedisServer(directory=scratch / "redis")
    vaults = practice_range(scratch / "vaults", shares=len(TEN), threshold=THRESHOLD)
    stage = _stage(scratch / "bot", vaults=vaults, server=server)
    try:
        say("Redis and two OpenBao clusters")
        server.start()
        vaults.start()
        stage.raise_curtain(bots=0)
        stage.people |= meet(stage.chat, *TEN[len(HOLDERS) :], channels=(CHANNEL,))
        bare = BareApp(
            directory=scratch / "bare",
            redis_url=server.url,
            vault=vaults["b"].address,
            names=(*TEN, "Sam"),
            holders=TEN,
        )
        with bare, closing(redis.Redis.from_url(server.url)) as store:
            yield Bench(stage=stage, bare=bare, store=store, say=say)
    finally:
        stage.clear()
        vaults.stop()
        server.kill()


def _stage(directory: Path, *, vaults: ReplicationRange, server: RedisServer) -> Stage:
    """Return a stage where ten people hold a share each, at the log level of everyday."""
    roles = {**ROLES, **dict.fromkeys(TEN, ("key_holder",))}
    return Stage(
        directory=directory,
        vaults=vaults,
        redis=server,
        roles=roles,
        holders=TEN,
        log_level="INFO",
    )


def _resident(pid: int) -> float:
    """Return the process's resident memory in MiB, as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
