"""Whatever a runbook came to, its card fits Slack, mentions nobody by accident, has its buttons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from bot.cards import steps
from bot.cards.board import wanted
from bot.cards.kit import Card
from bot.cards.limits import CONFIRM
from bot.cards.overview import help_card, status_card
from bot.cards.runbook import request_modal, runbook_card
from ceremonies.events import Guard, Play, StepDone, StepRefused
from tests.bot.cards import any_runbook
from tests.bot.cards.any_runbook import Crowd
from tests.bot.cards.reading import buttons, dialog, view_words, words
from tests.bot.cards.test_extremes import CROWD, REFERENCE
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.world import Truth, World

BUTTON = 75


def everything(crowd: Crowd, now: int) -> Iterator[Card]:
    """Yield every card about it."""
    cards = wanted(crowd.state, crowd.rules, CROWD, command="/dr", now=now)
    yield from (one.card for one in cards.values())
    yield status_card(crowd.state, crowd.rules, now=now)
    yield help_card(CROWD, SAM, {crowd.rules.name: crowd.state}, command="/dr")


def marked(value: object) -> Iterator[str]:
    """Yield every text in which Slack reads marks and mentions."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield str(value["text"])
        for inner in value.values():
            yield from marked(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from marked(inner)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(any_runbook.crowds(), any_runbook.times)
def test_no_runbook_makes_a_card_that_slack_refuses(crowd: Crowd, now: int) -> None:
    """Limits and references hold for what no log could lead to; the same twice is the same."""
    drawn = list(everything(crowd, now))
    assert drawn == list(everything(crowd, now))
    for card in drawn:
        words(card)
        for text in (card.text, *marked(card.blocks)):
            assert not set("<>") & set(REFERENCE.sub("", text))
            assert "@here" not in text
            assert text.count("```") % 2 == 0, "a command is cut off, or something ends it"
        for button in buttons(card).values():
            assert len(button["text"]["text"]) <= BUTTON
            assert "confirm" not in button or len(dialog(button)) <= CONFIRM
    r = crowd.runbook
    said = words(runbook_card(crowd.state, r, crowd.rules, now=now))
    for number, step in enumerate(r.steps, start=1):
        # Of many steps those that are over are counted; what people must do is always there.
        assert step not in steps.shown_at_hand(r) or f"*{number}. " in said
    for step in r.steps:
        if step.guard is not Guard.TYPED:
            continue
        view_words(request_modal(crowd.state, r, step))


def test_of_many_steps_those_are_shown_that_matter_now() -> None:
    """Twelve clusters, half of them led already, with much to say of each: it is counted."""
    rules = any_runbook.rules_of(12)
    names = [cluster.name for cluster in rules.clusters]
    world = World(truth=Truth(role={names[0]: "dead", names[1]: "secondary"}))
    world.terms = replace(world.terms, rules=rules)
    world.begins(Play.FAILOVER, target=names[1], source=names[0], secondaries=tuple(names[1:]))
    r = world.state.runbooks[-1]
    for step in r.steps[:14]:
        world.happens(StepDone(runbook=r.id, step=step.id, words="&" * 160))
    told = {"runbook": r.id, "effect": "", "problem": "p", "words": "&" * 160}
    for step in r.steps[14:]:
        world.happens(StepRefused(step=step.id, **told))
    r = world.state.runbooks[-1]
    said = words(runbook_card(world.state, r, rules, now=world.now))
    assert f":white_check_mark: *Over:* 14 done, 0 left out, of {len(r.steps)} steps." in said
    shown = [n for n in range(1, 50) if f"*{n}. " in said]
    assert shown == [15, 16, 17, 18]
    assert f"{len(r.steps) - 18} more wait." in said
