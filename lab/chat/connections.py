"""The app's Socket Mode connections: how they open, how they end, what comes in on them.

Runs in the server's event loop; `cut` and `disconnect` may be called from any other thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import WSMsgType, web

from lab.chat.archive import Archive
from lab.chat.records import Json, new_id
from lab.chat.world import World

_PATIENCE = 5.0
"""Seconds a control waits for the event loop."""
_APPROXIMATE_LIFE = 18_060
"""What Slack's hello says a connection lives, in seconds."""


class Cut(StrEnum):
    """How a connection ends, or seems to live on."""

    CLOSE_FRAME = "close_frame"
    FIN = "fin"
    """The stream ends without a WebSocket close frame."""
    RESET = "reset"
    STALL = "stall"
    """Nothing is answered any more, pings neither, and nothing is closed."""


class Reason(StrEnum):
    """Why Slack asks the app to connect anew."""

    WARNING = "warning"
    REFRESH_REQUESTED = "refresh_requested"
    LINK_DISABLED = "link_disabled"
    TOO_MANY_WEBSOCKETS = "too_many_websockets"


@dataclass(slots=True, kw_only=True)
class Connection:
    """One WebSocket of the app; numbered in the order of their coming, from 1."""

    number: int
    socket: web.WebSocketResponse = field(repr=False)
    transport: asyncio.Transport = field(repr=False)
    stalled: bool = False
    sent: int = 0

    async def put(self, frame: Json) -> bool:
        """Send a frame; False if the connection is gone. Into a stalled one it just vanishes."""
        try:
            if not self.stalled:
                await self.socket.send_json(frame)
        except (ConnectionError, RuntimeError):
            return False
        self.sent += 1
        return True

    async def end(self, how: Cut) -> None:
        """Let the connection end in this way."""
        match how:
            case Cut.CLOSE_FRAME:
                await self.socket.close()
            case Cut.FIN:
                self.transport.close()
            case Cut.RESET:
                raw = self.transport.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.transport.abort()
            case Cut.STALL:
                self.stalled = True


class Connections:
    """Up to ten of them; which one an envelope takes is nobody's to assume."""

    def __init__(self, world: World, archive: Archive) -> None:
        self._world = world
        self._archive = archive
        self._pulse = world.workspace.pulse
        self._open: list[Connection] = []
        self._opened = 0
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.on_frame: Callable[[Connection, str], None] = lambda _connection, _text: None

    # From any thread

    def all(self) -> tuple[Connection, ...]:
        """Return the open connections, stalled ones too, oldest first."""
        with self._pulse:
            return tuple(self._open)

    @property
    def opened(self) -> int:
        """Return how many connections there ever were."""
        return self._opened

    def cut(self, how: Cut, *, number: int | None = None) -> int:
        """End one connection (by number) or all of them; return how many."""
        hit = [c for c in self.all() if number in (None, c.number)]
        for connection in hit:
            self.wait(connection.end(how))
        return len(hit)

    def disconnect(self, reason: Reason, *, number: int | None = None) -> int:
        """Ask the app to connect anew, as Slack does every few hours; return how many heard it.

        After a warning the connection lives on; otherwise it is closed a moment later.
        """
        hit = [c for c in self.all() if number in (None, c.number)]
        for connection in hit:
            self.wait(self._dismiss(connection, reason))
        return len(hit)

    def wait(self, work: Coroutine[Any, Any, None]) -> None:
        """Have this done in the event loop and return when it is."""
        asyncio.run_coroutine_threadsafe(work, self.running()).result(_PATIENCE)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Have this done in the event loop some time; it ends with the server at the latest."""
        self.running().call_soon_threadsafe(self._begin, work)

    def running(self) -> asyncio.AbstractEventLoop:
        """Return the loop, which is a mistake to ask for before the server runs."""
        if self.loop is None:
            raise RuntimeError("the stand-in has not been started")
        return self.loop

    # In the event loop

    def pick(self, *, but: int | None = None, number: int | None = None) -> Connection | None:
        """Return the connection whose turn it is, or one by number; None if there is none."""
        ready = [c for c in self._open if c.number != but and number in (None, c.number)]
        if not ready:
            return None
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def end(self) -> None:
        """Close everything and drop what was still to be done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._open):
            await connection.end(Cut.FIN)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until it ends."""
        if not self._world.tickets.spend(request.query.get("ticket", "")):
            return web.Response(status=web.HTTPRequestTimeout.status_code)
        websocket = web.WebSocketResponse(autoping=False)
        await websocket.prepare(request)
        transport = request.transport
        if not isinstance(transport, asyncio.Transport):
            return websocket
        if len(self._open) >= self._world.habits.max_connections:
            await websocket.send_json(_disconnect_frame(Reason.TOO_MANY_WEBSOCKETS))
            await websocket.close()
            return websocket
        connection = self._enter(websocket, transport)
        try:
            await connection.put(self._hello(connection))
            await self._listen(connection)
        finally:
            with self._pulse:
                self._open = [c for c in self._open if c is not connection]
                self._pulse.beat()
        return websocket

    def _enter(self, websocket: web.WebSocketResponse, transport: asyncio.Transport) -> Connection:
        """Count the connection in. Hello must be written before this loop turns to others."""
        with self._pulse:
            self._opened += 1
            connection = Connection(number=self._opened, socket=websocket, transport=transport)
            self._open.append(connection)
            self._pulse.beat()
            return connection

    def _hello(self, connection: Connection) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {
                "host": f"applink-{connection.number}",
                "build_number": 1,
                "approximate_connection_time": _APPROXIMATE_LIFE,
            },
            "connection_info": {"app_id": self._world.workspace.bot.app_id},
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.stalled:
                continue
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._archive.keep("socket", message.data)
                self.on_frame(connection, message.data)

    async def _dismiss(self, connection: Connection, reason: Reason) -> None:
        await connection.put(_disconnect_frame(reason))
        if reason is not Reason.WARNING:
            self._begin(self._close_later(connection))

    async def _close_later(self, connection: Connection) -> None:
        await asyncio.sleep(self._world.habits.close_after)
        await connection.end(Cut.CLOSE_FRAME)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _disconnect_frame(reason: Reason) -> Json:
    return {
        "type": "disconnect",
        "reason": reason.value,
        "debug_info": {"host": f"applink-{new_id('')}"},
    }
