"""`make chaos`: replicas are killed at every effect, and Redis's connections break all the time.

Each effect is met before and after Vault did it, then again in any order until the time is over.
Prints a table and writes `build/chaos.json`; ends with 1 if a goal is not met. The seed is that
of the order and of the cuts; what a machine makes of it differs from run to run.
"""

from __future__ import annotations

import argparse
import queue
import random
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from statistics import median

from tests.bench.rows import Row, keep, table
from tests.chaos.lane import opened
from tests.chaos.trial import SPOTS, Found, Plan

KEPT = Path(__file__).resolve().parents[2] / "build" / "chaos.json"
LANES = 2
BUDGET_S = 180.0  # no trial begins later; the last ones take up to 90 s


def rows_of(found: Sequence[Found], *, cuts: int) -> list[Row]:
    """Return a row for each figure; a goal is the most that the value may be."""
    kills = sum(trial.killed for trial in found)
    times = [trial.seconds for trial in found if trial.ended] or [0.0]
    return [
        Row(name="ceremonies started", value=len(found), unit="ceremonies"),
        Row(name="replicas killed", value=kills, unit="kills"),
        Row(name="Redis connections cut", value=cuts, unit="cuts"),
        _never("ceremonies that did not end well", sum(not t.ended for t in found)),
        _never("places at which nobody was killed", len(_missed(found))),
        _never("changes that Vault accepted twice", sum(t.twice for t in found)),
        _never("shares asked for again although counted", sum(t.again for t in found)),
        _never("lost last replies that were not told", sum(t.untold for t in found)),
        Row(
            name="messages posted twice, for each kill",
            value=sum(t.orphans for t in found) / max(1, kills),
            unit="messages",
            goal=1,
        ),
        Row(name="a ceremony with a kill, median", value=median(times), unit="s"),
        Row(name="a ceremony with a kill, slowest", value=max(times), unit="s"),
    ]


def main() -> int:
    """Run, print and keep; 1 if a goal is not met."""
    given = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    given.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given.add_argument("--seconds", type=float, default=BUDGET_S, help="begin no trial later")
    asked = given.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    with tempfile.TemporaryDirectory(prefix="conclave-chaos-") as scratch:
        found, cuts = _all(Path(scratch), asked.seed, until=time.monotonic() + asked.seconds)
    rows = rows_of(found, cuts=cuts)
    keep(rows, KEPT)
    sys.stdout.write(f"\n{table(rows)}\n")
    return int(any(row.met is False for row in rows))


def _missed(found: Sequence[Found]) -> set[Plan]:
    return set(_grid(random.Random())) - {trial.plan for trial in found if trial.killed}  # noqa: S311


def _never(name: str, value: int) -> Row:
    return Row(name=name, value=value, unit="times", goal=0)


def _all(scratch: Path, seed: int, *, until: float) -> tuple[list[Found], int]:
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
                _tell(found[-1])
            return found, lane.cutter.cuts

    with ThreadPoolExecutor(LANES, "lane") as pool:
        done = list(pool.map(run, range(1, LANES + 1)))
    return list(chain.from_iterable(found for found, _ in done)), sum(cuts for _, cuts in done)


def _grid(chance: random.Random) -> list[Plan]:
    plans = [Plan(effect=effect, after=after) for effect in SPOTS for after in (False, True)]
    chance.shuffle(plans)
    return plans


def _endless(chance: random.Random) -> Iterator[Plan]:
    while True:
        yield from _grid(chance)


def _tell(found: Found) -> None:
    sys.stdout.write(f"{found}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
