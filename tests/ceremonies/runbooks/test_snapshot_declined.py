"""Whoever declines a snapshot does not wait for it: its replica may be dead, and it lasts."""

from __future__ import annotations

import json

import pytest

from bot.cards.runbook import runbook_card
from ceremonies.commands import AbortRunbook, ContinueStep, SkipStep
from ceremonies.events import Intended, Kind, Play, StepDone
from ceremonies.runbook import RunbookEnding, StepState
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.test_decide import BOTH, takes, the
from tests.ceremonies.runbooks.world import CLEAR, Truth, World


@pytest.fixture
def world() -> World:
    """A snapshot of the old primary `a` was intended, and nobody says what came of it."""
    world = World(truth=Truth(role=dict(BOTH)))
    world.begins(Play.REJOIN, target="a", source="b", secondaries=())
    r = the(world)
    takes(world, ContinueStep(runbook=r.id, step="snapshot:a", by=SAM, evidence=CLEAR))
    intent = Intended(
        effect="e",
        kind=Kind.SNAPSHOT,
        lane="a",
        replica="r",
        until=world.now + 630_000,
        runbook=r.id,
        step="snapshot:a",
    )
    world.happens(intent)
    return world


def test_the_card_offers_to_leave_it_out(world: World) -> None:
    """While the snapshot is under way."""
    card = runbook_card(world.state, the(world), world.terms.rules, now=world.now)
    assert "runbook.skip" in json.dumps(card.blocks)


def test_left_out(world: World) -> None:
    """The cluster is free at once: the next step does not wait until the intent runs out."""
    takes(world, SkipStep(runbook=the(world).id, step="snapshot:a", by=SAM))
    assert world.state.intents == {}
    current = the(world).current
    assert current is not None
    assert current.id == "demote:a"


def test_stopped(world: World) -> None:
    """A runbook that is stopped leaves nothing behind that holds up the next one."""
    takes(world, AbortRunbook(runbook=the(world).id, by=SAM))
    assert the(world).ending is RunbookEnding.ABORTED
    assert world.state.intents == {}


def test_taken_all_the_same(world: World) -> None:
    """A snapshot that is done while nobody declines it is done."""
    world.happens(StepDone(runbook=the(world).id, step="snapshot:a", effect="e", words="1 MB"))
    step = the(world).step("snapshot:a")
    assert step is not None
    assert step.state is StepState.DONE
    assert world.state.intents == {}
