"""Opening a server, and ending it so that no connection of it is left over."""

from __future__ import annotations

import asyncio
import socket

from aiohttp import web

HOST = "127.0.0.1"
_ROUNDS = 5  # of the loop: a connection that asyncio accepts is known to the server after three


async def listen(runner: web.BaseRunner, *, port: int = 0) -> socket.socket:
    """Let the runner's server accept connections there; 0: on a free port."""
    listening = socket.create_server((HOST, port))
    try:
        await web.SockSite(runner, listening).start()
    except BaseException:
        listening.close()
        raise
    return listening


async def refuse_more(runner: web.BaseRunner, listening: socket.socket) -> None:
    """Nobody is let in any more, and whoever was just being let in is known to the server.

    In this order: asyncio closes no connection that it had accepted when its server was closed,
    and had not made a transport of (read in CPython 3.11 to 3.13, and seen).
    """
    asyncio.get_running_loop().remove_reader(listening)
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
    for site in list(runner.sites):
        await site.stop()


async def leave_none() -> None:
    """Drop whoever is still connected in this loop: it ends now, and nobody else will.

    asyncio knows its connections, but has no public name for them.
    """
    for transport in list(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
        transport.abort()
    await asyncio.sleep(0)
