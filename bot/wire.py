"""One Socket Mode connection, so that its end is noticed at once and nothing is half sent.

Slack's built-in client (slack_sdk 3.47) reads the end of a stream as "no bytes yet" and asks again
in a tight loop: up to a minute, on a whole core, until its pings have failed five times (measured).
It also sends with `send`, which may take part of a frame only, and speaks plain text to every port
but 443. This file puts that right and leaves the rest to it.
"""

from __future__ import annotations

import contextvars
import errno
import logging
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientConfigurationError
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.logs import ContextExecutor

_TLS_PORT = 443
_BUFFER_BYTES = 16 * 1024

_arrived: contextvars.ContextVar[float] = contextvars.ContextVar("envelope_arrived")


def arrived() -> float:
    """Return when the envelope that is being handled arrived (monotonic seconds)."""
    return _arrived.get(time.monotonic())


class Client(SocketModeClient):
    """The SDK's client with honest connections. It does not reconnect by itself."""

    def __init__(
        self, *, app_token: str, web_client: WebClient, ping_s: float, concurrency: int
    ) -> None:
        super().__init__(
            app_token=app_token,
            web_client=web_client,
            logger=logging.getLogger("slack_sdk.socket_mode"),
            # One place reconnects: `bot.socket`, which also notices silence.
            auto_reconnect_enabled=False,
            ping_interval=ping_s,
            receive_buffer_size=_BUFFER_BYTES,
            concurrency=1,
        )
        self.message_workers.shutdown()
        self.message_workers = ContextExecutor(concurrency, "envelope")

    def issue_new_wss_url(self) -> str:
        """Return where to connect; raises rather than speak plain text over a network."""
        url = super().issue_new_wss_url()
        if not _is_private(url):
            raise SlackClientConfigurationError("Slack named a socket without TLS")
        return url

    def connect(self) -> None:
        """Connect; whether that came to anything is told by `is_connected`."""
        super().connect()
        session = self.current_session
        if session is not None and session.sock is not None:
            session.sock = Wire(session.sock)  # type: ignore[assignment]

    def hang_up(self) -> None:
        """End the connection from our side; nobody reads from it any more when this returns."""
        session = self.current_session
        if session is None:
            return
        self.current_session_state.terminated = True
        wire: Any = session.sock
        if isinstance(wire, Wire):
            wire.hang_up()
        session.close()

    def close(self) -> None:
        """Hang up and come to rest, without the second that the SDK's idle reader takes."""
        self.closed = True
        self.message_queue.put(None)
        super().close()

    def enqueue_message(self, message: str) -> None:
        """Note when the message came."""
        super().enqueue_message(_Stamped(message))

    def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Handle a message, with the moment of its arrival in the context."""
        if isinstance(raw_message, _Stamped):
            _arrived.set(raw_message.at)
        super().run_message_listeners(message, raw_message)


class Wire:
    """A socket whose end is an error, and which sends everything or fails."""

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        self._is_ours_to_end = False

    def recv(self, size: int) -> bytes:
        """Return what came; raises OSError at the end of the stream."""
        try:
            found = self._raw.recv(size)
        except ValueError:  # the TLS layer was taken away by `hang_up`
            found = b""
        if found:
            return found
        if self._is_ours_to_end:
            raise OSError(errno.EBADF, "we hung up")  # the SDK's word for it, not worth a line
        raise ConnectionResetError(errno.ECONNRESET, "the stream has ended")

    def send(self, content: bytes) -> int:
        """Send all of it."""
        self._raw.sendall(content)
        return len(content)

    def hang_up(self) -> None:
        """Let nothing more come or go: whoever waits in `recv` is woken."""
        self._is_ours_to_end = True
        try:
            self._raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        """Hang up and give the socket back: closed alone, it would leave its reader waiting."""
        self.hang_up()
        self._raw.close()


class _Stamped(str):
    """A message that knows when it came (monotonic seconds)."""

    __slots__ = ("at",)

    def __init__(self, _text: str) -> None:
        self.at = time.monotonic()


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    # Only port 443 gets TLS, see above; a stand-in on this host needs none.
    if parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return True
    return parts.scheme == "wss" and parts.port in (None, _TLS_PORT)
