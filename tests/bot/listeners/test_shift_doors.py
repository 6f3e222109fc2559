"""What each door of shifts hands on, and what it answers: to one person, in their own window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.kill import kill_card
from ceremonies.commands import Reason
from ceremonies.conductor import People
from lab.people import Person
from tests.bot.cards.reading import buttons, value
from tests.bot.conftest import INCIDENT, Bot, told
from tests.bot.listeners.leads import Shift, waiting
from tests.bot.scripted import ROSTER, ScriptedConductor, no

Cast = dict[str, Person]
GONE = "That set is not served any more."


# -- what is typed ---------------------------------------------------------------------------------

TYPED = {
    "issue": ("issue", "issue", {}, "A token is being minted for the shift; its lead gets"),
    "handover": ("handover", "hand_over", {}, "Confirmed. It stands in the log."),
    "kill": (
        "kill place=3 reason=laptop stolen",
        "ask_kill",
        {"place": 3, "reason": "laptop stolen"},
        "Asked for. Another person must agree on the card in the channel.",
    ),
    "kill of what is on duty": ("kill", "ask_kill", {"place": 0, "reason": ""}, "Asked for."),
}


@pytest.mark.parametrize("case", TYPED.values(), ids=TYPED)
def test_an_order_is_handed_on_and_answered(
    bot: Bot,
    cast: Cast,
    conductor: ScriptedConductor,
    case: tuple[str, str, dict[str, object], str],
) -> None:
    """Who, of which set, which typing; the answer is for whoever typed, and says what follows."""
    line, method, more, answer = case
    kim = cast["Kim"]
    reaction = kim.types(f"/dr shift payments {line}", INCIDENT)
    assert told(kim, reaction, answer)
    given = conductor.waits_for(f"duty.{method}")
    assert given["cause"].startswith("trigger:")
    assert {**given, **more, "set_name": "payments", "by": kim.id} == given
    assert cast["Sam"].look(answer) is None
    assert bot.chat.calls("views.open") == ()


@pytest.mark.parametrize("case", TYPED.values(), ids=TYPED)
@pytest.mark.usefixtures("bot")
def test_a_refused_order_is_told_in_the_rules_words(
    cast: Cast,
    conductor: ScriptedConductor,
    case: tuple[str, str, dict[str, object], str],
) -> None:
    """And nothing sounds as if it were done."""
    line, method, _, answer = case
    conductor.answers[f"duty.{method}"] = no("No shift is on now.")
    kim = cast["Kim"]
    reaction = kim.types(f"/dr shift payments {line}", INCIDENT)
    said = told(kim, reaction, "No shift is on now.")
    assert answer not in said.text


@pytest.mark.parametrize("line", ["", " status"])
def test_the_status_is_shown_and_asks_for_nothing(
    bot: Bot, cast: Cast, conductor: ScriptedConductor, line: str
) -> None:
    """Tokens, plan, and problems of both."""
    room = waiting()
    conductor.states["payments"] = room.desk.state
    conductor.answers["duty.planned"] = room.desk.terms.shifts
    conductor.answers["duty.problems"] = ("The calendar cannot be read.",)
    conductor.ahead = room.desk.now - conductor.now()
    kim = cast["Kim"]
    said = told(kim, kim.types(f"/dr shift payments{line}", INCIDENT), "Token on duty")
    assert "waits to be collected" in said.text
    assert "Shifts of the next 7 days" in said.text
    assert "The calendar cannot be read." in said.text
    assert {a.name for a in conductor.asked} <= {"duty.planned", "duty.problems"}
    assert bot.chat.calls("chat.postMessage") == ()


# -- the other buttons -----------------------------------------------------------------------------

PRESSED = {
    "shift.disown": "duty.disown",
    "kill.agree": "duty.agree_kill",
    "kill.reject": "duty.reject_kill",
}


@pytest.mark.parametrize(("action", "method"), PRESSED.items())
def test_a_button_says_which_and_its_card_shows_what_came_of_it(
    shift: Shift, conductor: ScriptedConductor, action: str, method: str
) -> None:
    """The token or the request that the card showed; nothing is told aside of the card."""
    who, seen = shift.shows(action)
    reaction = who.clicks(action, seen)
    assert reaction.acknowledged
    given = conductor.waits_for(method)
    assert (given["set_name"], given["by"]) == ("payments", who.id)
    duties = conductor.states["payments"].duties
    if action == "shift.disown":
        assert given["ceremony"] == duties.tokens[-1].id
    else:
        assert duties.kill is not None
        assert given["asked_at"] == duties.kill.at
    assert who.look(after=reaction, ephemeral=True) is None


@pytest.mark.parametrize(("action", "method"), PRESSED.items())
def test_a_refused_button_is_told_to_whoever_pressed_it(
    shift: Shift, conductor: ScriptedConductor, action: str, method: str
) -> None:
    """In the rules' words."""
    conductor.answers[method] = no("You asked for this; another person must agree.")
    who, seen = shift.shows(action)
    reaction = who.clicks(action, seen)
    assert told(who, reaction, "another person must agree")


@pytest.mark.parametrize(
    ("action", "method"), [(a, m) for a, m in PRESSED.items() if a.startswith("kill")]
)
def test_a_click_on_an_old_request_is_about_the_old_one(
    shift: Shift, conductor: ScriptedConductor, action: str, method: str
) -> None:
    """Another place is asked about by the time the click comes: the rules refuse it as stale."""
    who, seen = shift.shows(action)
    first = conductor.states["payments"].duties.kill
    assert first is not None
    newer = replace(first, at=first.at + 1, place=first.place + 1)
    state = conductor.states["payments"]
    later = replace(state, duties=replace(state.duties, kill=newer))
    conductor.states["payments"] = later
    conductor.answers[method] = no("The request changed since this card was drawn.", Reason.STALE)
    reaction = who.clicks(action, seen)
    assert conductor.waits_for(method)["asked_at"] == first.at
    assert told(who, reaction, "The request changed since this card was drawn.")
    old, new = (value(buttons(kill_card(later, k))[action]) for k in (first, newer))
    assert old != new


@pytest.mark.parametrize("action", ["shift.collect", *PRESSED])
def test_a_button_of_a_set_that_is_not_served_does_nothing(
    bot: Bot, shift: Shift, conductor: ScriptedConductor, action: str
) -> None:
    """Its card may stand for long after the configuration was changed."""
    who, seen = shift.shows(action)
    conductor.people = People(roster=ROSTER, sets={})
    reaction = who.clicks(action, seen)
    assert who.waits_for(GONE, after=reaction)
    assert [a.name for a in conductor.asked if a.name.startswith("duty.")] == []
    assert bot.chat.calls("views.open") == ()


def test_a_commander_agrees_and_gives_no_order_of_a_lead(
    shift: Shift, cast: Cast, conductor: ScriptedConductor
) -> None:
    """Sam leads no shifts: what is for leads he is told so, by name of who may."""
    sam, seen = shift.shows("kill.agree")
    for order in ("issue", "handover", "kill"):
        reaction = sam.types(f"/dr shift payments {order}", INCIDENT)
        assert told(sam, reaction, "This is for")
    sam.clicks("kill.agree", seen)
    assert conductor.waits_for("duty.agree_kill")["by"] == cast["Sam"].id
    assert [a.name for a in conductor.asked if a.name.startswith("duty.")] == ["duty.agree_kill"]
