"""What the card says when the nodes' answers got worse and nothing blocks."""

from __future__ import annotations

from bot.cards.channel import channel_card
from tests.bot.cards import states
from tests.bot.cards.reading import buttons, words
from tests.bot.cards.states import EVIDENCE, NOW, RULES


def test_it_names_the_silent_node_and_the_way_on() -> None:
    """The promotion can be asked for anew, over what is seen now."""
    c = states.token_held(blocked=EVIDENCE)
    drawn = channel_card(states.state(c), c, RULES, command="/dr", now=NOW)
    said = words(drawn)
    assert "*The nodes' answers got worse after the promotion was asked for,*" in said
    assert "them: Not reachable from here: a https://vault-a1.example:8200. If it is" in said
    assert "The gate blocked" not in said
    assert "promotion.open" in buttons(drawn)
