"""Where the cards of a ceremony stand, once they do."""

from __future__ import annotations

from ceremonies.state import MessageRef
from lab.people import Person
from lab.process import wait_until
from tests.bot.cards.states import CEREMONY
from tests.bot.scripted import ScriptedConductor

Cast = dict[str, Person]
CHANNEL = f"channel:{CEREMONY}"


def direct(holder: str, number: int = 1) -> str:
    """Return the key of a holder's message."""
    return f"dm:{CEREMONY}:{holder}:{number}"


def posted(conductor: ScriptedConductor, *keys: str, seconds: float = 10) -> dict[str, MessageRef]:
    """Return where all these cards stand, once they do."""
    wait_until(
        lambda: set(keys) <= set(conductor.states["payments"].messages),
        seconds=seconds,
        what=f"posted: {keys}; there are {list(conductor.states['payments'].messages)}",
    )
    return dict(conductor.states["payments"].messages)
