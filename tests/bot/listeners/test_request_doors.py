"""The buttons under a request carry which request it is, from the card to the conductor."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.cards import buttons
from bot.cards.channel import channel_card
from bot.listeners.visit import of_click
from ceremonies.ceremony import Ceremony
from lab.people import Person
from tests.bot.cards.states import CEREMONY, RULES, T0, asked, token_held
from tests.bot.conftest import INCIDENT, Bot
from tests.bot.scripted import ScriptedConductor, state_of

Cast = dict[str, Person]
DOORS = [("promotion.approve", "approve"), ("promotion.reject", "reject")]


def asked_at(at: int) -> Ceremony:
    """Return a ceremony whose promotion was asked for then."""
    c = asked(token_held())
    assert c.request is not None
    return replace(c, request=replace(c.request, at=at))


@pytest.mark.parametrize(("action", "method"), DOORS)
def test_a_click_names_the_request_that_its_card_showed(
    bot: Bot, cast: Cast, conductor: ScriptedConductor, action: str, method: str
) -> None:
    """Also when another request stands by the time the click comes."""
    old = asked_at(T0 + 1)
    state = conductor.states["payments"] = state_of(old)
    bot.posts(channel_card(state, old, RULES, command="/dr", now=T0))
    seen = cast["Kim"].waits_for("payments/b", channel=INCIDENT)
    conductor.states["payments"] = state_of(asked_at(T0 + 2))

    cast["Kim"].clicks(action, seen)

    assert conductor.waits_for(method)["request"] == T0 + 1


@pytest.mark.parametrize("told", [{}, {"request": "-1"}, {"request": "²"}, {"request": "9" * 1000}])
def test_a_value_that_names_none_is_none(told: dict[str, str]) -> None:
    """What nobody drew is about no request; the conductor refuses it."""
    value = json.dumps({"set": "payments", "ceremony": CEREMONY, **told})
    assert of_click({"actions": [{"value": value}]}).request == 0


def test_both_buttons_are_about_one_request() -> None:
    """Other requests have other values, so that the card is drawn anew."""
    for draw in (buttons.approve, buttons.reject):
        first, second = (draw("payments", asked_at(at)).to_dict()["value"] for at in (T0, T0 + 1))
        assert first != second
