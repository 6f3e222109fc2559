"""What a card says of a ceremony fits its purpose, and the runbook that it is part of."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.cards.board import wanted
from bot.cards.channel import channel_card
from bot.cards.modals import promotion_modal
from ceremonies.ceremony import Ceremony, Ending
from ceremonies.events import Play, Purpose, StepDone
from ceremonies.state import SetState
from tests.bot.cards.states import NOW, ROSTER, RULES, asked, ended, promoted, token_held
from tests.ceremonies.runbooks.world import Truth, World

PAIR = {"a": "primary", "b": "secondary"}


def within(c: Ceremony, play: Play, *done: str) -> tuple[SetState, Ceremony]:
    """Return a set in which this ceremony is part of a runbook from `a` to `b`."""
    world = World(truth=Truth(role=dict(PAIR)))
    world.begins(play, target="b", source="a", secondaries=())
    for step in done:
        world.happens(StepDone(runbook=world.state.runbooks[-1].id, step=step, words="seen"))
    mine = replace(c, runbook=world.state.runbooks[-1].id)
    return replace(world.state, ceremonies=(mine,)), mine


def said(state: SetState, c: Ceremony) -> str:
    """Return everything that the ceremony's card says, dialogs included."""
    card = channel_card(state, c, RULES, command="/dr", now=NOW)
    return f"{card.text} {json.dumps(card.blocks, ensure_ascii=False)}"


def test_whoever_agrees_to_a_planned_failover_agrees_to_the_demotion() -> None:
    """Card and dialog name it, and the token that going back takes, before anybody approves."""
    words = said(*within(asked(token_held()), Play.PLANNED_FAILOVER))
    assert "payments/a is demoted first" in words
    assert "To go back then takes a DR operation token of payments/a" in words
    assert "payments/a is demoted and then payments/b promoted" in words
    assert "the old primary is really gone" not in words


@pytest.mark.parametrize(
    ("play", "done"),
    [(Play.FAILOVER, ()), (Play.PLANNED_FAILOVER, ("token:b", "demote:a"))],
    ids=["nothing is demoted", "it is demoted"],
)
def test_no_demotion_is_announced_where_none_comes(play: Play, done: tuple[str, ...]) -> None:
    """Unplanned, nothing is demoted; afterwards it is no news."""
    words = said(*within(asked(token_held()), play, *done))
    assert "demoted first" not in words
    assert "the old primary is really gone" in words


def test_the_modal_names_the_demotion() -> None:
    """Whoever types the name reads what is demoted for it."""
    view = json.dumps(promotion_modal("payments", token_held(), demotes="a"))
    assert "payments/a is demoted first" in view
    assert "demoted first" not in json.dumps(promotion_modal("payments", token_held()))


@pytest.mark.parametrize("purpose", [Purpose.UPDATE_PRIMARY, Purpose.DISABLE])
def test_a_token_for_another_step_promotes_nothing(purpose: Purpose) -> None:
    """Nobody is told to ask for a promotion."""
    held = token_held(purpose=purpose)
    unused = ended(Ending.TOKEN_UNUSED, purpose=purpose)
    for c in (held, unused):
        words = said(SetState(name="payments", ceremonies=(c,)), c)
        assert "promot" not in words.replace("promotion runs", "").lower()


def test_the_end_of_such_a_ceremony_is_no_failure() -> None:
    """It is told that its token has done its work."""
    c = ended(Ending.USED, purpose=Purpose.UPDATE_PRIMARY)
    state = SetState(name="payments", ceremonies=(c,))
    cards = wanted(state, RULES, ROSTER, command="/dr", now=NOW)
    (call,) = [w.card.text for key, w in cards.items() if key.startswith("call:")]
    assert "has done its work" in call
    assert "without its purpose" not in call


@pytest.mark.parametrize(
    ("play", "words", "never"),
    [
        (Play.FAILOVER, "Keep the old primary fenced off", "was demoted before"),
        (Play.PLANNED_FAILOVER, "payments/a was demoted before", "fenced off"),
    ],
    ids=["unplanned", "planned"],
)
def test_what_is_said_of_the_old_primary(play: Play, words: str, never: str) -> None:
    """One that was demoted needs no fence."""
    told = said(*within(promoted(), play))
    assert words in told
    assert never not in told
