"""A wire that can be cut: a TCP proxy on 127.0.0.1 between a client and a real server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_CHUNK = 65_536


@dataclass
class Wire:
    """Passes everything on, until it is told to cut. Use it as a context manager.

    `lose_reply_to(word)` passes the next request that holds `word` on, waits for the server's
    answer, throws it away and cuts the connection. `lose_request(word)` cuts instead of passing on.
    """

    server_port: int
    cuts: int = 0
    _reply_lost: list[bytes] = field(default_factory=list)
    _request_lost: list[bytes] = field(default_factory=list)
    _meanwhile: Callable[[], object] | None = None
    _silent: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: set[socket.socket] = field(default_factory=set)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, name="wire", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cut everything, for good."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for end in self._open:
                _hang_up(end)

    @property
    def port(self) -> int:
        """Where clients connect."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Fit for CONCLAVE_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def lose_reply_to(
        self, word: bytes, *, times: int = 1, meanwhile: Callable[[], object] | None = None
    ) -> None:
        """Lose the replies to the next requests with this word; they do reach the server.

        `meanwhile` is called while the reply is already lost and the client does not know yet.
        """
        self._reply_lost += [word] * times
        self._meanwhile = meanwhile

    def lose_request(self, word: bytes, *, times: int = 1) -> None:
        """Lose the next requests with this word before they reach the server."""
        self._request_lost += [word] * times

    def go_silent(self) -> None:
        """Pass nothing any more on what is connected now; the ends stay open and hear nothing."""
        self._silent.set()
        self._silent = threading.Event()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port), timeout=10)
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        muted, silent = threading.Event(), self._silent
        back = threading.Thread(
            target=self._back, args=(server, client, muted, silent), daemon=True
        )
        back.start()
        with contextlib.suppress(OSError):
            while request := client.recv(_CHUNK):
                if self._taken(self._request_lost, request):
                    break
                if self._taken(self._reply_lost, request):
                    muted.set()
                if not silent.is_set():
                    server.sendall(request)
        _hang_up(server)
        back.join(10)
        _hang_up(client)
        with self._lock:
            self._open -= {client, server}

    def _back(
        self,
        server: socket.socket,
        client: socket.socket,
        muted: threading.Event,
        silent: threading.Event,
    ) -> None:
        with contextlib.suppress(OSError):
            while reply := server.recv(_CHUNK):
                if muted.is_set():
                    if self._meanwhile is not None:
                        self._meanwhile()
                    break
                if not silent.is_set():
                    client.sendall(reply)
        _hang_up(client)

    def _taken(self, words: list[bytes], request: bytes) -> bool:
        with self._lock:
            found = next((word for word in words if word in request), None)
            if found is None:
                return False
            words.remove(found)
            self.cuts += 1
            return True


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
