"""A runbook's card: each step in words, what it needs now, what holds if one stops here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.cards import limits
from bot.cards.runbook import BACK_MS, request_modal, runbook_card
from ceremonies.commands import RequestStep, SkipStep
from ceremonies.events import ActivationIssued, Play, StepAccepted, StepDone, StepSlow
from ceremonies.runbook import Runbook
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.world import CLEAR, Truth, World

PAIR = {"a": "primary", "b": "secondary"}
BOTH = {"a": "primary", "b": "primary"}


def begun(play: Play, role: dict[str, str], *, target: str, source: str) -> World:
    """Return a world in which this runbook has begun."""
    world = World(truth=Truth(role=dict(role)))
    others = tuple(name for name, what in role.items() if what == "secondary")
    world.begins(play, target=target, source=source, secondaries=others)
    return world


def the(world: World) -> Runbook:
    """Return the newest runbook."""
    return world.state.runbooks[-1]


def drawn(world: World) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the card's words and its buttons by id, the last of several alike."""
    card = runbook_card(world.state, the(world), world.terms.rules, now=world.now)
    limits.check_message(card.text, card.blocks)
    buttons = {
        element["action_id"]: element
        for block in card.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }
    return json.dumps(card.blocks, ensure_ascii=False), buttons


def test_the_plan_is_shown_before_anything_is_done() -> None:
    """Every step, how many ceremonies it takes and where, and that nothing was changed."""
    words, buttons = drawn(begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a"))
    for step in ("Demote payments/a", "Promote payments/b", "Let payments/a follow payments/b"):
        assert step in words
    assert "2 ceremonies, on payments/b, payments/a" in words
    assert "payments/a is still the primary; nothing was changed at Vault." in words
    assert set(buttons) == {"runbook.continue", "runbook.abort"}
    assert json.loads(buttons["runbook.continue"]["value"])["step"] == "token:b"


def test_going_back_is_named_before_the_demotion_is_approved() -> None:
    """Whoever approves knows which token it takes to promote the demoted cluster again."""
    world = begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")
    world.happens(StepDone(runbook=the(world).id, step="token:b", words="held"))
    words, _ = drawn(world)
    assert "To go back then takes a DR operation token of payments/a" in words


def test_a_demotion_that_nobody_saw_done() -> None:
    """Once it is slow people may take it for done, and are told what that may come to."""
    world = begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")
    who = the(world).id
    world.happens(StepDone(runbook=who, step="token:b", words="held"))
    world.happens(StepAccepted(runbook=who, step="demote:a", effect=""))
    assert "runbook.done" not in drawn(world)[1]
    world.happens(StepSlow(runbook=who, step="demote:a", words="silent"))
    words, buttons = drawn(world)
    assert "press *Take payments/a for demoted*" in words
    assert buttons["runbook.done"]["text"]["text"] == "Take payments/a for demoted"
    assert "comes back as a second primary" in json.dumps(buttons["runbook.done"]["confirm"])
    assert json.loads(buttons["runbook.done"]["value"])["step"] == "demote:a"


def test_without_a_primary_for_two_minutes_going_back_is_offered() -> None:
    """Not at once: the promotion follows the demotion within seconds."""
    world = begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")
    for step in ("token:b", "demote:a"):
        world.happens(StepDone(runbook=the(world).id, step=step, words="seen"))
    words, buttons = drawn(world)
    assert "*The set has no primary:*" in words
    assert "runbook.back" not in buttons
    world.now += BACK_MS
    assert "runbook.back" in drawn(world)[1]


def test_a_step_for_two_people() -> None:
    """It is asked for by typing; its answers name the request, and say what is lost."""
    world = begun(Play.REJOIN, BOTH, target="a", source="b")
    _, buttons = drawn(world)
    assert "runbook.skip" in buttons
    world.asks(SkipStep(runbook=the(world).id, step="snapshot:a", by=SAM))
    assert "runbook.request" in drawn(world)[1]
    step = the(world).step("demote:a")
    assert step is not None
    view = json.dumps(request_modal(world.state, the(world), step))
    assert "Type payments/a to confirm" in view
    wish = RequestStep(
        runbook=the(world).id, step="demote:a", by=SAM, reason="back", evidence=CLEAR
    )
    world.asks(wish)
    words, buttons = drawn(world)
    assert "1 more person must approve" in words
    asked = the(world).step("demote:a")
    assert asked is not None
    assert asked.request is not None
    for name in ("runbook.approve", "runbook.reject"):
        assert json.loads(buttons[name]["value"])["request"] == str(asked.request.at)
        assert buttons[name]["confirm"]


@pytest.mark.parametrize("play", [Play.FAILOVER, Play.PLANNED_FAILOVER, Play.REPOINT])
def test_a_long_plan_fits(play: Play) -> None:
    """Many clusters with long names: Slack takes the card at its beginning and at its end."""
    names = {f"region-{number:02d}-of-the-world-and-more": "secondary" for number in range(8)}
    first, second = "a" * 32, "b" * 32
    world = begun(
        play, {first: "primary", second: "secondary", **names}, target=second, source=first
    )
    drawn(world)
    for step in the(world).steps:
        world.happens(StepDone(runbook=the(world).id, step=step.id, words="w" * 900))
    words, buttons = drawn(world)
    assert "Runbook done" in words
    assert not buttons


def test_what_a_retirement_leaves_behind() -> None:
    """Who asks for it reads what is lost with the old primary, before and after it is done."""
    world = World(truth=Truth(role=dict(BOTH)))
    world.begins(Play.RETIRE, target="a", source="b", secondaries=(), target_is_secondary=False)
    alone = "What payments/a took in since payments/b was promoted is on payments/a alone"
    assert f"payments/b is the primary; nothing was changed. {alone}" in drawn(world)[0]
    step = the(world).step("disable:a")
    assert step is not None
    modal = json.dumps(request_modal(world.state, the(world), step), ensure_ascii=False)
    assert (
        "Writes that it took in alone, after another cluster was promoted, are then lost" in modal
    )
    assert alone in modal
    world.goes_on()
    assert f"payments/a replicates with nobody. {alone}" in drawn(world)[0]


def test_what_the_retirement_of_a_secondary_leaves_behind() -> None:
    """It took nothing in."""
    world = World(truth=Truth(role={"a": "primary", "b": "secondary"}))
    world.begins(Play.RETIRE, target="b", source="a", secondaries=())
    words, _ = drawn(world)
    assert "payments/a is the primary; nothing was changed." in words
    assert "took in" not in words


def test_an_activation_tokens_end_beside_a_request() -> None:
    """A secondary that is wiped takes two people: while they agree the token runs."""
    world = World(truth=Truth(role={"a": "disabled", "b": "disabled"}))
    world.begins(Play.SETUP, target="b", source="a", secondaries=())
    for step in ("enable-primary:a", "snapshot:b"):
        world.happens(StepDone(runbook=the(world).id, step=step, words="seen"))
    assert "Its activation token ends" not in drawn(world)[0]
    issued = ActivationIssued(
        runbook=the(world).id,
        step="enable-secondary:b",
        effect="",
        secondary_id="b-1",
        until=world.now + 30 * 60_000,
        primary="a",
        primary_address="https://vault-a1.example:8200",
    )
    world.happens(issued)
    words, _ = drawn(world)
    assert "another person must approve. Its activation token ends <!date" in words
