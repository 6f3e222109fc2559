"""Waking people through Apprise, at a real HTTP server of ours."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot import waking


@dataclass
class Pager:
    """Hears what it is told; refuses, or never answers, by the path."""

    port: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)
    leave: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "") -> str:
        """Return an Apprise URL of this pager, with a password in it."""
        return f"json://ada:{secrets.token_hex(8)}@127.0.0.1:{self.port}/{path}"


@pytest.fixture
def pager() -> Iterator[Pager]:
    """A pager that listens."""
    found = Pager()

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append(json.loads(body))
            if "slow" in self.path:
                found.leave.wait(30)
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.leave.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_everybody_is_told_at_once(pager: Pager) -> None:
    """Each URL gets title and body; nobody failed."""
    failed = waking.wake([pager.url(), pager.url("2")], "Conclave: payments", "Shares are wanted.")

    assert failed == []
    assert [(one["title"], one["message"]) for one in pager.heard] == [
        ("Conclave: payments", "Shares are wanted.")
    ] * 2


def test_those_that_fail_are_named_without_host_or_key(
    pager: Pager, capfd: pytest.CaptureFixture[str]
) -> None:
    """Refused, not there, not known: each is named by its kind and place, the others are told."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = f"json://127.0.0.1:{closed.getsockname()[1]}/"

        failed = waking.wake(
            [pager.url("broken"), gone, pager.url(), "smoke-signal://hill"], "title", "body"
        )

    assert failed == ["json #1", "json #2", "smoke-signal"]
    assert len(pager.heard) == 2
    assert capfd.readouterr() == ("", ""), "Apprise itself prints URLs when something fails"


def test_it_takes_no_longer_than_asked(pager: Pager) -> None:
    """A pager that never answers counts as failed, and nobody waits for it."""
    started = time.monotonic()

    failed = waking.wake([pager.url("slow"), pager.url()], "title", "body", seconds=1.0)

    assert failed == ["json #1"]
    assert time.monotonic() - started < 5


def test_nobody_to_wake_is_nothing_to_do() -> None:
    """Without URLs nothing is sent and nothing failed."""
    assert waking.wake([], "title", "body") == []
