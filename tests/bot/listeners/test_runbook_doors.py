"""The doors of a runbook's card: who may, what is handed on, what is told, what is asked before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ceremonies.state import SetState
from lab.chat import Chat
from tests.bot.cards.glasses import denied, left_open
from tests.bot.conftest import told
from tests.bot.listeners.boards import (
    OUTSIDERS,
    Becomes,
    Board,
    Cast,
    asked_for,
    by_people,
    fresh,
    rejoining,
    the,
    to_be_asked,
    two_primaries,
    without_primary,
)
from tests.bot.scripted import ScriptedConductor, no
from tests.ceremonies.runbooks.world import World

BUTTONS: dict[str, tuple[str, str, Callable[[], World], str, str]] = {
    "go on": ("Sam", "runbook.continue", fresh, "go_on", "token:b"),
    "leave out": ("Sam", "runbook.skip", rejoining, "skip", "snapshot:a"),
    "it is done": ("Sam", "runbook.done", by_people, "finish", "clients:b"),
    "approve": ("Kim", "runbook.approve", asked_for, "approve", "demote:a"),
    "reject": ("Kim", "runbook.reject", asked_for, "reject", "demote:a"),
    "stop": ("Sam", "runbook.abort", fresh, "abort", ""),
    "go back": ("Sam", "runbook.back", without_primary, "go_back", ""),
}
Case = tuple[str, str, Callable[[], World], str, str]


@pytest.mark.parametrize("case", BUTTONS.values(), ids=BUTTONS)
def test_each_button_asks_the_conductor_once(
    board: Board, cast: Cast, conductor: ScriptedConductor, case: Case
) -> None:
    """Who, which runbook, which step and which click are handed on; nobody is told privately."""
    who, action, make, method, step = case
    world = make()
    reaction = cast[who].clicks(action, board.shows(world))

    assert reaction.acknowledged
    given = conductor.waits_for(f"runbooks.{method}")
    assert (given["set_name"], given["ceremony"]) == ("payments", the(world).id)
    assert given.get("step", "") == step
    assert given["by"] == cast[who].id
    assert given["cause"].startswith("trigger:")


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_an_answer_is_to_the_request_that_was_shown(
    board: Board, cast: Cast, conductor: ScriptedConductor, answer: str
) -> None:
    """A click on an older card is about the request that stood there."""
    world = asked_for()
    step = the(world).step("demote:a")
    assert step is not None
    assert step.request is not None
    cast["Kim"].clicks(f"runbook.{answer}", board.shows(world))
    assert conductor.waits_for(f"runbooks.{answer}")["asked_at"] == step.request.at


@pytest.mark.parametrize("case", BUTTONS.values(), ids=BUTTONS)
def test_a_refusal_is_told_to_whoever_clicked(
    board: Board, cast: Cast, conductor: ScriptedConductor, case: Case
) -> None:
    """The words are for their eyes only; the card stays as it is."""
    who, action, make, method, _ = case
    conductor.answers[f"runbooks.{method}"] = no("It is not this step's turn yet.")
    reaction = cast[who].clicks(action, board.shows(make()))

    told(cast[who], reaction, "It is not this step's turn yet.")
    assert cast["Dan"].look("It is not this step's turn") is None


@pytest.mark.parametrize("case", BUTTONS.values(), ids=BUTTONS)
def test_a_runbook_that_is_over_does_nothing(
    board: Board, cast: Cast, conductor: ScriptedConductor, case: Case
) -> None:
    """A card from long ago has buttons still; they say that it is over."""
    who, action, make, method, _ = case
    seen = board.shows(make())
    conductor.states["payments"] = SetState(name="payments")
    told(cast[who], cast[who].clicks(action, seen), "That runbook is over")
    assert conductor.calls(f"runbooks.{method}") == []


def test_a_click_that_comes_twice_is_one_cause(
    board: Board, cast: Cast, conductor: ScriptedConductor, chat: Chat
) -> None:
    """Both deliveries carry what the log knows a repeat by."""
    seen = board.shows(fresh())
    chat.courier.duplicate(times=1)
    cast["Sam"].clicks("runbook.continue", seen)

    conductor.waits_for("runbooks.go_on", count=2)
    first, second = conductor.calls("runbooks.go_on")
    assert first["cause"] == second["cause"]


ASKS_FIRST = {
    "runbook.abort": (fresh, ("What is done stays done.", "payments/a is still the primary")),
    "runbook.skip": (rejoining, ("nobody does it in this runbook",)),
    "runbook.approve": (asked_for, ("stops being a primary at once",)),
    "runbook.reject": (asked_for, ("every approval are lost",)),
    "runbook.back": (without_primary, ("a ceremony there", "This runbook stops")),
}


@pytest.mark.parametrize("action", ASKS_FIRST)
def test_a_dialog_says_what_is_lost(
    board: Board, cast: Cast, conductor: ScriptedConductor, action: str
) -> None:
    """Whoever says no to it has done nothing."""
    make, words = ASKS_FIRST[action]
    seen = board.shows(make())
    for said in words:
        assert said in seen.confirmation(action)
    cast["Kim"].clicks(action, seen, confirm=False)
    assert conductor.asked == []


EVERY = {
    **{name: (lambda b, c=case: b.shows(c[2]()), case[1]) for name, case in BUTTONS.items()},
    "ask": (lambda b: b.shows(to_be_asked()), "runbook.request"),
    "rejoin": (lambda b: b.alarms(two_primaries()), "runbook.rejoin"),
    "agree to break the glass": (lambda b: b.offers(denied()), "glass.approve"),
    "it is closed": (lambda b: b.offers(left_open()), "glass.closed"),
}


@pytest.mark.parametrize("who", OUTSIDERS.values(), ids=OUTSIDERS)
def test_who_may_not(
    board: Board,
    cast: Cast,
    chat: Chat,
    conductor: ScriptedConductor,
    who: tuple[str, Becomes, str],
) -> None:
    """At no door is anything done, no window opens; they alone are told."""
    name, becomes, words = who
    becomes(chat, cast[name].id)
    for shows, action in EVERY.values():
        reaction = cast[name].clicks(action, shows(board))
        told(cast[name], reaction, words)
        assert conductor.asked == [], action
        assert chat.calls("views.open") == (), action
