"""Tokens on duty at the points at which people press something."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk.models.blocks import ButtonElement

from bot.cards.kill import kill_card
from bot.cards.kit import Card, Json, button
from ceremonies.commands.duty import AskKill
from ceremonies.state import SetState
from lab.people import Person
from lab.sights import Seen
from tests.bot.cards.duties import day, message, newest
from tests.bot.cards.reading import buttons, value
from tests.bot.conftest import INCIDENT, Bot
from tests.bot.scripted import ScriptedConductor
from tests.ceremonies.cast import KIM
from tests.ceremonies.duty.watchroom import DAY, Room

Cast = dict[str, Person]


def waiting() -> Room:
    """Return a room whose lead, Kim, has a token to collect."""
    return day(replace(DAY, lead=KIM))


def collected() -> Room:
    """Return a room whose lead has collected it."""
    room = waiting()
    room.collects(newest(room))
    return room


def kill_asked() -> Room:
    """Return a room in which Kim asks to put the token out of force."""
    room = collected()
    assert room.asks(AskKill(by=KIM, reason="laptop stolen"))
    return room


def shown(action: str) -> tuple[SetState, Card]:
    """Return the state and the card that has this button."""
    room = {"shift.collect": waiting, "shift.disown": collected}.get(action, kill_asked)()
    kill = room.duties.kill
    card = kill_card(room.desk.state, kill) if kill else message(room)
    return room.desk.state, card


def carried(action: str) -> Json:
    """Return what the button of this card carries."""
    return value(buttons(shown(action)[1])[action])


def shift_button(action: str) -> ButtonElement:
    """Return this button as its card has it, without the dialog."""
    return button(action, "Press", carried(action))


class Shift:
    """Shows what people press: the lead's message to Kim, the request in the channel."""

    def __init__(self, bot: Bot, conductor: ScriptedConductor, cast: Cast) -> None:
        self._bot, self._conductor, self._cast = bot, conductor, cast

    def shows(self, action: str) -> tuple[Person, Seen]:
        """Let the card with this button stand; return who presses it, and what they see."""
        state, card = shown(action)
        self._conductor.states["payments"] = state
        if action.startswith("kill"):
            self._bot.posts(card)
            return self._cast["Sam"], self._cast["Sam"].waits_for(channel=INCIDENT, button=action)
        kim = self._cast["Kim"]
        self._bot.posts(card, kim.id)
        return kim, kim.waits_for("Your shift day", direct=True, button=action)
