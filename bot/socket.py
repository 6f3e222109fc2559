"""The socket to Slack: many hands at once, and back within seconds when it is lost.

Pings go out every two seconds. A watchdog looks four times a second whether the connection is
there, and replaces one on which no ping was answered for six seconds.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackClientNotConnectedError
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.errors import SlackUnreachable
from bot.installation import START_S, refuse_bad_token
from bot.wire import Client, arrived

__all__ = ["EVERYBODY", "Socket", "arrived"]

log = structlog.get_logger()

PING_S = 2.0
SILENT_S = 6.0
EVERYBODY = 64  # envelopes and listeners at once: a whole company in one ceremony

_LOOK_EVERY_S = 0.25
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0)  # apps.connections.open is for some fifty calls a minute
_OF_LATE_S = 30.0
_ACK_S = 3.0  # Slack hears no acknowledgement later than this
_CALL_S = 5


class Socket:
    """Socket Mode for one Bolt app: open, watched, closed. `reconnected` is called after each."""

    def __init__(
        self,
        app: App,
        *,
        app_token: str,
        ping_s: float = PING_S,
        silent_s: float = SILENT_S,
        reconnected: Callable[[], None] = lambda: None,
    ) -> None:
        web = WebClient(
            base_url=app.client.base_url,
            timeout=_CALL_S,
            ssl=app.client.ssl,
            proxy=app.client.proxy,
            retry_handlers=[],
        )
        self._app = app
        self._client = Client(
            app_token=app_token, web_client=web, ping_s=ping_s, concurrency=EVERYBODY
        )
        self._client.socket_mode_request_listeners.append(self._handle)
        self._client.message_listeners.append(_greet)
        self._pulse = _Pulse(self._client)
        self._silent_s = silent_s
        self._reconnected = reconnected
        self._closing = threading.Event()
        self._busy = _Busy()
        self._pauses = _Pauses()
        self._watchdog = threading.Thread(target=self._watch, name="socket-watchdog", daemon=True)

    def open(self, *, seconds: float = START_S) -> None:
        """Connect, and watch from now on.

        Raises Misconfigured for a token that Slack refuses, SlackUnreachable after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not self._connected():
            if time.monotonic() >= deadline:
                raise SlackUnreachable("Slack's Socket Mode cannot be reached")
            self._closing.wait(1.0)
        self._pulse.age()
        self._watchdog.start()

    def close(self, seconds: float = 5.0) -> None:
        """Connect no more, acknowledge what is in hand within `seconds`, hang up."""
        deadline = time.monotonic() + seconds
        self._closing.set()
        self._busy.wait_until_idle(seconds)
        self._client.hang_up()
        ending = threading.Thread(target=self._client.close, name="socket-close", daemon=True)
        ending.start()
        ending.join(max(0.5, deadline - time.monotonic()))

    def is_connected(self) -> bool:
        """Return whether there is a connection, as far as we know."""
        return bool(self._client.is_connected())

    def last_pong_age(self) -> float:
        """Return the seconds since Slack last answered a ping, or since we connected."""
        return self._pulse.age()

    def _connected(self) -> bool:
        """Try once."""
        try:
            self._client.connect()
        except SlackApiError as error:
            refuse_bad_token("SLACK_APP_TOKEN", str(error.response.get("error", "")))
            log.warning("socket.not_open", problem=error.response.get("error", ""))
        except (SlackClientError, OSError) as error:
            log.warning("socket.not_open", problem=type(error).__name__)
        return self.is_connected()

    def _watch(self) -> None:
        connections = self._pulse.connections
        while not self._closing.wait(_LOOK_EVERY_S):
            age = self._pulse.age()
            if self._pulse.connections > connections:
                connections = self._pulse.connections
                log.info("socket.back")
                self._reconnected()
            if self._client.asked_to_renew:
                self._renew()
            elif not self.is_connected() or age >= self._silent_s:
                log.warning("socket.lost", silent_s=round(age, 1))
                self._client.hang_up()
                self._renew()

    def _renew(self) -> None:
        """Connect anew, the sooner the less often that was done of late."""
        reason = self._client.asked_to_renew or "lost"
        if self._closing.wait(self._pauses.next()):
            return
        log.info("socket.renewed", reason=reason)
        try:
            self._client.connect()
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("socket.still_lost", problem=type(error).__name__)
        except Exception:
            # The outermost loop: a watchdog that dies watches nothing.
            log.exception("socket.surprised")

    def _handle(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """Let Bolt answer, and send its answer: on the next connection if this one is gone."""
        with self._busy:
            response = run_bolt_app(self._app, request)
            while True:
                try:
                    send_response(client, request, response, time.time())
                except SlackClientNotConnectedError:
                    if time.monotonic() - arrived() > _ACK_S or self._closing.wait(_LOOK_EVERY_S):
                        log.warning("socket.not_acknowledged", kind=request.type)
                        return
                else:
                    return


class _Pulse:
    """When the peer was last heard, by our own clock: a connection is heard when it is made."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._mark: tuple[str, float | None] = ("", None)
        self._at = time.monotonic()
        self._lock = threading.Lock()
        self.connections = 0

    def age(self) -> float:
        """Return the seconds since a ping was answered, as far as anybody looked."""
        session = self._client.current_session
        with self._lock:
            if session is not None:
                self._feel((session.session_id, session.last_ping_pong_time))
            return time.monotonic() - self._at

    def _feel(self, mark: tuple[str, float | None]) -> None:
        if mark == self._mark:
            return
        self.connections += mark[0] != self._mark[0]
        self._mark, self._at = mark, time.monotonic()


class _Pauses:
    """How long to wait before the next connection: longer, the more there were of late."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def next(self) -> float:
        """Return the seconds to wait now, and count one more."""
        now = time.monotonic()
        while self._times and self._times[0] < now - _OF_LATE_S:
            self._times.popleft()
        pause = _PAUSES_S[min(len(self._times), len(_PAUSES_S) - 1)]
        self._times.append(now)
        return pause


class _Busy:
    """Counts what is in hand."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> None:
        """Return when nothing is in hand, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, seconds)


def _greet(_client: BaseSocketModeClient, message: Mapping[str, Any], _raw: str | None) -> None:
    if message.get("type") == "hello":
        log.info("socket.hello", connections=message.get("num_connections"))
