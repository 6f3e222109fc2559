"""Which ids the primary has to forget: those of activation tokens that nobody used, no others."""

from __future__ import annotations

from ceremonies.commands import AbortRunbook, Cancel, Reason, Refusal, SkipStep
from ceremonies.events import (
    Intended,
    Kind,
    Play,
    StepAccepted,
    StepDone,
)
from ceremonies.owed import StepDebt, owed
from ceremonies.runbook import Runbook, StepState
from ceremonies.steps import Do
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.record import INTENT
from tests.ceremonies.runbooks.world import Truth, World

THREE = {"a": "dead", "b": "secondary", "c": "secondary"}
STEP = "update-primary:c"
HALF_AN_HOUR = 1_800_000


def with_token() -> World:
    """Return a world in which `c` is to follow `b`, and its activation token was just made."""
    world = World(truth=Truth(role=dict(THREE)))
    world.begins(Play.FAILOVER, target="b", source="a", secondaries=("b", "c"))
    while not made(world):
        assert world.turn() or world.people()
    return world


def the(world: World) -> Runbook:
    """Return the runbook that began first."""
    return world.state.runbooks[0]


def made(world: World) -> str:
    """Return the id of the activation token that is held; empty: none is."""
    step = the(world).step(STEP)
    return step.activation.secondary_id if step and step.activation else ""


def ordered(world: World) -> Intended:
    """Let a replica say that it sends the order, and die."""
    return world.intends(Kind.UPDATE_PRIMARY, "c", runbook=the(world).id, step=STEP)


def revoked(world: World) -> list[str]:
    """Return the ids that the primary is to forget."""
    due = owed(world.state, world.terms, now=world.now)
    return [one.name for one in due if isinstance(one, StepDebt) and one.do is Do.REVOKE]


def test_of_a_step_that_was_done_before_it_was_ordered() -> None:
    """The cluster followed already: nobody used the token."""
    world = with_token()
    name = made(world)
    world.happens(StepDone(runbook=the(world).id, step=STEP, words="seen"))
    assert revoked(world) == [name]


def test_not_of_a_step_that_vault_took_on() -> None:
    """By that id the cluster follows."""
    world = with_token()
    effect = ordered(world).effect
    world.happens(StepAccepted(runbook=the(world).id, step=STEP, effect=effect))
    world.happens(StepDone(runbook=the(world).id, step=STEP, words="seen"))
    assert revoked(world) == []


def test_not_of_a_step_that_was_left_out_and_taken_on_after_all() -> None:
    """Its order had no answer; when the cluster is back, it follows by that id."""
    world = with_token()
    effect = ordered(world).effect
    world.now += INTENT
    wish = SkipStep(runbook=the(world).id, step=STEP, by=SAM)
    assert not isinstance(world.asks(wish), Refusal)
    assert revoked(world) == [], "nobody knows yet whether it was used"
    world.happens(StepAccepted(runbook=the(world).id, step=STEP, effect=effect, seen=True))
    step = the(world).step(STEP)
    assert step is not None
    assert step.state is StepState.SKIPPED
    assert revoked(world) == []


def test_no_other_token_is_made_while_an_order_has_no_answer() -> None:
    """The cluster may be joining by the one that it has: by another it would lose its primary."""
    world = with_token()
    ordered(world)
    world.now += HALF_AN_HOUR
    due = owed(world.state, world.terms, now=world.now)
    wanted = [one for one in due if isinstance(one, StepDebt) and one.step == STEP]
    assert wanted == []


def test_a_ceremony_is_not_called_off_while_its_token_is_on_its_way() -> None:
    """Its runbook would call for another token, for what this one has perhaps done already."""
    world = with_token()
    effect = ordered(world).effect
    (c,) = world.state.open_ceremonies
    wish = Cancel(ceremony=c.id, by=SAM)
    answer = world.asks(wish)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.NOT_NOW
    assert "stop the runbook" in answer.words
    world.happens(StepAccepted(runbook=the(world).id, step=STEP, effect=effect))
    assert isinstance(world.asks(wish), Refusal)
    stop = AbortRunbook(runbook=the(world).id, by=SAM)
    assert not isinstance(world.asks(stop), Refusal)
    assert not world.state.open_ceremonies


def test_a_runbook_that_owes_something_is_remembered() -> None:
    """However many follow it: its id is revoked once the primary is back."""
    world = with_token()
    name, first = made(world), the(world).id
    for _ in range(4):
        open_now = world.state.runbook
        assert open_now is not None
        stop = AbortRunbook(runbook=open_now.id, by=SAM)
        assert not isinstance(world.asks(stop), Refusal)
        world.begins(Play.REPOINT, target="c", source="b", secondaries=())
    assert [r.id == first for r in world.state.runbooks] == [True, False, False]
    assert revoked(world) == [name]
    while revoked(world):
        assert world.turn()
    assert name not in world.truth.ids
