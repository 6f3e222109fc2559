"""One node's face: an HTTP server that answers as Vault Enterprise, with faults on demand."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from lab.enterprise.faults import (
    Answer,
    CutAfter,
    CutBefore,
    Delay,
    Effect,
    Fault,
    Hang,
    KillAfter,
    KillBefore,
)
from lab.enterprise.record import Record, Seen
from lab.enterprise.routes import Endpoint
from lab.enterprise.senders import sender
from lab.enterprise.site import Site
from lab.enterprise.state import digest
from lab.enterprise.upstream import Gone
from lab.enterprise.wire import PREFIX, Call, Reply, answer
from lab.listening import listen, refuse_more

_UNWRITTEN: Final = frozenset({"content-length", "date", "server"})


@dataclass(slots=True, kw_only=True)
class Front:
    """Listens where its node says that it does; opened and closed with the node's process."""

    site: Site
    record: Record
    faults: Callable[[], Iterable[Fault]]
    respond: Endpoint
    _runner: web.ServerRunner | None = field(default=None, repr=False)
    _listening: socket.socket | None = field(default=None, repr=False)
    _server: web.Server | None = field(default=None, repr=False)
    _turning: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _released: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def listening(self) -> bool:
        """Whether a connection would be accepted."""
        return self._runner is not None

    @property
    def port(self) -> int:
        """Where it listens: the port of the API address that its node tells others."""
        return int(self.site.node.api_address.rpartition(":")[2])

    async def open(self) -> None:
        """Accept connections from now on; done even if whoever waits for it is cancelled."""
        await asyncio.shield(self._open())

    async def close(self) -> None:
        """Refuse connections from now on; those that are open are dropped."""
        await asyncio.shield(self._close())

    async def _open(self) -> None:
        async with self._turning:
            if self._runner is not None:
                return
            self._server = web.Server(self._serve, access_log=None)
            self._runner = web.ServerRunner(self._server)
            await self._runner.setup()
            self._listening = await listen(self._runner, port=self.port)

    async def _close(self) -> None:
        async with self._turning:
            runner, server, self._runner = self._runner, self._server, None
            if runner is None or server is None:
                return
            if self._listening:
                await refuse_more(runner, self._listening)
            for connection in server.connections:
                connection.force_close()
            self.release()
            await runner.cleanup()

    def release(self) -> None:
        """Let go of every request that hangs: its connection is cut."""
        self._released.set()
        self._released = asyncio.Event()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        call = Call(
            method=request.method,
            path=request.path.removeprefix(PREFIX).strip("/"),
            query=dict(request.query),
            raw_path=request.raw_path,
            headers=request.headers,
            content=await request.content.read(),
        )
        effect = self._effect(call)
        if isinstance(effect, KillBefore):
            _kill(effect.pid, request)
        vault, reply = await self._through(effect, call)
        self._write_down(call, vault, reply)
        if isinstance(effect, KillAfter):
            _kill(effect.pid, request)
        if reply is None:
            return _cut(request)
        headers = {k: v for k, v in reply.headers.items() if k.lower() not in _UNWRITTEN}
        return web.Response(status=reply.status, headers=headers, body=reply.content)

    async def _through(
        self, effect: Effect | None, call: Call
    ) -> tuple[Reply | None, Reply | None]:
        """Return what Vault answered and what the client gets; None: nothing."""
        match effect:
            case CutBefore() | KillBefore():
                return None, None
            case Hang():
                await self._released.wait()
                return None, None
            case Answer(status, body):
                return None, _made_up(status, body)
            case Delay(seconds):
                await asyncio.sleep(seconds)
                vault = await self._ask(call)
                return vault, vault
            case CutAfter() | KillAfter():
                return await self._ask(call), None
            case None:
                vault = await self._ask(call)
                return vault, vault

    async def _ask(self, call: Call) -> Reply | None:
        try:
            async with self.site.state.gate.passing():
                return await self.respond(self.site, call)
        except Gone:
            return None

    def _effect(self, call: Call) -> Effect | None:
        names = {"cluster": self.site.state.name, "node": self.site.node.name}
        met = [fault for fault in self.faults() if fault.meets(**names, call=call)]
        return met[0].effect if met else None

    def _write_down(self, call: Call, vault: Reply | None, reply: Reply | None) -> None:
        self.record.overhear(call.body, *_parts(vault))
        self.record.add(
            Seen(
                cluster=self.site.state.name,
                node=self.site.node.name,
                method=call.method,
                path=call.path,
                vault_status=vault.status if vault else None,
                status=reply.status if reply else None,
                with_token=bool(call.token),
                fields=frozenset(call.body),
                about=_about(call),
            )
        )


def _about(call: Call) -> str:
    token = call.text("token")
    return call.text("id") or (digest(token)[:16] if token else "")


def _parts(reply: Reply | None) -> list[dict[str, Any]]:
    """Return the objects of a reply: all of it, and what is nested in it."""
    body = reply.body if reply else {}
    nested = (body.get(name) for name in ("data", "auth", "wrap_info"))
    return [body, *(part for part in nested if isinstance(part, dict))]


def _made_up(status: int, body: object) -> Reply:
    if isinstance(body, str):
        return Reply(status=status, headers={"Content-Type": "text/html"}, content=body.encode())
    return answer(status, dict(body) if isinstance(body, dict) else {})


def _kill(pid: int | tuple[int, ...], request: web.BaseRequest) -> None:
    """SIGKILL the process, or of several the one at the other end; it is dying at return."""
    if not isinstance(pid, tuple):
        os.kill(pid, signal.SIGKILL)
        return
    transport = request.transport
    peer = transport.get_extra_info("peername") if transport else None
    ours = transport.get_extra_info("sockname") if transport else None
    found = sender(pid, port=peer[1], to=ours[1]) if peer and ours else None
    if found is not None:
        os.kill(found, signal.SIGKILL)


def _cut(request: web.BaseRequest) -> web.Response:
    """Close the connection with nothing said; what is returned goes nowhere."""
    if request.transport:
        request.transport.abort()
    return web.Response()
