"""A small page for machines: /healthz, /readyz and /metrics on the address that is configured."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import structlog

from bot.settings import Listen

log = structlog.get_logger()

_PATIENCE_S = 5.0
_TEXT = "text/plain; charset=utf-8"

Checks = Callable[[], Mapping[str, str]]
"""Each thing that is looked at, by name, with what is wrong with it; empty words: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Where the answers come from. `alive`: restart us if not; `ready`: send us work if so."""

    alive: Checks
    ready: Checks
    metrics: Callable[[], bytes]


class Web:
    """The server, in a thread of its own. Who asks slowly is hung up on."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name="web", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE_S)


def listen(where: Listen, answers: Answers) -> Web | None:
    """Return the running server, or None where the address cannot be had: that is a warning.

    A ceremony does not wait for a monitoring port.
    """
    page = type("Page", (_Page,), {"answers": answers})
    family = _Six if ":" in where.host else _Four
    try:
        return Web(family((where.host, where.port), page))
    except OSError as problem:
        log.warning("web.not_listening", host=where.host, port=where.port, why=problem.strerror)
        return None


class _Four(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Six(_Four):
    address_family = socket.AF_INET6


class _Page(BaseHTTPRequestHandler):
    answers: ClassVar[Answers]
    timeout = _PATIENCE_S
    server_version = "conclave"
    sys_version = ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/healthz":
                self._checked(self.answers.alive())
            case "/readyz":
                self._checked(self.answers.ready())
            case "/metrics":
                self._send(HTTPStatus.OK, "text/plain; version=1.0.0", self.answers.metrics())
            case _:
                self._send(HTTPStatus.NOT_FOUND, _TEXT, b"not here\n")

    do_HEAD = do_GET  # noqa: N815 — likewise

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 — as inherited
        """Say nothing: probes ask every few seconds."""

    def _checked(self, checks: Mapping[str, str]) -> None:
        well = not any(checks.values())
        body = {name: words or "ok" for name, words in checks.items()}
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        self._send(status, "application/json", json.dumps(body).encode() + b"\n")

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
