"""The primary was demoted, and the other cluster does not become primary: the way back, by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.ceremony import Ending, Phase
from ceremonies.commands import Reason, Refusal, StartRunbook
from ceremonies.decide.going_back import GoBack, go_back
from ceremonies.events import (
    Event,
    Kind,
    Play,
    Promoted,
    PromotionAccepted,
    RunbookAborted,
    RunbookStarted,
)
from ceremonies.plans import plan
from ceremonies.runbook import Runbook, StepState
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.world import CLEAR, Truth, World

AFTER_MS = 120_000
PAIR = {"a": "primary", "b": "secondary"}


def begun(play: Play = Play.PLANNED_FAILOVER) -> World:
    """Return a world in which a runbook begins."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(play, target="b", source="a", secondaries=())
    return world


def demoted() -> World:
    """Return a world in which `a` was demoted after all that has to come before; nothing else."""
    world = begun()
    while not the(world).without_primary_since:
        assert world.turn() or world.people()
    return world


def the(world: World) -> Runbook:
    """Return the runbook that began first."""
    return world.state.runbooks[0]


def wish(world: World) -> GoBack:
    """Return Sam's wish to go back."""
    steps = plan(Play.FAILOVER, world.terms.rules, target="a", source="", secondaries=("b",))
    start = StartRunbook(
        by=SAM,
        play=Play.FAILOVER,
        target="a",
        source="",
        reason="b is not primary",
        steps=steps,
        evidence=replace(CLEAR, target="a"),
    )
    return GoBack(runbook=the(world).id, by=SAM, plan=start, after_ms=AFTER_MS)


def asked(world: World) -> list[Event] | Refusal:
    """Return what Sam's wish comes to."""
    return go_back(world.state, wish(world), now=world.now, fresh=world.fresh())


def refused(world: World) -> Refusal:
    """Return why Sam's wish is refused."""
    answer = asked(world)
    assert isinstance(answer, Refusal), answer
    return answer


def goes(world: World) -> None:
    """Let Sam go back."""
    answer = asked(world)
    assert not isinstance(answer, Refusal), answer
    world.happens(*answer)


def test_the_whole_way_back() -> None:
    """One entry ends the first runbook with its ceremony, and begins a failover to `a`."""
    world = demoted()
    world.now += AFTER_MS
    goes(world)
    events = world.log[-1][1]
    kinds = [type(event) for event in events]
    assert kinds[-2:] == [RunbookAborted, RunbookStarted]
    first, second = world.state.runbooks
    assert (first.is_open, second.is_open) == (False, True)
    assert (second.play, second.target) == (Play.FAILOVER, "a")
    assert [c.ending for c in world.state.ceremonies] == [Ending.CANCELLED]

    world.goes_on()

    assert world.truth.role == PAIR
    assert world.truth.follows["b"] == "a"
    assert not world.always_two


def test_not_before_two_minutes() -> None:
    """The promotion follows the demotion within seconds; the refusal says how long to wait."""
    world = demoted()
    told = refused(world)
    assert told.reason is Reason.NOT_NOW
    assert "going back is possible in 120 s" in told.words
    world.now += AFTER_MS - 1
    assert refused(world).reason is Reason.NOT_NOW


@pytest.mark.parametrize("play", [Play.PLANNED_FAILOVER, Play.FAILOVER])
def test_only_where_something_was_demoted(play: Play) -> None:
    """Before the demotion there is nothing to go back to: a runbook is stopped instead."""
    world = begun(play)
    world.now += AFTER_MS
    assert refused(world).reason is Reason.NOT_NOW


def test_an_order_that_nobody_heard_of_holds_nobody_up() -> None:
    """The target died with the promotion; its intent stays open and is answered for later."""
    world = demoted()
    c = world.state.open_ceremonies[0]
    intent = world.intends(Kind.PROMOTE, "b", ceremony=c.id)
    world.now += AFTER_MS
    goes(world)
    assert world.state.intents["b"] == intent

    late = PromotionAccepted(ceremony=c.id, effect=intent.effect, seen=True)
    world.happens(late)
    again = world.state.find(c.id)
    assert again is not None
    assert again.phase is Phase.PROMOTING, "a fact is never refused: the gates see it"


def test_a_promotion_that_vault_took_on_and_never_finished() -> None:
    """It ends with its runbook, and nobody is told that it worked."""
    world = demoted()
    c = world.state.open_ceremonies[0]
    world.happens(PromotionAccepted(ceremony=c.id, effect=""))
    world.now += AFTER_MS
    goes(world)
    ended = world.state.find(c.id)
    assert ended is not None
    assert (ended.phase, ended.ending) == (Phase.ENDED, Ending.CANCELLED)
    promotion = the(world).step("promote:b")
    assert promotion is not None
    assert promotion.state is not StepState.DONE


def test_what_asks_vault_for_a_step_is_waited_for() -> None:
    """An order that may be on its way comes first; after its time nothing is sent any more."""
    world = demoted()
    world.now += AFTER_MS
    intent = world.intends(Kind.ACTIVATE, "b", runbook=the(world).id, step="update-primary:a")
    assert refused(world).reason is Reason.BUSY
    world.now = intent.until
    goes(world)


def test_when_the_target_is_primary_nobody_goes_back() -> None:
    """Then the way is a failback."""
    world = demoted()
    c = world.state.open_ceremonies[0]
    world.happens(Promoted(ceremony=c.id, evidence=CLEAR))
    world.now += AFTER_MS
    assert refused(world).reason is Reason.NOT_NOW


def test_a_runbook_that_is_over_is_not_stopped_again() -> None:
    """A click on an old card begins nothing."""
    world = demoted()
    world.now += AFTER_MS
    goes(world)
    assert refused(world).reason is Reason.NO_RUNBOOK
