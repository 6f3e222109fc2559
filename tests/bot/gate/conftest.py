"""A real Bolt app whose every door asks the gate and remembers its answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt import Ack, App

from bot.logs import ContextExecutor
from bot.people import Admitted, Door, Gate, Refused
from bot.slack_clients import SlackClients, slack_clients
from bot.socket import Socket
from bot.standings import Standings
from ceremonies import store
from ceremonies.observations import Observations
from ceremonies.roster import Person as Somebody
from ceremonies.roster import Role, Roster
from lab.chat import Chat
from lab.people import Person, meet
from lab.process import wait_until

WORKSPACE = "T0CONCLAVE"
COMMANDERS = frozenset({Role.INCIDENT_COMMANDER})

ROSTER = Roster(
    people=(
        Somebody(slack="U0SAM", name="Sam", roles=COMMANDERS),
        Somebody(slack="U0KIM", name="Kim <3", roles=COMMANDERS | {Role.APPROVER}),
        Somebody(slack="U0ADA", name="Ada", roles=frozenset({Role.KEY_HOLDER})),
        Somebody(slack="U0NOBODY", name="Nobody", roles=frozenset({Role.AUDITOR})),
    )
)

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Conclave"},
    "features": {"slash_commands": [{"command": "/dr", "description": "Disaster recovery"}]},
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "commands",
                "im:write",
                "users:read",
                "channels:read",
                "groups:read",
            ]
        }
    },
    "settings": {"interactivity": {"is_enabled": True}, "socket_mode_enabled": True},
}

BUTTON = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "door.open",
                "text": {"type": "plain_text", "text": "Open"},
                "value": "{}",
            }
        ],
    }
]

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "door.submit",
    "title": {"type": "plain_text", "text": "A door"},
    "submit": {"type": "plain_text", "text": "Submit"},
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Come in"}}],
}


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return time.monotonic() + self._ahead

    def forward(self, *, minutes: float) -> None:
        """Let this much time have passed."""
        self._ahead += minutes * 60


@dataclass
class Porch:
    """All kinds of doors. `door` is what they ask for; `answers` what the gate said, in order."""

    chat: Chat
    clients: SlackClients
    gate: Gate
    standings: Standings
    watch: Watch
    observations: Observations
    door: Door = field(default_factory=lambda: Door(name="test", roles=COMMANDERS))
    answers: list[Admitted | Refused] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def doors(self, app: App) -> None:
        """Open them."""
        app.command("/dr")(self.ask)
        app.action("door.open")(self.open)
        app.view("door.submit")(self.ask)

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Acknowledge, and ask the gate."""
        ack()
        self.bodies.append(body)
        self.answers.append(self.gate.admit(body, door=self.door))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Open the modal for anybody, and ask: its submission is asked for anew."""
        self.clients.quick.views_open(trigger_id=body["trigger_id"], view=MODAL)
        self.ask(ack, body)

    def posts(self, channel: str) -> None:
        """Post the button."""
        self.clients.posting.chat_postMessage(channel=channel, text="A door", blocks=BUTTON)

    def forward(self, *, minutes: float) -> None:
        """Let this much time have passed, above ten minutes: in Redis the records are gone."""
        self.watch.forward(minutes=minutes)
        for person in ROSTER.people:
            self.observations.forget(f"user:{WORKSPACE}:{person.slack}")
        self.observations.forget("channel:C0INCIDENT")

    def answer(self, number: int = 1) -> Admitted | Refused:
        """Return the newest answer once there are so many."""
        wait_until(lambda: len(self.answers) >= number, seconds=10, what="the gate's answer")
        return self.answers[-1]

    def looked(self, method: str = "users.info") -> int:
        """Return how often Slack was asked."""
        return len(self.chat.calls(method))


@pytest.fixture
def chat() -> Iterator[Chat]:
    """A stand-in for Slack with the scopes of the bot."""
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
def observations(redis_url: str) -> Iterator[Observations]:
    """A cache in a real Redis, empty."""
    client = store.connect(redis_url)
    yield Observations(client)
    client.close()


@pytest.fixture
def watch() -> Watch:
    """The gate's clock."""
    return Watch()


@pytest.fixture
def new_gate(
    clients: SlackClients, observations: Observations, watch: Watch
) -> Iterator[Callable[[], tuple[Gate, Standings]]]:
    """How to make one more replica's gate."""
    made: list[Standings] = []

    def make() -> tuple[Gate, Standings]:
        made.append(
            Standings(clients.quick, observations, workspace=WORKSPACE, clock=watch, key=b"k" * 32)
        )
        return Gate(made[-1], roster=lambda: ROSTER, workspace=WORKSPACE), made[-1]

    yield make
    for standings in made:
        standings.close()


@pytest.fixture
def porch(
    chat: Chat,
    clients: SlackClients,
    new_gate: Callable[[], tuple[Gate, Standings]],
    watch: Watch,
    observations: Observations,
) -> Iterator[Porch]:
    """The doors, open; a real socket behind them."""
    gate, standings = new_gate()
    built = Porch(
        chat=chat,
        clients=clients,
        gate=gate,
        standings=standings,
        watch=watch,
        observations=observations,
    )
    executor = ContextExecutor(8)
    app = App(client=clients.reading, listener_executor=executor)
    built.doors(app)
    socket = Socket(app, app_token=chat.app_token)
    socket.open()
    chat.wait_for_connections()
    yield built
    socket.close()
    executor.shutdown()
