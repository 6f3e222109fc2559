"""Being told at once that a set's log has moved: quicker than the sweep, never instead of it."""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

import structlog
from redis.client import PubSub

from ceremonies.errors import StoreUnreachable
from ceremonies.store import Redis, translated

log = structlog.get_logger()

CHANNEL = "conclave:wake"

_POLL_S = 0.5
_PAUSES_S = (0.1, 0.5, 1.0, 2.0)


class Wake:
    """A thread that calls back with a set's name whenever an append to its log is published.

    After half of `patience_s` without a word Redis is asked for one; a connection that gives none
    is made anew.
    """

    def __init__(
        self, redis: Redis, callback: Callable[[str], None], *, patience_s: float = 10.0
    ) -> None:
        self._redis = redis
        self._patience_s = patience_s
        self._callback = callback
        self._failures = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wake", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once, also while Redis is away."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread: within a second, or as soon as Redis lets go of it."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * _POLL_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with translated(), closing(self._subscription()) as subscription:
                    subscription.subscribe(CHANNEL)
                    self._listen(subscription)
            except StoreUnreachable as error:
                log.info("wake.lost", problem=str(error))
            pause = _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
            self._failures += 1
            self._stopping.wait(pause)

    def _subscription(self) -> PubSub:
        subscribe: Callable[[], PubSub] = self._redis.pubsub
        return subscribe()

    def _listen(self, subscription: PubSub) -> None:
        heard, asked = time.monotonic(), False
        while not self._stopping.is_set():
            message = subscription.get_message(timeout=_POLL_S)
            silence = time.monotonic() - heard
            if message is not None:
                heard, asked = time.monotonic(), False
                self._failures = 0
                if message["type"] == "message":
                    self._tell(message["data"].decode(errors="replace"))
            elif silence > self._patience_s:
                raise StoreUnreachable("Redis is silent on the channel")
            elif silence > self._patience_s / 2 and not asked:
                subscription.ping()
                asked = True

    def _tell(self, set_name: str) -> None:
        try:
            self._callback(set_name)
        except Exception:
            # This is the thread's outermost loop: one surprise must not end the listening.
            log.exception("wake.surprised", set=set_name)
