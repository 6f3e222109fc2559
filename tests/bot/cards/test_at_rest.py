"""Cards while nothing happens: they change at most once a minute, whatever they show."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.cards.board import wanted
from ceremonies.events import ActivationIssued, Play, StepAccepted, StepDone
from tests.bot.cards.test_plan_card import COLLECTED, minted
from tests.bot.cards.test_runbook_card import BOTH, PAIR, begun, the
from tests.ceremonies.cast import ROSTER
from tests.ceremonies.runbooks.world import World

MINUTES = 5


def fresh() -> World:
    """Return a planned failover of which nothing is done."""
    return begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")


def under_way() -> World:
    """Return one whose demotion Vault has taken on."""
    world = fresh()
    world.happens(StepDone(runbook=the(world).id, step="token:b", words="held"))
    world.happens(StepAccepted(runbook=the(world).id, step="demote:a", effect="e"))
    return world


def without_primary() -> World:
    """Return one whose demotion is done."""
    world = under_way()
    world.happens(StepDone(runbook=the(world).id, step="demote:a", words="seen"))
    return world


def on_duty() -> World:
    """Return one for which a token on duty lies ready."""
    return minted(fresh(), COLLECTED)


def joining() -> World:
    """Return a rejoin with an activation token, of which the end is shown."""
    world = begun(Play.REJOIN, BOTH, target="a", source="b")
    who = the(world).id
    for step in ("snapshot:a", "demote:a", "token:a"):
        world.happens(StepDone(runbook=who, step=step, words="seen"))
    issued = ActivationIssued(
        runbook=who,
        step="update-primary:a",
        effect="e",
        secondary_id="a-1",
        until=world.now + 1_800_000,
        primary="b",
        primary_address="https://vault-b.example:8200",
    )
    world.happens(issued)
    return world


@pytest.mark.parametrize("world", [fresh, under_way, without_primary, on_duty, joining])
def test_no_card_is_drawn_twice_a_minute(world: Callable[[], World]) -> None:
    """Slack takes some fifty changes a minute for everything: time alone may use one for each."""
    stands = world()
    drawn: dict[str, list[int]] = {}
    before: dict[str, str] = {}
    for second in range(MINUTES * 60):
        now = stands.now + second * 1000
        cards = wanted(stands.state, stands.terms.rules, ROSTER, command="/dr", now=now)
        for key, each in cards.items():
            looks = repr((each.card.text, each.card.blocks))
            if key in before and before[key] != looks:
                drawn.setdefault(key, []).append(second)
            before[key] = looks
    assert before
    assert all(len(seconds) <= MINUTES for seconds in drawn.values()), drawn
