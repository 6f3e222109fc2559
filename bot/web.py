"""/healthz, /readyz and /metrics, for those who watch the bot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot import metrics


class Web:
    """A small server beside the bot. It reads nothing and changes nothing."""

    def __init__(self, host: str, port: int, *, ready: Callable[[], str]) -> None:
        """`ready()` returns why the bot is not ready, or an empty string when it is."""
        self._server = ThreadingHTTPServer((host, port), _handler(ready))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="web", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Serve from now on; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def _handler(ready: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "conclave"
        sys_version = ""

        def do_GET(self) -> None:
            match self.path:
                case "/healthz":
                    self._answer(200, b"alive\n")
                case "/readyz":
                    why = ready()
                    self._answer(503 if why else 200, f"{why or 'ready'}\n".encode())
                case "/metrics":
                    self._answer(200, metrics.exposition())
                case _:
                    self._answer(404, b"there is /healthz, /readyz, /metrics\n")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing: probes come every few seconds."""

    return Handler
