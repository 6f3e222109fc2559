"""People whom Slack cannot wake: told by every way that is configured; one that fails is shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lab.process import free_port, wait_until
from lab.stage import CHANNEL
from tests.e2e.acts import nonce_of, starts
from tests.e2e.conftest import SetStage


@dataclass
class Pager:
    """Something that takes notifications as JSON over HTTP, as Apprise's `json://` sends them."""

    port: int
    heard: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The Apprise URL that leads here."""
        return f"json://127.0.0.1:{self.port}/page"


@pytest.fixture
def pager() -> Iterator[Pager]:
    """A pager on this machine."""
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            heard.append(self.rfile.read(length).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Pager(port=server.server_address[1], heard=heard)
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_the_start_and_a_freeze_wake_people(set_stage: SetStage, pager: Pager) -> None:
    """Each alarm is told in words that carry no nonce; the way that fails stands on the card."""
    dead = f"json://127.0.0.1:{free_port()}/page"
    stage = set_stage(options=f"[notify]\nurls = {json.dumps([pager.url, dead])}\n")
    card = starts(stage)
    wait_until(lambda: bool(pager.heard), seconds=20, what="the start is told")
    assert "a ceremony for promote has started" in pager.heard[0]

    stage.people["Sam"].clicks("ceremony.freeze", card)

    wait_until(
        lambda: any("frozen" in told for told in pager.heard), seconds=20, what="the freeze is told"
    )
    assert nonce_of(card) not in "".join(pager.heard)
    stage.people["Sam"].waits_for("json #2", channel=CHANNEL, within=20)


def test_each_reminder_wakes_people(set_stage: SetStage, pager: Pager) -> None:
    """Whoever sleeps through the start hears of it again, by the clock, until the end is near."""
    options = f'[notify]\nurls = ["{pager.url}"]\n[ceremony]\nremind_every = "3s"\n'
    stage = set_stage(options=options)
    starts(stage)

    def reminded() -> int:
        return sum("still needed" in told for told in pager.heard)

    wait_until(lambda: reminded() >= 2, seconds=25, what="the second reminder")
    assert "a ceremony for promote has started" in pager.heard[0]
