"""Ending a server so that no connection of it is left over."""

from __future__ import annotations

import asyncio

from aiohttp import web

_ROUNDS = 5  # of the loop: a connection that asyncio accepts is known to the server after three


async def refuse_more(runner: web.BaseRunner) -> None:
    """Nobody is let in any more, and whoever was just being let in is known to the server.

    A server that is cleaned up while it accepts would never close that connection.
    """
    for site in list(runner.sites):
        await site.stop()
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)


async def leave_none() -> None:
    """Drop whoever is still connected in this loop: it ends now, and nobody else will.

    asyncio knows its connections, but has no public name for them.
    """
    for transport in list(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
        transport.abort()
    await asyncio.sleep(0)
