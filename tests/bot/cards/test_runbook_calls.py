"""What the channel is told aloud of a runbook: each thing once, to whoever must act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.cards.board import wanted
from bot.cards.runbook import BACK_MS
from ceremonies.commands import ApproveStep, RequestStep, SkipStep
from ceremonies.events import Play, RunbookAborted, StepAccepted, StepDone, StepRefused, StepSlow
from ceremonies.runbook import Runbook
from tests.ceremonies.cast import KIM, ROSTER, SAM
from tests.ceremonies.runbooks.world import CLEAR, Truth, World

PAIR = {"a": "primary", "b": "secondary"}


def begun(play: Play, *, target: str, source: str) -> World:
    """Return a world in which this runbook has begun."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(play, target=target, source=source, secondaries=())
    return world


def the(world: World) -> Runbook:
    """Return the newest runbook."""
    return world.state.runbooks[-1]


def said(world: World) -> dict[str, str]:
    """Return what the channel is told of it, by what it is about."""
    cards = wanted(world.state, world.terms.rules, ROSTER, command="/dr", now=world.now)
    start = f"call:{the(world).id}:"
    return {key.removeprefix(start): w.card.text for key, w in cards.items() if start in key}


def done(*steps: str) -> Callable[[World], None]:
    """Return what lets these steps be done."""

    def happens(world: World) -> None:
        for step in steps:
            world.happens(StepDone(runbook=the(world).id, step=step, words="seen"))

    return happens


def requested() -> World:
    """Return a rejoin whose demotion Sam has asked for."""
    world = begun(Play.REJOIN, target="a", source="b")
    world.asks(SkipStep(runbook=the(world).id, step="snapshot:a", by=SAM))
    wish = RequestStep(
        runbook=the(world).id, step="demote:a", by=SAM, reason="back", evidence=CLEAR
    )
    world.asks(wish)
    return world


def refused(world: World, **more: object) -> None:
    """Let the demotion of `a` not work."""
    told = StepRefused(
        runbook=the(world).id, step="demote:a", effect="", problem="p", words="no", again=False
    )
    world.happens(replace(told, **more))


def test_who_began_it_is_not_called_to_its_first_step() -> None:
    """They have the answer to their command; what waits next is told aloud."""
    world = begun(Play.PLANNED_FAILOVER, target="b", source="a")
    assert said(world) == {}
    done("token:b", "demote:a", "promote:b", "canary:b", "clients:b")(world)
    ((what, words),) = said(world).items()
    assert what == "next:token:a:0"
    assert words.startswith(f"<@{SAM}>")
    assert "Next: *Ceremony for the DR operation token of payments/a*" in words


def test_whoever_may_agree_is_called_to_agree() -> None:
    """Never who asked; and nobody any more when enough have."""
    world = requested()
    ((what, words),) = said(world).items()
    assert what.startswith("approve:demote:a:")
    assert f"<@{KIM}>" in words.split(":")[0]
    assert f"<@{SAM}>" not in words.split(":")[0]
    assert "1 more person must agree" in words
    step = the(world).step("demote:a")
    assert step is not None
    assert step.request is not None
    world.asks(
        ApproveStep(runbook=the(world).id, step="demote:a", by=KIM, asked_at=step.request.at)
    )
    assert said(world) == {}


def test_what_did_not_work_calls_each_time() -> None:
    """Refused, asked for again, refused again: two messages."""
    world = requested()
    refused(world)
    ((first, words),) = said(world).items()
    assert "did not work and waits for you" in words
    world.now += 1000
    refused(world)
    ((second, _),) = said(world).items()
    assert first != second


def test_an_order_that_is_not_done_after_two_minutes_calls() -> None:
    """Accepted is not done."""
    world = requested()
    world.happens(StepAccepted(runbook=the(world).id, step="demote:a", effect=""))
    assert said(world) == {}
    world.happens(StepSlow(runbook=the(world).id, step="demote:a", words="slow"))
    ((what, words),) = said(world).items()
    assert what.startswith("slow:demote:a:")
    assert "not done after two minutes" in words


def test_a_set_without_a_primary_calls() -> None:
    """Two minutes after the demotion, with the way back by its button's name."""
    world = begun(Play.PLANNED_FAILOVER, target="b", source="a")
    done("token:b", "demote:a")(world)
    assert said(world) == {}
    world.now += BACK_MS
    ((what, words),) = said(world).items()
    assert what == f"back:{the(world).without_primary_since}"
    assert "payments has no primary" in words
    assert "*Promote payments/a back*" in words


def stopped(world: World) -> World:
    """Stop the newest runbook."""
    world.happens(RunbookAborted(runbook=the(world).id, by=SAM))
    return world


def test_a_runbook_that_is_stopped_in_between_calls() -> None:
    """It was the demotion that it did, and not the promotion: said aloud, and woken for."""
    world = begun(Play.PLANNED_FAILOVER, target="b", source="a")
    done("token:b", "demote:a")(world)
    stopped(world)
    ((what, words),) = said(world).items()
    assert what == "stopped:0"
    assert words.startswith(f"<@{SAM}>")
    assert "payments has no primary" in words
    assert any("NO PRIMARY" in alarm.words for alarm in world.state.alarms)


@pytest.mark.parametrize("steps", [("token:b",), ("token:b", "demote:a", "promote:b")])
def test_one_that_is_stopped_before_or_after_calls_nobody(steps: tuple[str, ...]) -> None:
    """One of the two is the primary."""
    world = begun(Play.PLANNED_FAILOVER, target="b", source="a")
    done(*steps)(world)
    assert said(stopped(world)) == {}
    assert not any("NO PRIMARY" in alarm.words for alarm in world.state.alarms)


@pytest.mark.parametrize("play", [Play.REPOINT])
def test_its_end_is_told_to_who_began_it(play: Play) -> None:
    """With the card for the rest."""
    world = begun(play, target="b", source="a")
    done("token:b", "update-primary:b")(world)
    assert said(world) == {
        "done:0": f"<@{SAM}>: Done: Re-pointing of payments/b. See the card above."
    }
