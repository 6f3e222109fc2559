"""A load balancer as many sites have it: it wants 200 from sys/health and drops all other nodes.

Every node of a DR secondary answers 472 there, so behind it a secondary cannot be reached.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp import web

from lab.enterprise.front import Front
from lab.enterprise.observables import health
from lab.enterprise.upstream import Gone, Upstream
from lab.enterprise.wire import PREFIX, Call
from lab.listening import listen, refuse_more
from lab.process import free_port

_PROBE: Final = Call(
    method="GET", path="sys/health", query={}, raw_path="/v1/sys/health", headers={}, content=b""
)
_NOBODY: Final = "<html><body><h1>503 Service Unavailable</h1>No server is available.</body></html>"


@dataclass(slots=True, kw_only=True)
class Balancer:
    """Listens on `port` and passes each request to the first node that is healthy just then."""

    fronts: Sequence[Front]
    session: aiohttp.ClientSession = field(repr=False)
    port: int = field(default_factory=free_port)
    _runner: web.ServerRunner | None = field(default=None, repr=False)
    _listening: socket.socket | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Accept connections."""
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None))
        await self._runner.setup()
        self._listening = await listen(self._runner, port=self.port)

    async def close(self) -> None:
        """Accept no connections any more."""
        if self._runner and self._listening:
            await refuse_more(self._runner, self._listening)
            await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        front = await self._healthy()
        if front is None:
            return web.Response(status=503, text=_NOBODY, content_type="text/html")
        call = Call(
            method=request.method,
            path=request.path.removeprefix(PREFIX),
            query=dict(request.query),
            raw_path=request.raw_path,
            headers=request.headers,
            content=await request.content.read(),
        )
        node = Upstream(address=front.site.node.api_address, session=self.session)
        try:
            reply = await node.send(call)
        except Gone:
            return web.Response(status=502, text=_NOBODY, content_type="text/html")
        return web.Response(status=reply.status, headers=reply.headers, body=reply.content)

    async def _healthy(self) -> Front | None:
        for front in self.fronts:
            if front.listening and await self._answers_200(front):
                return front
        return None

    async def _answers_200(self, front: Front) -> bool:
        try:
            return (await health(front.site, _PROBE)).status == web.HTTPOk.status_code
        except Gone:
            return False
