"""A set that was left without a primary: its last runbook's card has the way out, until it ends."""

from __future__ import annotations

import json

import pytest

from bot.cards import overview
from bot.cards.kit import Card
from bot.cards.runbook import runbook_card
from ceremonies.events import Action, Play, RunbookAborted, StepAccepted, StepDone
from ceremonies.runbook import Runbook
from tests.bot.cards.reading import words
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.world import Truth, World

PAIR = {"a": "primary", "b": "secondary"}
HELD = (":rotating_light:", "The set has no primary:")


def demoted() -> World:
    """Return a world in which `a` is demoted for `b`, which is not promoted."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(Play.PLANNED_FAILOVER, target="b", source="a", secondaries=())
    for step in ("token:b", "demote:a"):
        world.happens(StepDone(runbook=world.state.runbooks[-1].id, step=step, words="seen"))
    return world


def stopped(world: World) -> Runbook:
    """Stop the newest runbook; return it."""
    world.happens(RunbookAborted(runbook=world.state.runbooks[-1].id, by=SAM))
    return world.state.runbooks[-1]


def shown(world: World, r: Runbook) -> Card:
    """Return this runbook's card now."""
    return runbook_card(world.state, r, world.terms.rules, now=world.now)


def offered(card: Card) -> list[tuple[str, dict[str, str]]]:
    """Return the buttons of a card: what stands on them, and what they carry."""
    rows = [block["elements"] for block in card.blocks if block["type"] == "actions"]
    assert all(len(row) == 1 for row in rows), "two buttons of one id in one block"
    return [(one["text"]["text"], json.loads(one["value"])) for row in rows for one in row]


def test_both_ways_out_are_one_click_away() -> None:
    """To the one that was meant, or back: each begins a failover, whose plan comes first."""
    world = demoted()
    card = shown(world, stopped(world))
    labels = [label for label, _ in offered(card)]
    assert labels == ["Promote payments/b", "Promote payments/a back"]
    values = [value for _, value in offered(card)]
    assert [(value["play"], value["cluster"]) for value in values] == [
        (Play.FAILOVER, "b"),
        (Play.FAILOVER, "a"),
    ]
    assert "The set has no primary:" in words(card)
    status = overview.status_card(world.state, world.terms.rules)
    assert all(told in words(status) for told in HELD)
    line = overview.help_card(world.terms.roster, SAM, {"payments": world.state}, command="/dr")
    assert "no primary" in words(line)


def test_a_demotion_that_nobody_saw_done_counts() -> None:
    """Vault took it on: nobody may rely on that primary."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(Play.PLANNED_FAILOVER, target="b", source="a", secondaries=())
    r = world.state.runbooks[-1].id
    world.happens(StepDone(runbook=r, step="token:b", words="seen"))
    world.happens(StepAccepted(runbook=r, step="demote:a", effect=""))
    assert len(offered(shown(world, stopped(world)))) == 2


def test_while_another_runbook_is_open_it_has_the_buttons() -> None:
    """The first card says that it went on elsewhere."""
    world = demoted()
    first = stopped(world)
    world.begins(Play.FAILOVER, target="a", source="b", secondaries=())
    card = shown(world, first)
    assert offered(card) == []
    assert "without a primary; a later runbook went on from there" in words(card)
    assert "The set has no primary" not in words(card)


@pytest.mark.parametrize("promoted", [False, True], ids=["stopped too", "done"])
def test_it_holds_until_one_is_promoted(*, promoted: bool) -> None:
    """A failover that is stopped as well changes nothing: the way out stands again."""
    world = demoted()
    first = stopped(world)
    world.begins(Play.FAILOVER, target="a", source="b", secondaries=())
    if promoted:
        promotion = world.state.runbooks[-1].of(Action.PROMOTE)
        assert promotion is not None
        told = StepDone(runbook=world.state.runbooks[-1].id, step=promotion.id, words="seen")
        world.happens(told)
    stopped(world)
    assert (world.state.without_primary == first) is not promoted
    assert bool(offered(shown(world, first))) is not promoted
