"""What people agreed to is made void by the gate: told aloud, since nobody clicked."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.board import wanted
from bot.cards.channel import channel_card
from ceremonies.ceremony import Ceremony
from ceremonies.commands import ContinueStep, Refusal
from ceremonies.events import Play, PromotionBlocked, StepDone
from ceremonies.evidence import LEFT_BEHIND, Check, Evidence, Finding, Level
from tests.bot.cards.reading import words
from tests.bot.cards.test_runbook_card import PAIR, begun, the
from tests.ceremonies.cast import ROSTER, SAM
from tests.ceremonies.runbooks.world import CLEAR, World

LOST = Finding(
    check=Check.LOSS,
    level=Level.WARN,
    words="Something was written last of all. It is on a alone.",
    cause=LEFT_BEHIND,
)
SEEN = replace(CLEAR, target="b", findings=(LOST,))
BLOCKED = replace(CLEAR, target="b", findings=(replace(LOST, level=Level.BLOCK, cause="behind"),))


def asked_for() -> World:
    """Return a planned failover whose promotion Sam has asked for."""
    world = begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")
    wish = ContinueStep(runbook=the(world).id, step="token:b", by=SAM, evidence=CLEAR)
    assert not isinstance(world.asks(wish), Refusal)
    while world.turn():
        pass
    assert world.approves(promotion(world))
    return world


def promotion(world: World) -> Ceremony:
    """Return the ceremony of the promotion."""
    (c,) = world.state.open_ceremonies
    return c


def voided(world: World, seen: Evidence) -> None:
    """The gate, asked once more, says no."""
    world.happens(PromotionBlocked(ceremony=promotion(world).id, evidence=seen))


def called(world: World) -> dict[str, str]:
    """Return what the channel is told aloud of it, by key."""
    cards = wanted(world.state, world.terms.rules, ROSTER, command="/dr", now=world.now)
    start = f"call:{promotion(world).id}:void:"
    return {key: each.card.text for key, each in cards.items() if key.startswith(start)}


def test_commanders_are_called_once_for_each_time() -> None:
    """Slack notifies nobody of a card that has changed; the next request ends it."""
    world = asked_for()
    assert not called(world)
    voided(world, BLOCKED)
    (told,) = called(world).values()
    assert "what was agreed to is void: the gate blocks it now. The card above" in told
    assert f"<@{SAM}>" in told
    first = called(world)
    world.now += 60_000
    assert called(world) == first
    assert world.approves(promotion(world))
    assert not called(world)
    voided(world, BLOCKED)
    assert first.keys().isdisjoint(called(world)), "another time, another message"


def test_a_refused_request_calls_nobody() -> None:
    """Whoever asks while the gate blocks has the answer; nothing was agreed to."""
    world = asked_for()
    voided(world, BLOCKED)
    before = called(world).keys()
    world.now += 60_000
    voided(world, SEEN)
    assert called(world).keys() == before


def test_without_a_primary_it_is_said() -> None:
    """Then every minute counts, and what the demoted one has alone stands on the card."""
    world = asked_for()
    world.happens(StepDone(runbook=the(world).id, step="demote:a", words="seen"))
    voided(world, SEEN)
    (told,) = called(world).values()
    assert "is void: what the nodes say got worse. *payments has no primary meanwhile.*" in told
    c = promotion(world)
    card = channel_card(world.state, c, world.terms.rules, command="/dr", now=world.now)
    assert "Something was written last of all. It is on a alone." in words(card)
