"""Ceremonies under chaos: a replica is killed at each effect, before and after Vault did it.

Then again in any order until the time is over.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from statistics import median

from tests.bench.rows import Row
from tests.chaos.lane import opened
from tests.chaos.trial import SPOTS, Found, Plan

LANES = 2


def hold_all(
    scratch: Path, seed: int, *, until: float, tell: Callable[[object], None]
) -> tuple[list[Found], int]:
    """Hold ceremonies on every lane; return what came of each, and how often Redis was cut off."""
    plans: queue.SimpleQueue[Plan] = queue.SimpleQueue()
    chance = random.Random(seed)  # noqa: S311 — an order, not a secret
    for plan in _grid(chance):
        plans.put(plan)
    endless, lock = _endless(chance), threading.Lock()

    def following() -> Plan | None:
        with lock:
            if time.monotonic() >= until:
                return None
            return next(endless) if plans.empty() else plans.get()

    def run(number: int) -> tuple[list[Found], int]:
        disturbed = random.Random(seed + number)  # noqa: S311 — likewise
        found = []
        with opened(scratch / f"lane{number}", disturbed) as lane:
            while (plan := following()) is not None:
                found.append(lane.holds(plan))
                tell(found[-1])
            return found, lane.cutter.cuts

    with ThreadPoolExecutor(LANES, "lane") as pool:
        done = list(pool.map(run, range(1, LANES + 1)))
    return list(chain.from_iterable(found for found, _ in done)), sum(cuts for _, cuts in done)


def rows_of(found: Sequence[Found], *, cuts: int) -> list[Row]:
    """Return a row for each figure; a goal is the most that the value may be."""
    kills = sum(trial.killed for trial in found)
    times = [trial.seconds for trial in found if trial.ended] or [0.0]
    return [
        Row(name="ceremonies started", value=len(found), unit="ceremonies"),
        Row(name="replicas killed", value=kills, unit="kills"),
        Row(name="Redis connections cut", value=cuts, unit="cuts"),
        never("ceremonies that did not end well", sum(not t.ended for t in found)),
        never("places at which nobody was killed", len(_missed(found))),
        never("changes that Vault accepted twice", sum(t.twice for t in found)),
        never("shares asked for again although counted", sum(t.again for t in found)),
        never("lost last replies that were not told", sum(t.untold for t in found)),
        Row(
            name="messages posted twice, for each kill",
            value=sum(t.orphans for t in found) / max(1, kills),
            unit="messages",
            goal=1,
        ),
        Row(name="a ceremony with a kill, median", value=median(times), unit="s"),
        Row(name="a ceremony with a kill, slowest", value=max(times), unit="s"),
    ]


def never(name: str, value: int) -> Row:
    """Return a row of what must not happen."""
    return Row(name=name, value=value, unit="times", goal=0)


def _missed(found: Sequence[Found]) -> set[Plan]:
    return set(_grid(random.Random())) - {trial.plan for trial in found if trial.killed}  # noqa: S311


def _grid(chance: random.Random) -> list[Plan]:
    plans = [Plan(effect=effect, after=after) for effect in SPOTS for after in (False, True)]
    chance.shuffle(plans)
    return plans


def _endless(chance: random.Random) -> Iterator[Plan]:
    while True:
        yield from _grid(chance)
