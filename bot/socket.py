"""The socket to Slack: many hands at once, and back within seconds when it is lost.

Slack's built-in client takes up to a minute to notice a peer that went away without a close frame,
and burns a core meanwhile (measured: slack_sdk 3.47). So pings go out every two seconds, and a
watchdog replaces a socket that has not answered for five.
"""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = structlog.get_logger()

PING_S = 2.0
SILENT_S = 5.0
EVERYBODY = 64  # envelopes and listeners at once: a whole company in one ceremony

_arrived: contextvars.ContextVar[float] = contextvars.ContextVar("envelope_arrived")


def arrived() -> float:
    """Return when the envelope that is being handled arrived (monotonic seconds)."""
    return _arrived.get(time.monotonic())


class Socket:
    """Socket Mode for one Bolt app: connect, watch, close."""

    def __init__(self, app: App, *, app_token: str) -> None:
        self._handler = _Stamping(
            app,
            app_token,
            ping_interval=PING_S,
            concurrency=EVERYBODY,
            receive_buffer_size=16 * 1024,
        )
        self._closing = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="socket-watchdog", daemon=True)
        self._connected_at = 0.0

    @property
    def client(self) -> SocketModeClient:
        """The SDK's client."""
        return self._handler.client

    def open(self) -> None:
        """Connect, and watch from now on. Raises what slack_sdk raises if Slack refuses."""
        self._handler.connect()  # type: ignore[no-untyped-call]
        self._connected_at = time.time()
        self._watchdog.start()

    def close(self) -> None:
        """Hang up and connect no more."""
        self._closing.set()
        self._handler.close()  # type: ignore[no-untyped-call]

    def last_pong_age(self) -> float:
        """Return the seconds since Slack last answered, or since we connected."""
        session = self.client.current_session
        last = session.last_ping_pong_time if session is not None else None
        return time.time() - max(float(last or 0.0), self._connected_at)

    def _watch(self) -> None:
        while not self._closing.wait(0.5):
            if self.client.is_connected() and self.last_pong_age() < SILENT_S:
                continue
            log.warning("socket.lost", silent_s=round(self.last_pong_age(), 1))
            try:
                self.client.connect_to_new_endpoint(force=True)
                self._connected_at = time.time()
                log.info("socket.back")
            except (SlackApiError, SlackClientError, OSError) as error:
                log.warning("socket.still_lost", problem=type(error).__name__)
                self._closing.wait(1.0)
            except Exception:
                # The outermost loop: a watchdog that dies watches nothing.
                log.exception("socket.surprised")
                self._closing.wait(1.0)


class _Stamping(SocketModeHandler):
    """Notes when each envelope arrived, before Bolt sees it."""

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Stamp, then handle as Bolt does."""
        token = _arrived.set(time.monotonic())
        try:
            return super().handle(client, req)
        finally:
            _arrived.reset(token)
