"""Socket Mode connections whose end is noticed at once, and that lose nothing when replaced.

What slack_sdk 3.47's built-in client does, and this file puts right: it reads the end of a stream
as "no bytes yet" and asks again in a tight loop, up to a minute on a whole core (measured); it
closes the old connection as soon as the new one stands, with what Slack had just sent on it; it
gives up a living connection for one that failed; it sends with `send`, which may take part of a
frame only; it speaks plain text to every port but 443.
"""

from __future__ import annotations

import contextvars
import errno
import json
import logging
import socket
import threading
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientConfigurationError, SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from bot.logs import ContextExecutor

LINGER_S = 10.0  # how long an old connection is still read: Slack closes it itself, as a rule

_TLS_PORT = 443
_BUFFER_BYTES = 16 * 1024

_arrived: contextvars.ContextVar[float] = contextvars.ContextVar("envelope_arrived")
_came_on: contextvars.ContextVar[Connection] = contextvars.ContextVar("envelope_came_on")


def arrived() -> float:
    """Return when the envelope that is being handled arrived (monotonic seconds)."""
    return _arrived.get(time.monotonic())


class Client(SocketModeClient):
    """The SDK's client with honest connections. It never connects anew by itself.

    `asked_to_renew` is Slack's reason when it asked for another connection, else empty.
    """

    def __init__(
        self, *, app_token: str, web_client: WebClient, ping_s: float, concurrency: int
    ) -> None:
        self.asked_to_renew = ""
        self._lingering: list[tuple[Connection, ConnectionState]] = []
        super().__init__(
            app_token=app_token,
            web_client=web_client,
            logger=logging.getLogger("slack_sdk.socket_mode"),
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
        """Connect, and read the old connection a while longer, for what is still on its way.

        Raises SlackClientNotConnectedError, and then an old connection that lives is kept.
        """
        session = self._connected(self.issue_new_wss_url())
        old, old_state = self.current_session, self.current_session_state
        state = ConnectionState()  # type: ignore[no-untyped-call]
        self.current_session, self.current_session_state = session, state
        self.asked_to_renew = ""
        _start(session.run_until_completion, state)
        if not self.current_app_monitor_started:
            self.current_app_monitor_started = True
            self.current_app_monitor.start()
        if old is not None:
            self._lingering = [(c, s) for c, s in self._lingering if c.is_active()]
            self._lingering.append((old, old_state))
            _start(self._let_linger, old, old_state)

    def hang_up(self) -> None:
        """End the connection from our side; nobody reads from it any more when this returns."""
        if self.current_session is not None:
            _end(self.current_session, self.current_session_state)

    def close(self) -> None:
        """Hang up and come to rest, without the second that the SDK's idle reader takes."""
        self.closed = True
        self.message_queue.put(None)
        for session, state in self._lingering:
            _end(session, state)
        super().close()

    def send_message(self, message: str) -> None:
        """Send on the connection that the envelope came on, or on the one there is now."""
        session = _came_on.get(None)
        if session is not None and session.is_active():
            try:
                session.send(message)
            except SlackClientNotConnectedError:
                pass
            else:
                return
        super().send_message(message)

    def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Handle a message, with its connection and the moment of its arrival in the context."""
        if isinstance(raw_message, _Came):
            _arrived.set(raw_message.at)
            _came_on.set(raw_message.on)
        super().run_message_listeners(message, raw_message)

    def _run_current_session(self) -> None:
        """Do nothing: each connection has a reader of its own."""

    def _connected(self, url: str) -> Connection:
        session = Connection(
            url=url,
            logger=self.logger,
            proxy=self.proxy,
            ping_interval=self.ping_interval,
            receive_buffer_size=self.receive_buffer_size,
            on_error_listener=self._on_error,
            on_close_listener=self._on_close,
            ssl_context=self.web_client.ssl,
        )
        session.on_message_listener = partial(self._on_frame, session)
        session.connect()
        if session.sock is None:
            raise SlackClientNotConnectedError("no connection came about")
        session.sock = Wire(session.sock)  # type: ignore[assignment]
        return session

    def _on_frame(self, session: Connection, text: str) -> None:
        reason = _disconnect_reason(text)
        if not reason:
            self.enqueue_message(_Came(text, session))
        elif session is self.current_session:
            self.asked_to_renew = reason

    def _let_linger(self, session: Connection, state: ConnectionState) -> None:
        ends = time.monotonic() + LINGER_S
        while session.is_active() and time.monotonic() < ends and not self.closed:
            time.sleep(0.1)
        _end(session, state)


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
        """Give the socket back."""
        self._raw.close()


class _Came(str):
    """A message that knows when it came (monotonic seconds), and on which connection."""

    __slots__ = ("at", "on")

    def __new__(cls, text: str, _on: Connection) -> _Came:  # noqa: PYI034 — there is no subclass
        return super().__new__(cls, text)

    def __init__(self, _text: str, on: Connection) -> None:
        self.at = time.monotonic()
        self.on = on


def _start(work: Any, *given: object) -> None:  # noqa: ANN401 — any function
    threading.Thread(target=work, args=given, name="socket-reader", daemon=True).start()


def _end(session: Connection, state: ConnectionState) -> None:
    state.terminated = True
    wire: Any = session.sock
    if isinstance(wire, Wire):
        wire.hang_up()
        session.close()


def _disconnect_reason(text: str) -> str:
    """Return why Slack asks for another connection, empty for every other message."""
    if '"disconnect"' not in text:
        return ""
    try:
        message = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(message, dict) or message.get("type") != "disconnect":
        return ""
    return str(message.get("reason") or "unknown")


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    # Only port 443 gets TLS, see above; a stand-in on this host needs none.
    if parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return True
    return parts.scheme == "wss" and parts.port in (None, _TLS_PORT)
