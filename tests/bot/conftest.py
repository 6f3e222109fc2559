"""The bot's doors in a real Bolt app, on a real socket to the stand-in for Slack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from bot.app import bolt_app
from bot.cards.board import Card
from bot.installation import Installation
from bot.listeners import House, Looks, Private, listen
from bot.logs import ContextExecutor
from bot.manifest import manifest
from bot.metrics import Metrics
from bot.people import Gate
from bot.settings import Configuration, Custody, SlackApp, StepUp
from bot.slack_clients import SlackClients, slack_clients
from bot.socket import Socket
from bot.standings import Standings
from ceremonies import store
from ceremonies.observations import Observations
from lab.chat import Chat, Habits
from lab.people import Person, meet
from lab.sights import Reaction, Seen
from tests.bot.cards.states import RULES
from tests.bot.scripted import ROSTER, WORKSPACE, ScriptedConductor

INCIDENT = "C0INCIDENT"


@pytest.fixture
def habits() -> Habits:
    """How patient Slack is; a test module may say otherwise."""
    return Habits()


@pytest.fixture
def chat(habits: Habits) -> Iterator[Chat]:
    """A stand-in for Slack with the bot's own manifest."""
    told = Configuration(
        file="conclave.toml",
        lab=True,
        slack=SlackApp(workspace=WORKSPACE),
        listen=None,
        notify_urls=(),
        custody=Custody(),
        step_up=StepUp.NONE,
        roster=ROSTER,
        sets={RULES.name: RULES},
    )
    with Chat(manifest(told), habits=habits) as running:
        yield running


@pytest.fixture
def cast(chat: Chat) -> dict[str, Person]:
    """Everybody, in the incident channel."""
    return meet(chat)


@pytest.fixture
def conductor() -> ScriptedConductor:
    """A conductor that does as it is told."""
    return ScriptedConductor()


@pytest.fixture
def observations(redis_url: str) -> Observations:
    """A cache in the session's Redis, empty."""
    return Observations(store.connect(redis_url))


@pytest.fixture
def clients(chat: Chat) -> SlackClients:
    """The bot's three clients."""
    return slack_clients(token=chat.bot_token, base_url=chat.base_url)


@dataclass
class Bot:
    """The doors, and what they stand in."""

    chat: Chat
    conductor: Any
    clients: SlackClients
    observations: Observations
    pools: list[Executor] = field(default_factory=list)

    def __enter__(self) -> Self:
        metrics = Metrics()
        self.standings = Standings(self.clients.quick, self.observations, workspace=WORKSPACE)
        self.gate = Gate(
            self.standings,
            roster=lambda: self.conductor.roster,
            workspace=WORKSPACE,
            metrics=metrics,
        )
        ours = Installation(bot_user=self.chat.workspace.bot.user_id, workspace=WORKSPACE)
        app = bolt_app(self.clients.reading, ours=ours, token=self.chat.bot_token)
        house = House(
            conductor=self.conductor,
            gate=self.gate,
            slack=self.clients,
            private=Private(slack=self.clients),
            operations=self._pool("operation", 8),
            shares=self._pool("share", 16),
            metrics=metrics,
            command="/dr",
        )
        listen(app, house, Looks(conductor=self.conductor, pool=self._pool("look", 4)))
        self.socket = Socket(app, app_token=self.chat.app_token)
        self.socket.open()
        self.chat.wait_for_connections()
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.standings.close()
        for pool in self.pools:
            pool.shutdown(wait=True, cancel_futures=True)

    def _pool(self, name: str, size: int) -> ContextExecutor:
        self.pools.append(ContextExecutor(size, name))
        return self.pools[-1]

    def posts(self, card: Card, channel: str = INCIDENT) -> None:
        """Post a card by hand, as the notifier would."""
        self.clients.posting.chat_postMessage(channel=channel, text=card.text, blocks=card.blocks)


@pytest.fixture
def bot(
    chat: Chat,
    conductor: ScriptedConductor,
    clients: SlackClients,
    observations: Observations,
) -> Iterator[Bot]:
    """The bot's doors, open."""
    with Bot(chat, conductor, clients, observations) as opened:
        yield opened


def told(person: Person, reaction: Reaction, *words: str) -> Seen:
    """Return the private answer to something that a person did."""
    return person.waits_for(*words, after=reaction, ephemeral=True)


def value(**known: str) -> str:
    """Return a button's value."""
    return json.dumps(known)
