"""`make chaos`: replicas are killed wherever it matters, while Redis's connections break.

Ceremonies first: at every effect, before and after Vault did it. Then every runbook: after each
entry that it writes, and before each outcome is written. Prints a table and writes
`build/chaos.json`; ends with 1 if a goal is not met. The seed is that of the order and of the
cuts; what a machine makes of it differs from run to run.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import Row, keep, table
from tests.chaos import ceremonies, runbooks
from tests.chaos.stories import PLAYS

KEPT = Path(__file__).resolve().parents[2] / "build" / "chaos.json"
CEREMONY = "ceremony"
CEREMONIES_S = 120.0  # no trial begins later; the last ones take up to 90 s
RUNBOOKS_S = 900.0  # likewise, if places are left so long; the last ones take up to 240 s


def main() -> int:
    """Run, print and keep; 1 if a goal is not met."""
    given = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    given.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given.add_argument("--seconds", type=float, help="of each half; begin no trial later")
    given.add_argument(
        "--play", action="append", choices=(CEREMONY, *PLAYS), help="only this; may be repeated"
    )
    given.add_argument("--keep", type=Path, metavar="DIR", help="leave what everybody logged there")
    asked = given.parse_args()
    wanted = tuple(asked.play or (CEREMONY, *PLAYS))
    _tell(f"seed {asked.seed}")
    rows: list[Row] = []
    with _scratch(asked.keep) as scratch:
        if CEREMONY in wanted:
            until = time.monotonic() + (asked.seconds or CEREMONIES_S)
            held, cuts = ceremonies.hold_all(scratch, asked.seed, until=until, tell=_tell)
            rows += ceremonies.rows_of(held, cuts=cuts)
        plays = [play for play in wanted if play != CEREMONY]
        if plays:
            until = time.monotonic() + (asked.seconds or RUNBOOKS_S)
            played, places, cuts = runbooks.play_all(
                scratch, asked.seed, plays=plays, until=until, tell=_tell
            )
            chosen = {play: places[play] for play in plays}
            rows += runbooks.rows_of(played, chosen, cuts=cuts)
            for known in chosen.values():
                for place in sorted(map(str, known.left)):
                    _tell(f"without a kill: {known.play}: {place}")
    keep(rows, KEPT)
    _tell(f"\n{table(rows)}")
    return int(any(row.met is False for row in rows))


@contextmanager
def _scratch(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="conclave-chaos-") as scratch:
        yield Path(scratch)


def _tell(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
