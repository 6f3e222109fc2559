"""`conclave demo` as a newcomer runs it: what it proves, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lab.process import Child, start, wait_until
from lab.stage import conclave

pytestmark = pytest.mark.xdist_group("demo")


def running(directory: Path) -> list[str]:
    """Return the command lines of the processes that work below this directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            where = process.joinpath("cwd").resolve()
            if where.is_relative_to(directory):
                found.append(process.joinpath("cmdline").read_text().replace("\0", " "))
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Child]:
    """The demo, just started; its parts work below `tmp_path / "scratch"`."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    child = start([conclave(), "demo"], name="demo", directory=tmp_path, env=environment)
    yield child
    child.kill()


def test_its_proof_holds(demo: Child, tmp_path: Path) -> None:
    """It ends with 0, within a minute, and its last lines are the proof."""
    assert demo.wait(60) == 0
    told = demo.log.read_text()
    for line in (
        "b answers as primary",
        "b serves the secret that was written on a",
        "the DR operation token was deleted at Vault",
        "Vault was asked to promote once",
    ):
        assert f"✔ {line}" in told
    assert "✘" not in told
    assert running(tmp_path / "scratch") == []
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    ("scenario", "lines"),
    [
        ("failover", ("c holds second", "one cluster was promoted, once")),
        ("planned-failover", ("a holds second", "nothing was promoted before the primary was")),
        ("failback", ("b holds third", "nothing was promoted before the primary was demoted")),
        ("rejoin", ("a holds second", "a does not hold stray")),
        ("shift", ("b holds first", "no key holder was asked", "promote once, by Sam")),
    ],
)
def test_every_scenario_proves_itself(
    tmp_path: Path, scenario: str, lines: tuple[str, ...]
) -> None:
    """Each ends with 0 and with data that were read from the clusters; nothing is left running."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    child = start([conclave(), "demo", scenario], name="demo", directory=tmp_path, env=environment)
    try:
        assert child.wait(180) == 0, child.log.read_text()[-3000:]
    finally:
        child.kill()
    told = child.log.read_text()
    for line in lines:
        assert line in told
    assert "✔" in told
    assert "✘" not in told
    assert running(scratch) == []


STOPPED = {
    "Ctrl-C while it loads": ("", signal.SIGINT),
    "SIGTERM while it sets up": ("Starting Redis", signal.SIGTERM),
    "Ctrl-C while it plays": ("/dr start", signal.SIGINT),
}


@pytest.mark.parametrize(("seen", "number"), STOPPED.values(), ids=STOPPED)
def test_stopped_on_the_way(demo: Child, tmp_path: Path, seen: str, number: signal.Signals) -> None:
    """Every part that was started is stopped with it."""
    scratch = tmp_path / "scratch"
    if seen:
        wait_until(lambda: demo.said(seen), seconds=40, what=f"it says {seen}")

    demo.signal(number)

    assert demo.wait(30) != 0
    wait_until(lambda: running(scratch) == [], seconds=5, what="nothing is left running")


def test_killed_on_the_way(demo: Child, tmp_path: Path) -> None:
    """SIGKILL leaves no time to stop anything, and yet nothing is left running."""
    scratch = tmp_path / "scratch"
    wait_until(lambda: demo.said("/dr start"), seconds=40, what="it plays")
    assert len(running(scratch)) >= 3

    demo.kill()

    wait_until(lambda: running(scratch) == [], seconds=5, what="nothing is left running")
