"""Children: started, watched, stopped by their id, and never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lab.process import CannotStart, NotInTime, free_port, start, wait_until

SLEEPER = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)"]
PARENT = """
import sys
from pathlib import Path
from lab.process import start
sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
print(start(sleeper, name="orphan", directory=Path(sys.argv[1])).pid, flush=True)
sys.stdin.read()
"""


def alive(pid: int) -> bool:
    """Return whether a process with this id runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_child_is_stopped_by_its_id(tmp_path: Path) -> None:
    """Its output is in its log; after `stop` it is gone."""
    child = start(SLEEPER, name="sleeper", directory=tmp_path)
    wait_until(lambda: child.said("up"), seconds=10, what="the child has said something")
    assert child.stop() == -signal.SIGTERM
    assert not alive(child.pid)


def test_a_paused_child_can_be_stopped(tmp_path: Path) -> None:
    """SIGSTOP does not keep it from being ended."""
    child = start(SLEEPER, name="sleeper", directory=tmp_path)
    child.pause()
    assert child.running
    child.stop()
    assert not child.running


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    """A thread may start one and end; the child goes on."""
    born = []
    thread = threading.Thread(
        target=lambda: born.append(start(SLEEPER, name="sleeper", directory=tmp_path))
    )
    thread.start()
    thread.join()
    (child,) = born
    wait_until(lambda: child.said("up"), seconds=10, what="the child has said something")
    with pytest.raises(NotInTime):
        child.wait(0.2)
    child.kill()


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """When the parent is killed there is nobody left to stop it, and yet it ends."""
    with subprocess.Popen(  # noqa: S603 — our own interpreter, and a program written above
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as parent:
        assert parent.stdout
        orphan = int(parent.stdout.readline())
        assert alive(orphan)
        os.kill(parent.pid, signal.SIGKILL)
        wait_until(lambda: not alive(orphan), seconds=10, what="the child has died as well")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """It is named; nothing runs."""
    child_or_error = tmp_path / "nowhere"
    with pytest.raises(CannotStart, match="nowhere"):
        start([child_or_error], name="nobody", directory=tmp_path)


def test_free_ports_differ() -> None:
    """No port is given out twice."""
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50


HOLDS = """
import sys
from lab.process import free_port
print(free_port(), flush=True)
sys.stdin.read()
"""


def test_a_port_is_kept_as_long_as_the_process_lives() -> None:
    """Nobody else can claim it; the process ends without a word, and then it is free again."""
    with subprocess.Popen(  # noqa: S603 — our own interpreter, and a program written above
        [sys.executable, "-X", "dev", "-c", HOLDS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as holder:
        assert holder.stdout
        port = int(holder.stdout.readline())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as claim:
            with pytest.raises(OSError, match="in use"):
                claim.bind(f"\0conclave-lab-port-{port}")
            assert holder.communicate(timeout=10) == ("", "")
            claim.bind(f"\0conclave-lab-port-{port}")
