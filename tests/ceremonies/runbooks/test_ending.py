"""How a runbook ends before it is done: with its ceremony, or by a commander."""

from __future__ import annotations

from ceremonies.commands import AbortRunbook, Cancel, ContinueStep, Reason, Refusal
from ceremonies.events import Action, StepAccepted, StepDone
from ceremonies.owed import Work, owed
from ceremonies.runbook import RunbookEnding, StepState
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.test_decide import handing_over, refuses, takes, the
from tests.ceremonies.runbooks.world import CLEAR


def test_untouched_it_ends_with_its_ceremony() -> None:
    """Cancelled before any cluster was touched, nothing is left open."""
    world = handing_over()
    c = world.state.open_ceremonies[0]
    assert not isinstance(world.asks(Cancel(ceremony=c.id, by=SAM)), Refusal)
    assert the(world).ending is RunbookEnding.ABORTED


def test_half_done_it_stays_open() -> None:
    """After the demotion the runbook is open until the set has a primary, whatever ends."""
    world = handing_over()
    world.approves(world.state.open_ceremonies[0])
    world.approves(world.state.open_ceremonies[0])
    r = the(world)
    world.happens(StepAccepted(runbook=r.id, step="demote:a", effect=""))
    c = world.state.open_ceremonies[0]
    assert refuses(world, Cancel(ceremony=c.id, by=SAM)) is Reason.NOT_NOW
    world.happens(StepDone(runbook=r.id, step="demote:a", words="seen"))
    assert not isinstance(world.asks(Cancel(ceremony=c.id, by=SAM)), Refusal)
    assert the(world).is_open
    token = the(world).of(Action.TOKEN, "b")
    assert token is not None
    assert token.state is StepState.REFUSED
    again = ContinueStep(runbook=r.id, step="demote:a", by=SAM, evidence=CLEAR)
    assert refuses(world, again) in (Reason.NOT_NOW, Reason.STALE)


def test_aborting_ends_its_ceremonies() -> None:
    """Stopped by a commander, its ceremony is cancelled and the token's end is owed."""
    world = handing_over()
    takes(world, AbortRunbook(runbook=the(world).id, by=SAM))
    assert the(world).ending is RunbookEnding.ABORTED
    assert world.state.open_ceremonies == ()
    works = [getattr(d, "work", None) for d in owed(world.state, world.terms, now=world.now)]
    assert Work.DELETE_TOKEN in works
