"""A lead whom Slack takes no message for: somebody has to hear of it."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.board import wanted
from bot.cards.keys import duty_key
from ceremonies.events import Part
from ceremonies.state import MessageRef
from tests.bot.cards.test_plan_card import ENDS_IN, failover, minted
from tests.ceremonies.cast import ROSTER, SAM
from tests.ceremonies.runbooks.world import World

KEY = duty_key("duty", SAM)
CALL = "call:watch:duty:unreached:duty"


def told(world: World) -> str:
    """Return what the channel is told of it; empty: nothing."""
    cards = wanted(world.state, world.terms.rules, ROSTER, command="/dr", now=world.now)
    return cards[CALL].card.text if CALL in cards else ""


def unreached(world: World) -> World:
    """Return the world in which Slack refused the lead's message."""
    world.state = replace(world.state, unposted={KEY: "user_disabled"})
    return world


def test_the_commanders_are_told_why() -> None:
    """Who, of which shift, what Slack said, and what it means for their token."""
    words = told(unreached(minted(failover())))
    assert words.startswith(f"<@{SAM}>")
    assert f"reached <@{SAM}>, who leads it: their Slack account is deactivated" in words
    assert "Nobody can collect its token meanwhile." in words


def test_nothing_is_told_where_there_is_nothing_to_do() -> None:
    """The message is on its way, it got there later, or the token has ended."""
    assert not told(minted(failover()))
    world = unreached(minted(failover()))
    world.state = replace(world.state, messages={KEY: MessageRef(channel="D0SAM", ts="1.1")})
    assert not told(world)
    assert not told(unreached(minted(failover(), ends_in=-ENDS_IN)))


def test_a_token_in_conclaves_hands_waits_for_nobody() -> None:
    """Its lead is not told either; nobody has to collect anything."""
    world = minted(failover(), part=Part.BOT)
    (token,) = world.state.duties.tokens
    duties = replace(world.state.duties, tokens=(replace(token, lead=SAM),))
    world.state = replace(world.state, duties=duties)
    words = told(unreached(world))
    assert words
    assert "collect" not in words
