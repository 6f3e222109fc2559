"""Runbooks at the points of their course at which people press something, shown in the channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.cards.kit import Card, actions, card
from bot.cards.runbook import BACK_MS, runbook_card
from bot.cards.two_primaries import about_two_primaries
from ceremonies.commands import RequestStep, SkipStep
from ceremonies.events import Play, SecondPrimarySeen, StepDone
from ceremonies.runbook import Runbook
from ceremonies.state import MessageRef, SetState
from lab.chat import Chat
from lab.people import Person
from lab.sights import Seen
from tests.bot.cards.glasses import one_door
from tests.bot.cards.states import SAM, T0
from tests.bot.conftest import INCIDENT, Bot
from tests.bot.scripted import ScriptedConductor
from tests.ceremonies.runbooks.world import CLEAR, Truth, World

Cast = dict[str, Person]
PAIR = {"a": "primary", "b": "secondary"}
BOTH = {"a": "primary", "b": "primary"}
LINK = MessageRef(channel=INCIDENT, ts="1780000000.000100")


def becomes_a_guest(chat: Chat, user: str) -> None:
    """Let an account be a guest's."""
    chat.workspace.change_user(user, is_restricted=True)


def stays(_chat: Chat, _user: str) -> None:
    """Let an account be as it is."""


Becomes = Callable[[Chat, str], None]
OUTSIDERS: dict[str, tuple[str, Becomes, str]] = {
    "a stranger": ("Mallory", stays, "roster"),
    "a guest": ("Kim", becomes_a_guest, "Guests"),
    "a holder": ("Ada", stays, "This is for"),
}


def began(play: Play, role: dict[str, str], *, target: str, source: str) -> World:
    """Return a world in which this runbook has begun."""
    world = World(truth=Truth(role=dict(role)))
    world.begins(play, target=target, source=source, secondaries=())
    return world


def the(world: World) -> Runbook:
    """Return the newest runbook."""
    return world.state.runbooks[-1]


def fresh() -> World:
    """Return a planned failover that nobody has gone on with."""
    return began(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")


def rejoining() -> World:
    """Return a rejoin that waits for its snapshot, or for somebody who declines it."""
    return began(Play.REJOIN, BOTH, target="a", source="b")


def to_be_asked() -> World:
    """Return a rejoin whose demotion is to be asked for."""
    world = rejoining()
    world.asks(SkipStep(runbook=the(world).id, step="snapshot:a", by=SAM))
    return world


def asked_for() -> World:
    """Return a rejoin whose demotion Sam has asked for."""
    world = to_be_asked()
    wish = RequestStep(
        runbook=the(world).id, step="demote:a", by=SAM, reason="it is back", evidence=CLEAR
    )
    world.asks(wish)
    return world


def by_people() -> World:
    """Return a failover whose clients are to be pointed anew."""
    world = began(Play.FAILOVER, PAIR, target="b", source="a")
    for step in ("token:b", "promote:b", "canary:b"):
        world.happens(StepDone(runbook=the(world).id, step=step, words="seen"))
    return world


def without_primary() -> World:
    """Return a planned failover whose set has had no primary for two minutes."""
    world = fresh()
    for step in ("token:b", "demote:a"):
        world.happens(StepDone(runbook=the(world).id, step=step, words="seen"))
    world.now += BACK_MS
    return world


def two_primaries(world: World | None = None) -> SetState:
    """Return a set whose old primary is back."""
    seen = SecondPrimarySeen(cluster="a", nodes=("https://a1.example",), primary="b")
    state = world.state if world else SetState(name="payments")
    return replace(state, second_primary=seen, second_primary_at=T0)


class Board:
    """Shows cards in the channel."""

    def __init__(self, bot: Bot, conductor: ScriptedConductor, cast: Cast) -> None:
        self._bot, self._conductor, self._cast = bot, conductor, cast

    def shows(self, world: World) -> Seen:
        """Let this be the set's state, and its runbook's card stand in the channel."""
        self._conductor.states["payments"] = world.state
        shown = runbook_card(world.state, the(world), world.terms.rules, now=world.now)
        return self._posts(shown)

    def alarms(self, state: SetState) -> Seen:
        """Let two clusters be primary, and the alarm stand in the channel."""
        self._conductor.states["payments"] = state
        ((_, shown),) = about_two_primaries(state, "Sam")
        return self._posts(shown)

    def offers(self, state: SetState) -> Seen:
        """Let a cluster want a token or be open, and the one button for it stand there."""
        self._conductor.states["payments"] = state
        return self._posts(card("Break glass", [actions([one_door(state)])]))

    def _posts(self, shown: Card) -> Seen:
        self._bot.posts(shown)
        return self._cast["Sam"].waits_for(channel=INCIDENT)
