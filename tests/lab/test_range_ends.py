"""What a range opened is closed when it ends, whatever is going on just then."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from lab.enterprise import Delay, Fault, ReplicationRange, practice_range
from lab.enterprise.front import Front

ROUNDS = 8  # of the loop: opening takes fewer


def accepts(port: int) -> bool:
    """Return whether somebody listens there."""
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_range_that_ends_during_a_request(tmp_path: Path) -> None:
    """Whoever waits for a slow reply is cut off, and nobody listens any more."""
    with practice_range(tmp_path) as clusters, ThreadPoolExecutor(1) as pool:
        ports = {front.port for c in clusters.clusters.values() for front in c.fronts}
        assert all(accepts(port) for port in ports)
        slow = clusters.inject(Fault(effect=Delay(seconds=2), cluster="b"))
        reply = pool.submit(clusters.request, "b", "GET", "sys/health")
        while not slow.fired:
            time.sleep(0.02)
        clusters.stop()
        assert not any(accepts(port) for port in ports)
        with pytest.raises(requests.ConnectionError):
            reply.result()


@pytest.mark.parametrize("rounds", range(ROUNDS))
def test_an_opening_that_is_cancelled(dr: ReplicationRange, rounds: int) -> None:
    """Wherever it was cancelled, closing leaves nobody listening."""
    dr["b"].kill()  # its own front closes, the port is free
    (model,) = dr["b"].fronts
    front = Front(site=model.site, record=dr.record, faults=list, respond=model.respond)

    async def cancel_then_close() -> None:
        opening = asyncio.create_task(front.open())
        for _ in range(rounds):
            await asyncio.sleep(0)
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await opening
        await front.close()
        assert not front.listening

    asyncio.run(cancel_then_close())
    assert not accepts(front.port)
