"""What ends in time: pools, and the whole process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextvars import ContextVar

import pytest

from bot.pools import Pool

_SEEN: ContextVar[str] = ContextVar("seen", default="nothing")

_STUCK = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
from bot.leaving import leave_at
ThreadPoolExecutor(1, "stuck").submit(threading.Event().wait, 60)
leave_at(time.monotonic() + 0.3)
"""


def test_a_pool_waits_for_what_has_begun_and_begins_nothing_more() -> None:
    """What runs may end; what waits is dropped; afterwards nothing is taken."""
    pool, go, started = Pool(1, "test"), threading.Event(), threading.Event()
    running = pool.submit(lambda: (started.set(), go.wait(10)))
    waiting = pool.submit(lambda: None)
    assert started.wait(5)

    assert not pool.close(time.monotonic() + 0.05)
    go.set()

    assert pool.close(time.monotonic() + 5)
    assert running.done()
    assert waiting.cancelled()
    with pytest.raises(RuntimeError):
        pool.submit(lambda: None)


def test_work_sees_the_context_of_whoever_handed_it_in() -> None:
    """What is bound to the log, and when an envelope came, is known in the pool's threads."""
    pool = Pool(1, "test")
    _SEEN.set("an envelope")
    assert pool.submit(_SEEN.get).result(5) == "an envelope"
    assert pool.close(time.monotonic() + 5)


def test_the_process_ends_though_a_thread_is_stuck() -> None:
    """Python would wait for the pool's thread; at the given time the process ends with 0."""
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 — this very interpreter, our own text
        [sys.executable, "-c", _STUCK], timeout=20, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert time.monotonic() - begun < 10
    assert "process.left" in done.stdout
    assert "stuck" in done.stdout
