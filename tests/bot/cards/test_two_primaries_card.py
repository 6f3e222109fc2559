"""The alarm of two primaries: the way out is one click, and the button goes when it is over."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.cards.board import wanted
from bot.cards.kit import Card
from ceremonies.events import Play, SecondPrimaryGone, SecondPrimarySeen
from ceremonies.fold import fold
from ceremonies.state import MessageRef, SetState
from tests.bot.cards.states import NOW, ROSTER, RULES, SAM, T0
from tests.ceremonies.runbooks.world import Truth, World

BOTH = {"a": "primary", "b": "primary"}
SEEN = SecondPrimarySeen(
    cluster="a",
    nodes=("https://vault-a1.example:8200",),
    primary="b",
    says=("b: last WAL 9000", "a: last WAL 17"),
)
KEY = f"alarm:two-primaries:{T0}"
POSTED = {KEY: MessageRef(channel=RULES.incident_channel, ts="1.1")}
REST = SetState(name="payments")
TWO = replace(REST, second_primary=SEEN, second_primary_at=T0, messages=POSTED)


NEITHER = replace(TWO, second_primary=replace(SEEN, known=False))


def shown(state: SetState) -> dict[str, Card]:
    """Return the alarms that this state wants to stand in the channel."""
    cards = wanted(state, RULES, ROSTER, command="/dr", now=NOW)
    return {key: w.card for key, w in cards.items() if key.startswith("alarm:")}


def buttons(card: Card) -> list[dict[str, Any]]:
    """Return its buttons."""
    rows = [block for block in card.blocks if block["type"] == "actions"]
    return [element for row in rows for element in row["elements"]]


def ended(state: SetState) -> SetState:
    """Return the state a minute later, when the old primary was demoted."""
    gone = SecondPrimaryGone(cluster="a", words="a answers as secondary now.")
    return fold(state, n=9, head="ab" * 32, at=T0 + 60_000, cause=None, events=(gone,))


def test_rejoin_is_one_click_away() -> None:
    """Commanders are called, told what to keep off, and the button names set and cluster."""
    ((key, card),) = shown(TWO).items()
    assert key == KEY
    assert card.text.startswith(f"<@{SAM}>: ")
    (pressed,) = buttons(card)
    assert pressed["action_id"] == "runbook.rejoin"
    assert json.loads(pressed["value"]) == {"set": "payments", "cluster": "a"}
    assert pressed["text"]["text"] == "Rejoin payments/a"
    assert "Keep clients off payments/a now" in card.text
    assert "• b: last WAL 9000\n• a: last WAL 17\n" in card.text, "the log may have missed a hand"


@pytest.mark.parametrize("play", [Play.REJOIN, Play.RETIRE])
def test_the_button_goes_when_a_runbook_mends_it(play: Play) -> None:
    """Nobody begins a second one; the alarm leads to the first."""
    world = World(truth=Truth(role=dict(BOTH)))
    world.begins(play, target="a", source="b", secondaries=())
    card = shown(replace(TWO, runbooks=world.state.runbooks))[KEY]
    assert buttons(card) == []
    assert f"The runbook *{play}* is open" in card.text


def test_another_runbook_has_to_be_over_first() -> None:
    """The failover that is still open is named, before somebody clicks in vain."""
    world = World(truth=Truth(role=dict(BOTH)))
    world.begins(Play.FAILOVER, target="b", source="a", secondaries=())
    card = shown(replace(TWO, runbooks=world.state.runbooks))[KEY]
    assert len(buttons(card)) == 1
    assert "The runbook *failover* of payments/b is open: finish or stop it first." in card.text


def test_the_button_goes_when_it_is_over() -> None:
    """The same message says that it is over, and for how long it lasted."""
    card = shown(ended(TWO))[KEY]
    assert buttons(card) == []
    for words in ("One primary again", "a answers as secondary now.", "for 1 min 0 s"):
        assert words in card.text


def test_the_end_of_what_was_never_posted_is_not_told() -> None:
    """An alarm that stands nowhere needs no end."""
    assert shown(ended(replace(TWO, messages={}))) == {}


def test_the_next_time_is_another_message() -> None:
    """It calls anew, and the old message stays as it ended."""
    again = replace(ended(TWO), second_primary=SEEN, second_primary_at=T0 + 90_000)
    cards = shown(again)
    assert [len(buttons(card)) for card in cards.values()] == [0, 1]
    assert list(cards) == [KEY, f"alarm:two-primaries:{T0 + 90_000}"]


def test_one_that_was_never_seen_cannot_go() -> None:
    """A fact is never refused, and changes nothing."""
    assert shown(ended(REST)) == {}


def test_where_neither_is_known_people_choose() -> None:
    """Both are named, with what speaks for each; each button names the one that gives way."""
    card = shown(NEITHER)[KEY]
    assert "payments/b and payments/a both answer as primary" in card.text
    for words in ("does not know which one is right", "b: last WAL 9000", "a: last WAL 17"):
        assert words in card.text
    assert "Keep clients off payments/" not in card.text, "neither is blamed"
    gives_way = [json.loads(pressed["value"])["cluster"] for pressed in buttons(card)]
    assert gives_way == ["b", "a"]
    rows = [block for block in card.blocks if block["type"] == "actions"]
    assert [len(row["elements"]) for row in rows] == [1, 1], "two buttons of one id"


@pytest.mark.parametrize("target", ["a", "b"])
def test_whichever_they_chose_mends_it(target: str) -> None:
    """The buttons go: the runbook is open."""
    world = World(truth=Truth(role=dict(BOTH)))
    source = "a" if target == "b" else "b"
    world.begins(Play.REJOIN, target=target, source=source, secondaries=())
    card = shown(replace(NEITHER, runbooks=world.state.runbooks))[KEY]
    assert buttons(card) == []
    assert "The runbook *rejoin* is open" in card.text
