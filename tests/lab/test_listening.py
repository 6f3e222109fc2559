"""A server that ends while clients come in: every connection of it is closed."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings

import pytest
from aiohttp import web

from lab.listening import HOST, leave_none, listen, refuse_more

CLIENTS = 5


async def _answer(_: web.BaseRequest) -> web.StreamResponse:
    return web.Response()


async def _ends_after(rounds: int, clients: list[socket.socket]) -> None:
    """End a server so many rounds of the loop after its clients came in."""
    runner = web.ServerRunner(web.Server(_answer, access_log=None))
    await runner.setup()
    listening = await listen(runner)
    clients += [socket.create_connection(listening.getsockname()[:2]) for _ in range(CLIENTS)]
    for _ in range(rounds):
        await asyncio.sleep(0)
    await refuse_more(runner, listening)
    await runner.cleanup()
    await leave_none()


@pytest.mark.parametrize("rounds", range(8))
def test_whoever_was_being_let_in_is_hung_up_on(rounds: int) -> None:
    """At whatever moment of a connection the server ends."""
    clients: list[socket.socket] = []
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(_ends_after(rounds, clients))
        gc.collect()
    for client in clients:
        client.close()
    assert [str(one.message) for one in left if f"laddr=('{HOST}'" in str(one.message)] == []
