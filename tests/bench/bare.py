"""A bare Bolt app that takes shares: the least that could, and what Conclave is measured beside.

It checks nobody, remembers nothing, checks no share, signs nothing and draws no card. Bolt is set
up as its documentation does it. `python -m tests.bench.bare`, told by its environment; prints
`connected` once Slack's socket is open, and serves until it is killed.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
import requests
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

ATTEMPT = "sys/replication/dr/secondary/generate-operation-token"
STREAM = "bare:log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """Starts attempts, asks people one after the other, hands their shares to Vault."""

    slack: WebClient
    store: redis.Redis
    vault: requests.Session
    address: str
    holders: tuple[str, ...] = field(default=())

    def listen(self, app: App) -> None:
        """Take `/bare`, the button and the modal."""
        app.command("/bare")(self.command)
        app.action("share.open")(self.open)
        app.view("share.submit")(self.submit)

    def command(self, ack: Ack, body: dict[str, Any]) -> None:
        """Acknowledge; with `start`, start an attempt and ask every holder too."""
        ack()
        if body.get("text") != "start":
            return
        nonce = self._asked("attempt", {}).json()["nonce"]
        for holder in self.holders:
            self.slack.chat_postMessage(channel=holder, text="A share, please", blocks=_ask(nonce))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Open the modal."""
        ack()
        self.slack.views_open(
            trigger_id=body["trigger_id"], view=_modal(nonce=body["actions"][0]["value"])
        )

    def submit(self, ack: Ack, view: dict[str, Any]) -> None:
        """Note the intent, hand the share to Vault, note the outcome, acknowledge."""
        share = view["state"]["values"]["share"]["value"]["value"]
        nonce = view["private_metadata"]
        self.store.xadd(STREAM, {"event": "offered", "nonce": nonce})
        reply = self._asked("update", {"key": share, "nonce": nonce})
        self.store.xadd(STREAM, {"event": "answered", "status": reply.status_code})
        if reply.ok:
            ack()
        else:
            ack(response_action="errors", errors={"share": "Vault did not take it."})

    def _asked(self, leaf: str, body: Mapping[str, str]) -> requests.Response:
        return self.vault.put(f"{self.address}/v1/{ATTEMPT}/{leaf}", json=body, timeout=10)


def _ask(nonce: str) -> list[dict[str, Any]]:
    button = {
        "type": "button",
        "action_id": "share.open",
        "text": {"type": "plain_text", "text": "Give"},
        "value": nonce,
    }
    return [{"type": "actions", "elements": [button]}]


def _modal(*, nonce: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "share.submit",
        "title": {"type": "plain_text", "text": "Your share"},
        "submit": {"type": "plain_text", "text": "Submit"},
        "private_metadata": nonce,
        "blocks": [
            {
                "type": "input",
                "block_id": "share",
                "label": {"type": "plain_text", "text": "Share"},
                "element": {"type": "plain_text_input", "action_id": "value"},
            }
        ],
    }


def main() -> None:
    """Serve until killed."""
    told = os.environ
    slack = WebClient(token=told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"])
    app = App(client=slack)
    vault = requests.Session()
    vault.trust_env = False
    bare = Bare(
        slack=slack,
        store=redis.Redis.from_url(told["BARE_REDIS_URL"]),
        vault=vault,
        address=told["BARE_VAULT"],
        holders=tuple(told["BARE_HOLDERS"].split(",")),
    )
    bare.listen(app)
    SocketModeHandler(app, told["SLACK_APP_TOKEN"]).connect()  # type: ignore[no-untyped-call]
    sys.stdout.write("connected\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
