"""A stand-in for Slack and a small Bolt app on our socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt import Ack, App

from bot.logs import ContextExecutor
from bot.slack_clients import SlackClients, slack_clients
from bot.socket import EVERYBODY, Socket, arrived
from lab.chat import Chat
from lab.people import Person, meet
from tests.bot.gate.conftest import MANIFEST


@dataclass
class Guest:
    """Answers `/dr` once `hold` is set; remembers when each envelope had arrived."""

    socket: Socket
    hold: threading.Event = field(default_factory=threading.Event)
    here: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    arrivals: list[float] = field(default_factory=list)
    reconnects: list[None] = field(default_factory=list)

    def command(self, ack: Ack, body: dict[str, Any]) -> None:
        """Answer."""
        self.arrivals.append(arrived())
        self.here.release()
        self.hold.wait(10)
        ack(f"heard: {body['text']}")


@pytest.fixture
def chat() -> Iterator[Chat]:
    """A stand-in for Slack."""
    with Chat(MANIFEST) as running:
        yield running


@pytest.fixture
def cast(chat: Chat) -> dict[str, Person]:
    """Everybody, in the incident channel."""
    return meet(chat)


@pytest.fixture
def clients(chat: Chat) -> SlackClients:
    """The bot's clients."""
    return slack_clients(token=chat.bot_token, base_url=chat.base_url)


@pytest.fixture
def new_guest(chat: Chat, clients: SlackClients) -> Iterator[Callable[..., Guest]]:
    """How to make an app on a socket that is not open yet; it is closed at the end."""
    made: list[tuple[Socket, ContextExecutor]] = []

    def make(**more: float) -> Guest:
        executor = ContextExecutor(EVERYBODY)
        app = App(client=clients.reading, listener_executor=executor)
        reconnects: list[None] = []
        socket = Socket(
            app,
            app_token=str(more.pop("app_token", chat.app_token)),
            reconnected=lambda: reconnects.append(None),
            **more,
        )
        made.append((socket, executor))
        guest = Guest(socket=socket, reconnects=reconnects)
        guest.hold.set()
        app.command("/dr")(guest.command)
        return guest

    yield make
    for socket, executor in made:
        socket.close(2)
        executor.shutdown(wait=False, cancel_futures=True)


@pytest.fixture
def guest(chat: Chat, new_guest: Callable[..., Guest]) -> Guest:
    """An app that is connected, with the times of production."""
    opened = new_guest()
    opened.socket.open()
    chat.wait_for_connections()
    return opened
