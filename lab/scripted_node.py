"""A stand-in for one Vault node at the wire: it says what it is told to say, or breaks off.

For what no real server does on demand. It answers without knowing what a ceremony is.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

DRIP_EVERY = 0.05
DRIPS = 400  # 20 s in all: longer than any limit under test, and still bounded


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[["Exchange"], None]


def says(
    body: object = None, *, status: int = 200, kind: str = "application/json", **headers: str
) -> Answer:
    """Answer with JSON, or with text as it stands."""
    raw = (
        body.encode()
        if isinstance(body, str)
        else b""
        if body is None
        else json.dumps(body).encode()
    )

    def answer(exchange: Exchange) -> None:
        exchange.send_response(status)
        exchange.send_header("Content-Type", kind)
        exchange.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            exchange.send_header(name, value)
        exchange.end_headers()
        exchange.wfile.write(raw)

    return answer


def refuses(text: str, *, status: int = 400, kind: str = "application/json") -> Answer:
    """Answer as Vault refuses."""
    return says({"errors": [text]}, status=status, kind=kind)


def moved(location: str, *, status: int = 307) -> Answer:
    """Point elsewhere."""
    return says(status=status, Location=location)


def cut(exchange: Exchange) -> None:
    """Take the request and hang up without a word."""
    exchange.connection.shutdown(socket.SHUT_RDWR)


def cut_in_the_body(exchange: Exchange) -> None:
    """Hang up in the middle of the reply."""
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Content-Length", "400")
    exchange.end_headers()
    exchange.wfile.write(b'{"nonce":')
    exchange.wfile.flush()
    exchange.connection.shutdown(socket.SHUT_RDWR)


def silent(exchange: Exchange) -> None:
    """Take the request and say nothing, until the caller hangs up or the test is over."""
    exchange.server.over.wait(DRIPS * DRIP_EVERY)


def drips_headers(exchange: Exchange) -> None:
    """Answer with headers that never end, a letter at a time."""
    _drip(exchange, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def drips_body(exchange: Exchange) -> None:
    """Answer with a body that is never whole, a letter at a time."""
    _drip(exchange, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")


def _drip(exchange: Exchange, opening: bytes) -> None:
    exchange.wfile.write(opening)
    for _ in range(DRIPS):
        if exchange.server.over.wait(DRIP_EVERY):
            return
        exchange.wfile.write(b" ")
        exchange.wfile.flush()


class Exchange(BaseHTTPRequestHandler):
    """One request and what it is answered."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def handle(self) -> None:
        """Serve until the caller hangs up, which is no error."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def finish(self) -> None:
        """Close, also where nobody listens any more."""
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def exchange(self) -> None:
        """Note what came, then answer as the node was told to."""
        node = self.server.node
        path, _, query = self.path.partition("?")
        size = int(self.headers.get("Content-Length") or 0)
        came = Arrived(
            method=self.command,
            path=path.removeprefix("/v1/"),
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(size),
        )
        node.arrived.append(came)
        self.close_connection = True
        node.answer(came)(self)

    do_GET = do_POST = do_PUT = do_DELETE = exchange  # noqa: N815 — named by http.server

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Listener(ThreadingHTTPServer):
    """Listens for a node on a free port of 127.0.0.1."""

    daemon_threads = True
    node: Node

    def __init__(self) -> None:
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), Exchange)

    def handle_error(self, *_: object) -> None:
        """Keep quiet: a caller that does not trust us hangs up in the handshake."""


@dataclass
class Node:
    """A node: `script` tells what to answer to a method and path, else 404 as Vault does."""

    listener: Listener
    scheme: str = "http"
    script: dict[tuple[str, str], Answer] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where this node listens."""
        return f"{self.scheme}://127.0.0.1:{self.listener.server_port}"

    def tell(self, method: str, path: str, answer: Answer) -> None:
        """Answer so from now on."""
        self.script[method, path] = answer

    def answer(self, came: Arrived) -> Answer:
        """Return what to answer."""
        return self.script.get((came.method, came.path), refuses("unsupported path", status=404))

    def bodies(self, method: str) -> list[dict[str, Any]]:
        """Return the JSON of every request of this method."""
        return [json.loads(came.body) for came in self.arrived if came.method == method]


class Nodes:
    """Starts nodes on threads of this process, and stops every one at the end of the `with`."""

    def __init__(self) -> None:
        self._started: list[Node] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, *, tls: ssl.SSLContext | None = None) -> Node:
        """Return a node that listens."""
        listener = Listener()
        if tls is not None:
            listener.socket = tls.wrap_socket(
                listener.socket, server_side=True, do_handshake_on_connect=False
            )
        node = Node(listener=listener, scheme="https" if tls else "http")
        listener.node = node
        self._started.append(node)
        serve = {"poll_interval": 0.02}
        threading.Thread(target=listener.serve_forever, kwargs=serve, daemon=True).start()
        return node

    def stop(self, node: Node) -> None:
        """Stop one: nobody listens at its address any more."""
        self._started.remove(node)
        node.listener.over.set()
        node.listener.shutdown()
        node.listener.server_close()

    def close(self) -> None:
        """Stop everything."""
        for node in tuple(self._started):
            self.stop(node)
