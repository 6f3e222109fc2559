"""The page for machines, asked over real HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from bot.metrics import Metrics
from bot.settings import Listen
from bot.web import Answers, Web, listen

LOOPBACK = Listen(host="127.0.0.1", port=0)


@dataclass
class Bot:
    """What the page asks, to be changed by a test."""

    alive: dict[str, str] = field(default_factory=lambda: {"socket": ""})
    ready: dict[str, str] = field(default_factory=lambda: {"redis": "", "slack": ""})
    metrics: Metrics = field(default_factory=Metrics)

    def answers(self) -> Answers:
        """Return what the page is made of."""
        return Answers(
            alive=lambda: self.alive, ready=lambda: self.ready, metrics=self.metrics.page
        )


@pytest.fixture
def bot() -> Bot:
    """A bot that is well."""
    return Bot()


@pytest.fixture
def page(bot: Bot) -> Iterator[Web]:
    """The page of that bot."""
    web = listen(LOOPBACK, bot.answers())
    assert web is not None
    yield web
    web.close()


@pytest.fixture
def get(page: Web) -> Callable[..., tuple[int, str]]:
    """Return how to ask the page: status and body."""

    def ask(path: str, *, method: str = "GET") -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)) as wire:
            wire.request(method, path)
            response = wire.getresponse()
            return response.status, response.read().decode()

    return ask


def test_a_bot_that_is_well_is_alive_and_ready(get: Callable[..., tuple[int, str]]) -> None:
    """Each thing that was looked at is named."""
    assert get("/healthz") == (200, '{"socket": "ok"}\n')
    assert get("/readyz?verbose") == (200, '{"redis": "ok", "slack": "ok"}\n')


def test_a_bot_that_is_not_ready_says_why(bot: Bot, get: Callable[..., tuple[int, str]]) -> None:
    """503, with the words for what is wrong; it is alive all the same."""
    bot.ready["slack"] = "no pong for 12 s"

    status, body = get("/readyz")

    assert status == 503
    assert json.loads(body) == {"redis": "ok", "slack": "no pong for 12 s"}
    assert get("/healthz")[0] == 200


def test_counters_are_read_where_prometheus_reads_them(
    bot: Bot, get: Callable[..., tuple[int, str]]
) -> None:
    """What was counted stands there, with the silence of the socket at the moment of asking."""
    bot.metrics.refusals.labels(why="guest").inc()
    bot.metrics.watch_silence(lambda: 1.5)

    status, body = get("/metrics")

    assert status == 200
    assert 'conclave_gate_refusals_total{why="guest"} 1.0' in body
    assert "conclave_socket_silence_seconds 1.5" in body
    assert "process_resident_memory_bytes" in body


def test_there_is_nothing_else(get: Callable[..., tuple[int, str]]) -> None:
    """404 for other paths; HEAD has no body."""
    assert get("/")[0] == 404
    assert get("/healthz", method="HEAD") == (200, "")
    assert get("/healthz", method="POST")[0] == 501


def test_a_port_that_is_taken_is_no_reason_not_to_serve(page: Web, bot: Bot) -> None:
    """There is no page then; nothing is raised."""
    taken = Listen(host="127.0.0.1", port=page.port)

    assert listen(taken, bot.answers()) is None
