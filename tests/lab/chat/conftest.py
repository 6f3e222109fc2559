"""The stand-in for Slack, the cast in it, and a small real Bolt app as its guest."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from lab.chat import Chat, Cut, Habits
from lab.people import Person, meet
from lab.sights import Reaction

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Conclave"},
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "conclave", "always_online": True},
        "slash_commands": [{"command": "/dr", "description": "Disaster recovery"}],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "commands",
                "im:write",
                "users:read",
                "dnd:read",
                "channels:read",
                "groups:read",
                "im:read",
                "pins:write",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}

SHARE_MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "share.submit",
    "title": {"type": "plain_text", "text": "Your share"},
    "submit": {"type": "plain_text", "text": "Submit"},
    "private_metadata": json.dumps({"set": "payments"}),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "share",
            "label": {"type": "plain_text", "text": "Share"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        }
    ],
}


def button(action_id: str, label: str, **more: object) -> dict[str, Any]:
    """Return a button."""
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": label},
        **more,
    }


CONFIRM = {
    "title": {"type": "plain_text", "text": "Decline?"},
    "text": {"type": "mrkdwn", "text": "1 of 3 shares is lost."},
    "confirm": {"type": "plain_text", "text": "Decline"},
    "deny": {"type": "plain_text", "text": "Back"},
}


class Guest:
    """The app, what reached it, and its socket. `hold` keeps commands from being answered."""

    def __init__(self, chat: Chat, *, ping_interval: float = 2) -> None:
        self.chat = chat
        self.bodies: list[dict[str, Any]] = []
        self.hold = threading.Event()
        self.hold.set()
        self.client = WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=[])
        self.app = App(client=self.client, listener_executor=ThreadPoolExecutor(20))
        self.app.logger.setLevel(logging.CRITICAL)
        self.app.command("/dr")(self.command)
        self.app.action("share.open")(self.open)
        self.app.action("share.decline")(self.decline)
        self.app.view("share.submit")(self.submit)
        self.app.view_closed("share.submit")(self.closed)
        self.app.event("app_home_opened")(self.home)
        self.handler = SocketModeHandler(
            self.app, chat.app_token, ping_interval=ping_interval, concurrency=20
        )

    def __enter__(self) -> Self:
        self.handler.connect()
        self.chat.wait_for_connections()
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        # The built-in client sits in a read for 3 s; a peer that hangs up ends it at once.
        self.handler.client.auto_reconnect_enabled = False
        self.chat.sockets.cut(Cut.FIN)
        self.handler.close()

    def command(self, ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        """Answer `/dr`; `/dr card` posts one, `/dr ask` sends a DM with buttons."""
        self.bodies.append(body)
        self.hold.wait(10)
        ack(f"heard: {body['text']}" if body["text"] != "quiet" else "")
        if body["text"] == "respond":
            respond("later")
        if body["text"] == "ask":
            self.client.chat_postMessage(
                channel=body["user_id"],
                text="A share is wanted",
                blocks=[
                    {"type": "section", "text": {"type": "mrkdwn", "text": "*A share* is wanted"}},
                    {
                        "type": "actions",
                        "elements": [
                            button("share.open", "Give", value="{}", style="primary"),
                            button("share.decline", "Decline", confirm=CONFIRM),
                        ],
                    },
                ],
            )

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Open the modal."""
        self.bodies.append(body)
        ack()
        self.client.views_open(trigger_id=body["trigger_id"], view=SHARE_MODAL)

    def decline(self, ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        """Change the DM by its response URL."""
        self.bodies.append(body)
        ack()
        respond("declined", replace_original=True)

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """Refuse `bad`, thank for anything else in a DM."""
        self.bodies.append(body)
        value = body["view"]["state"]["values"]["share"]["value"]["value"]
        if value == "bad":
            ack(response_action="errors", errors={"share": "not a share"})
            return
        ack()
        self.client.chat_postMessage(channel=body["user"]["id"], text="thank you")

    def closed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Note that the modal was closed."""
        self.bodies.append(body)
        ack()

    def home(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Publish a home tab."""
        self.bodies.append(body)
        view = {
            "type": "home",
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Welcome"}}],
        }
        self.client.views_publish(user_id=event["user"], view=view)


@pytest.fixture
def manifest() -> dict[str, Any]:
    """Return the app's manifest, to be changed at will."""
    return copy.deepcopy(MANIFEST)


@pytest.fixture
def share_modal() -> dict[str, Any]:
    """Return a modal with one input, to be changed at will."""
    return copy.deepcopy(SHARE_MODAL)


@pytest.fixture
def habits() -> Habits:
    """Return how patient Slack is; a test module may say otherwise."""
    return Habits()


@pytest.fixture
def chat(manifest: dict[str, Any], habits: Habits) -> Iterator[Chat]:
    """Return a running stand-in without anybody in it."""
    with Chat(manifest, habits=habits) as running:
        yield running


@pytest.fixture
def cast(chat: Chat) -> dict[str, Person]:
    """Return everybody, all of them in the channel C0INCIDENT."""
    return meet(chat)


@pytest.fixture
def client(chat: Chat) -> WebClient:
    """Return a client with the bot's token that retries nothing."""
    return WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=[])


@pytest.fixture
def visit(chat: Chat) -> Callable[..., Guest]:
    """Return how to make another Bolt app for this stand-in."""
    return lambda **more: Guest(chat, **more)


@pytest.fixture
def guest(chat: Chat) -> Iterator[Guest]:
    """Return a Bolt app that is connected."""
    with Guest(chat) as connected:
        yield connected


@pytest.fixture
def refusal() -> Callable[[Callable[[], object]], str]:
    """Return how to learn the code with which a call is refused."""

    def of(call: Callable[[], object]) -> str:
        with pytest.raises(SlackApiError) as refused:
            call()
        return str(refused.value.response["error"])

    return of


class Wire:
    """The app's end of Socket Mode without any SDK, for what an SDK hides."""

    def play(self, scene: Callable[[ClientSession], Coroutine[Any, Any, None]]) -> None:
        """Play a scene with an HTTP client at hand, in ten seconds at most."""

        async def whole() -> None:
            async with asyncio.timeout(10), ClientSession() as http:
                await scene(http)

        asyncio.run(whole())

    async def connect(self, chat: Chat, http: ClientSession) -> ClientWebSocketResponse:
        """Return a new connection that has heard hello."""
        headers = {"Authorization": f"Bearer {chat.app_token}"}
        async with http.post(chat.base_url + "apps.connections.open", headers=headers) as answer:
            url = (await answer.json())["url"]
        socket = await http.ws_connect(url, autoping=False)
        assert (await socket.receive_json())["type"] == "hello"
        return socket

    def received(
        self, chat: Chat, act: Callable[[], Reaction], answer: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], Reaction]:
        """Return the envelope that an act brings, acknowledged so, and what came of the act."""
        found: list[Any] = []

        async def scene(http: ClientSession) -> None:
            socket = await self.connect(chat, http)
            doing = self.doing(act)
            envelope = await socket.receive_json()
            ack: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
            await socket.send_json(ack | ({"payload": answer} if answer else {}))
            found.extend((envelope, await doing))
            await socket.close()

        self.play(scene)
        return found[0], found[1]

    def doing(
        self, act: Callable[..., Reaction], *args: object, **more: object
    ) -> asyncio.Task[Reaction]:
        """Let a person act meanwhile; the result is awaited later."""
        return asyncio.create_task(asyncio.to_thread(act, *args, **more))


@pytest.fixture
def wire() -> Wire:
    """Return the bare wire."""
    return Wire()
