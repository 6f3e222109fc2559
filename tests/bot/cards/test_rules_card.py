"""What the card says when rules were changed while its ceremony was running."""

from __future__ import annotations

from bot.cards.channel import channel_card
from ceremonies.ceremony import Ceremony, Ending
from tests.bot.cards import states
from tests.bot.cards.reading import words
from tests.bot.cards.states import NOW, RULES, T0

SAYS = "*The rules for approvals or times were configured anew*"


def said(c: Ceremony) -> str:
    """Return what the channel card says."""
    return words(channel_card(states.state(c), c, RULES, command="/dr", now=NOW))


def test_changed_rules_are_told_while_it_goes_on() -> None:
    """With the way to stop it; afterwards the log has it."""
    changed = states.collecting(rules_changed_at=T0)
    assert SAYS in said(changed)
    assert "freeze it" in said(changed)
    assert SAYS not in said(states.collecting())
    assert SAYS not in said(states.ended(Ending.CANCELLED, changed))
