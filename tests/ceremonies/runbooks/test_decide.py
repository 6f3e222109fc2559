"""Who may do what to a runbook, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.commands import (
    AbortRunbook,
    ApproveStep,
    Command,
    ContinueStep,
    FinishStep,
    Freeze,
    Reason,
    Refusal,
    RejectStep,
    RequestStep,
    RunbookCommand,
    SkipStep,
    Start,
    StartRunbook,
)
from ceremonies.events import (
    Intended,
    Kind,
    PlannedStep,
    Play,
    Purpose,
)
from ceremonies.owed import StepDebt, Work, owed
from ceremonies.plans import plan
from ceremonies.runbook import Runbook
from ceremonies.steps import Do
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.runbooks.world import CLEAR, Truth, World

BOTH = {"a": "primary", "b": "primary"}
PAIR = {"a": "primary", "b": "secondary"}


def rejoining() -> World:
    """The old primary `a` is back while `b` is primary: its snapshot is declined already."""
    world = World(truth=Truth(role=dict(BOTH)))
    world.begins(Play.REJOIN, target="a", source="b", secondaries=())
    takes(world, SkipStep(runbook=the(world).id, step="snapshot:a", by=SAM))
    return world


def handing_over() -> World:
    """A planned failover to `b` whose token is held."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(Play.PLANNED_FAILOVER, target="b", source="a", secondaries=())
    takes(world, ContinueStep(runbook=the(world).id, step="token:b", by=SAM, evidence=CLEAR))
    world.turn()
    return world


def the(world: World) -> Runbook:
    """Return the newest runbook."""
    return world.state.runbooks[-1]


def takes(world: World, wish: RunbookCommand) -> None:
    """The wish is done."""
    answer = world.asks(wish)
    assert not isinstance(answer, Refusal), answer


def refuses(world: World, wish: Command | RunbookCommand) -> Reason:
    """Return why the wish is refused; nothing changes."""
    before = world.state
    answer = world.asks(wish)
    assert isinstance(answer, Refusal), answer
    assert answer.words.endswith((".", "?"))
    assert world.state == before
    return answer.reason


def asked(world: World, *, by: str = SAM) -> RequestStep:
    """Return the wish to demote `a`."""
    evidence = replace(CLEAR, target="a")
    return RequestStep(
        runbook=the(world).id, step="demote:a", by=by, reason="it is back", evidence=evidence
    )


def orders(world: World) -> list[str]:
    """Return the steps whose orders are owed now."""
    due = owed(world.state, world.terms, now=world.now)
    return [d.step for d in due if isinstance(d, StepDebt) and d.do is Do.ORDER]


def test_one_runbook_at_a_time() -> None:
    """A second one is refused and told which is open."""
    world = rejoining()
    steps = plan(Play.REPOINT, world.terms.rules, target="b", source="a")
    wish = Start(
        by=SAM,
        cluster="b",
        purpose=Purpose.UPDATE_PRIMARY,
        reason="-",
        evidence=CLEAR,
        plan=repointing(steps),
    )
    answer = world.asks(wish)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.ALREADY_OPEN
    assert "rejoin" in answer.words


def repointing(steps: tuple[PlannedStep, ...]) -> StartRunbook:
    """Return the wish to re-point `b`."""
    return StartRunbook(
        by=SAM,
        play=Play.REPOINT,
        target="b",
        source="a",
        reason="-",
        steps=steps,
        evidence=CLEAR,
    )


@pytest.mark.parametrize("hands", [(), ("update-primary",)], ids=["Conclave's", "people's"])
def test_no_ceremony_is_started_for_what_people_do(hands: tuple[str, ...]) -> None:
    """Nobody could use its token; the runbook is named instead."""
    world = World(truth=Truth(role={"a": "primary", "b": "secondary"}))
    rules = replace(world.terms.rules, hands=hands)
    steps = plan(Play.REPOINT, rules, target="b", source="a")
    wish = Start(
        by=SAM,
        cluster="b",
        purpose=Purpose.UPDATE_PRIMARY,
        reason="-",
        evidence=CLEAR,
        plan=repointing(steps),
    )
    answer = world.asks(wish)
    assert isinstance(answer, Refusal) is bool(hands)
    if isinstance(answer, Refusal):
        assert "run payments repoint cluster=b" in answer.words
        assert world.state.runbooks == ()


