"""The channel card where Vault wants a token: the better way first, the steps, and back again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.cards.board import wanted
from bot.cards.break_glass import SETTING
from bot.cards.channel import channel_card
from bot.cards.kit import Card
from ceremonies.state import SetState
from tests.bot.cards.glasses import NODES, agreed, denied, gathering, left_open
from tests.bot.cards.states import KIM, NOW, ROSTER, RULES, SAM


def card_of(state: SetState) -> Card:
    """Return the channel card of the newest ceremony."""
    return channel_card(state, state.ceremonies[-1], RULES, command="/dr", now=NOW)


def said(card: Card) -> str:
    """Return all that the card shows."""
    return "\n".join(
        str(block["text"]["text"]) for block in card.blocks if isinstance(block.get("text"), dict)
    )


def doors(card: Card) -> list[str]:
    """Return the ids of its buttons."""
    rows = [block["elements"] for block in card.blocks if block["type"] == "actions"]
    return [button["action_id"] for row in rows for button in row]


def told(state: SetState) -> dict[str, str]:
    """Return what the channel is told aloud, by the kind of call."""
    cards = wanted(state, RULES, ROSTER, command="/dr", now=NOW)
    return {key.split(":")[2]: w.card.text for key, w in cards.items() if key.startswith("call:")}


def test_a_token_is_the_better_way() -> None:
    """It is said first; then what is given away, and that another person has to agree."""
    shown = card_of(denied())
    words = said(shown)
    assert words.index("Best: give it one") < words.index("break the glass")
    assert "whoever" in words or "anybody who reaches Vault" in words
    assert f"another person than <@{SAM}>" in words
    assert SETTING not in words, "the steps come after the agreement"
    assert doors(shown) == ["glass.approve", "ceremony.freeze", "ceremony.cancel"]
    assert "Vault wants a token" in shown.text


def test_the_steps() -> None:
    """The setting as it is written, SIGHUP on every node, and which nodes are open."""
    words = said(card_of(agreed()))
    assert f"<@{KIM}> agreed" in words
    assert f"`{SETTING}`" in words
    assert "SIGHUP" in words
    assert "On *every* node" in words
    assert "No node is open yet" in words
    assert "glass.approve" not in doors(card_of(agreed()))
    assert f"Open so far: `{NODES[0]}`" in said(card_of(agreed(nodes=NODES[:1])))


def test_while_it_is_open() -> None:
    """Whoever can reach Vault can disturb the ceremony: that stands on the card."""
    assert "lets attempts be made without a token" in said(card_of(gathering()))
    assert "glass.closed" not in doors(card_of(gathering()))


def test_left_open() -> None:
    """The ended card says how to close it, on which nodes, and takes a commander's word."""
    shown = card_of(left_open())
    words = said(shown)
    assert "*Close payments/b again:*" in words
    assert all(node in words for node in NODES)
    assert "glass.closed" in doors(shown)


def test_a_frozen_ceremony_offers_no_steps() -> None:
    """Frozen is frozen."""
    state = agreed()
    frozen = replace(state.ceremonies[0], frozen_by=KIM, frozen_at=NOW)
    words = said(card_of(replace(state, ceremonies=(frozen,))))
    assert SETTING not in words


@pytest.mark.parametrize(
    ("state", "kind", "who", "words"),
    [
        (denied(), "glass", KIM, "wants a token for the attempt"),
        (agreed(), "glass-steps", SAM, "The card has the steps"),
        (left_open(), "glass-open", SAM, "still lets attempts be made without a token"),
    ],
    ids=["who agrees", "who opens it", "who closes it"],
)
def test_people_are_called(state: SetState, kind: str, who: str, words: str) -> None:
    """Slack notifies nobody of a card that changed."""
    calls = told(state)
    assert words in calls[kind]
    assert f"<@{who}>" in calls[kind]


def test_each_reminder_is_a_call_of_its_own() -> None:
    """It is posted anew, so that it notifies."""
    one, two = (
        wanted(left_open(reminders=n), RULES, ROSTER, command="/dr", now=NOW) for n in (1, 2)
    )
    assert {k for k in one if "glass-open" in k} != {k for k in two if "glass-open" in k}


def test_no_secret_could_stand_in_a_button() -> None:
    """Set and ceremony, no more."""
    for state in (denied(), left_open()):
        rows = [b["elements"] for b in card_of(state).blocks if b["type"] == "actions"]
        values = [json.loads(b["value"]) for row in rows for b in row if "glass" in b["action_id"]]
        assert [set(value) for value in values] == [{"set", "ceremony"}]
