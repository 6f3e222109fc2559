"""Plots that are played in the terminal: each ends with a proof, and says so by its exit status."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from lab.enterprise import practice_range
from lab.openbao import Refused, Unanswered
from lab.process import CannotStart, NotInTime
from lab.redis import RedisServer
from lab.scenarios.ceremony import play_ceremony
from lab.scenarios.runbooks import PLOTS as RUNBOOKS
from lab.scenarios.shift import play_shift, raise_on_shift
from lab.scenarios.timeline import Timeline
from lab.sights import NotSeen
from lab.stage import Stage

Plot = Callable[[Stage, Timeline], bool]


def _raise_curtain(stage: Stage) -> None:
    """Most plots take the stage as it is."""
    stage.raise_curtain()


PLOTS: Mapping[str, tuple[tuple[str, ...], Plot]] = {
    "ceremony": (("a", "b"), play_ceremony),
    **RUNBOOKS,
    "shift": (("a", "b"), play_shift),
}
RAISED_BY: Mapping[str, Callable[[Stage], None]] = {"shift": raise_on_shift}


def play(name: str | None = None, *, console: Console | None = None) -> int:
    """Play a plot on parts that are started and stopped here; return the exit status.

    0: its proof holds. 1: it does not. 2: no such plot. 130: Ctrl-C; nothing is left running.
    """
    console = console or Console(highlight=False)
    name = name or "ceremony"
    if name not in PLOTS:
        console.print(f"There is no scenario {name!r}. There is: {', '.join(PLOTS)}.")
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="conclave-demo-") as scratch:
        try:
            return _on_stage(Path(scratch), name, Timeline(console))
        except (NotSeen, NotInTime, CannotStart, Refused, Unanswered) as trouble:
            console.print(f"\n[red]The plot went wrong.[/] {escape(str(trouble))}")
            return 1
        except KeyboardInterrupt:
            console.print("\n[yellow]Stopped. Every part that was started is stopped too.[/]")
            return 130


def _on_stage(scratch: Path, name: str, timeline: Timeline) -> int:
    clusters, plot = PLOTS[name]
    redis = RedisServer(directory=scratch / "redis")
    vaults = practice_range(scratch / "vaults", names=clusters)
    stage = Stage(directory=scratch / "bot", vaults=vaults, redis=redis)
    try:
        with timeline.setting_up(f"Starting Redis and the OpenBao clusters {', '.join(clusters)}"):
            redis.start()
            vaults.start()
        with timeline.setting_up("Starting Slack's stand-in and the bot"):
            RAISED_BY.get(name, _raise_curtain)(stage)
        return 0 if plot(stage, timeline) else 1
    finally:
        timeline.close()
        stage.clear()
        vaults.stop()
        redis.kill()


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(play(sys.argv[1] if len(sys.argv) > 1 else "ceremony"))