def test_nobody_demotes_alone() -> None:
    """The old primary is demoted when one asked and another agreed, and not before."""
    world = rejoining()
    assert orders(world) == []
    takes(world, asked(world))
    assert orders(world) == []
    at = the(world).step("demote:a").request.at  # type: ignore[union-attr]
    agree = ApproveStep(runbook=the(world).id, step="demote:a", by=SAM, asked_at=at)
    assert refuses(world, agree) is Reason.OWN_REQUEST
    takes(world, replace(agree, by=KIM))
    assert orders(world) == ["demote:a"]


def test_an_approval_lapses() -> None:
    """What was agreed long ago is not done."""
    world = rejoining()
    takes(world, asked(world))
    at = the(world).step("demote:a").request.at  # type: ignore[union-attr]
    takes(world, ApproveStep(runbook=the(world).id, step="demote:a", by=KIM, asked_at=at))
    world.now += 16 * 60_000
    assert orders(world) == []


def test_an_approval_is_for_what_was_shown() -> None:
    """Whoever approves an older request than the open one is told to look again."""
    world = rejoining()
    takes(world, asked(world))
    at = the(world).step("demote:a").request.at  # type: ignore[union-attr]
    takes(world, RejectStep(runbook=the(world).id, step="demote:a", by=KIM, asked_at=at))
    world.now += 1000
    takes(world, asked(world))
    stale = ApproveStep(runbook=the(world).id, step="demote:a", by=KIM, asked_at=at)
    assert refuses(world, stale) is Reason.STALE


def test_steps_come_in_order() -> None:
    """A step whose turn has not come is refused, and so is one that is over."""
    world = rejoining()
    early = ContinueStep(runbook=the(world).id, step="token:a", by=SAM, evidence=CLEAR)
    assert refuses(world, early) is Reason.NOT_NOW
    over = SkipStep(runbook=the(world).id, step="snapshot:a", by=SAM)
    assert refuses(world, over) is Reason.STALE


def test_what_matters_is_not_left_out() -> None:
    """A demotion cannot be skipped, nor called done by hand."""
    world = rejoining()
    who = {"runbook": the(world).id, "step": "demote:a", "by": SAM}
    assert refuses(world, SkipStep(**who)) is Reason.NOT_NOW
    assert refuses(world, FinishStep(**who)) is Reason.NOT_NOW


def test_while_vault_is_asked() -> None:
    """Nothing is decided about a step that is on its way, and the runbook is not aborted."""
    world = rejoining()
    takes(world, asked(world))
    r = the(world)
    intent = Intended(
        effect="e",
        kind=Kind.DEMOTE,
        lane="a",
        replica="r",
        until=world.now + 30_000,
        runbook=r.id,
        step="demote:a",
    )
    world.happens(intent)
    assert refuses(world, asked(world)) is Reason.BUSY
    assert refuses(world, AbortRunbook(runbook=r.id, by=SAM)) is Reason.BUSY


def test_what_nobody_heard_of_again_holds_nobody_up() -> None:
    """Once an order's time is out the runbook can be stopped, and another one begun."""
    world = rejoining()
    takes(world, asked(world))
    r = the(world)
    until = world.now + 30_000
    world.happens(
        Intended(
            effect="e",
            kind=Kind.DEMOTE,
            lane="a",
            replica="r",
            until=until,
            runbook=r.id,
            step="demote:a",
        )
    )
    world.now = until
    assert refuses(world, asked(world)) is Reason.BUSY
    takes(world, AbortRunbook(runbook=r.id, by=SAM))
    world.begins(Play.REJOIN, target="a", source="b", secondaries=())
    assert the(world).is_open
    assert "a" in world.state.intents


def test_demotion_needs_token_and_approval_first() -> None:
    """In a planned failover nothing is demoted before the token is held and others agreed."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(Play.PLANNED_FAILOVER, target="b", source="a", secondaries=())
    assert orders(world) == []
    world = handing_over()
    assert orders(world) == []
    c = world.state.open_ceremonies[0]
    assert world.approves(c)
    assert orders(world) == []
    assert world.approves(world.state.open_ceremonies[0])
    assert orders(world) == ["demote:a"]
    works = [getattr(d, "work", None) for d in owed(world.state, world.terms, now=world.now)]
    assert Work.PROMOTE not in works, "nothing is promoted while the primary is one"


def test_a_freeze_holds_the_demotion_up() -> None:
    """Frozen, the ceremony lends its token to nothing."""
    world = handing_over()
    world.approves(world.state.open_ceremonies[0])
    world.approves(world.state.open_ceremonies[0])
    assert not isinstance(
        world.asks(Freeze(ceremony=world.state.open_ceremonies[0].id, by=KIM)), Refusal
    )
    assert orders(world) == []
