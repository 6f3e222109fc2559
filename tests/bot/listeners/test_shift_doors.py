"""What each door of shifts hands on, and what it answers: to one person, in their own window."""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import replace

import pytest

from bot.cards.kill import kill_card
from ceremonies.commands import Reason
from ceremonies.conductor import People
from ceremonies.conductor.duty import ToCollect
from lab.chat import Chat
from lab.people import Person
from lab.sights import Seen
from tests.bot.cards.duties import newest
from tests.bot.cards.reading import buttons, value
from tests.bot.conftest import INCIDENT, Bot, told
from tests.bot.listeners.leads import shown, waiting
from tests.bot.scripted import ROSTER, ScriptedConductor, no

Cast = dict[str, Person]
ADDRESS = "https://vault-a.example:8200"
GONE = "That set is not served any more."


class Shift:
    """Shows what people press: the lead's message to Kim, the request in the channel."""

    def __init__(self, bot: Bot, conductor: ScriptedConductor, cast: Cast) -> None:
        self._bot, self._conductor, self._cast = bot, conductor, cast

    def shows(self, action: str) -> tuple[Person, Seen]:
        """Let the card with this button stand; return who presses it, and what they see."""
        state, card = shown(action)
        self._conductor.states["payments"] = state
        if action.startswith("kill"):
            self._bot.posts(card)
            return self._cast["Sam"], self._cast["Sam"].waits_for(channel=INCIDENT, button=action)
        kim = self._cast["Kim"]
        self._bot.posts(card, kim.id)
        return kim, kim.waits_for("Your shift day", direct=True, button=action)


@pytest.fixture
def shift(bot: Bot, conductor: ScriptedConductor, cast: Cast) -> Shift:
    """The cards."""
    return Shift(bot, conductor, cast)


@pytest.fixture
def wrapping() -> str:
    """A wrapping token, made up now."""
    return f"hvs.{secrets.token_urlsafe(60)}"


@pytest.fixture
def hands_out(conductor: ScriptedConductor, wrapping: str) -> ToCollect:
    """The conductor hands out how Kim's token is collected."""
    token = newest(waiting())
    found = ToCollect(
        duty=token, address=ADDRESS, wrapping=wrapping, until=conductor.now() + 90_000
    )
    conductor.answers["duty.collect"] = found
    return found


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


def with_secret(chat: Chat, secret: str) -> set[str]:
    """Return the methods by which Slack was told this."""
    return {call.method for call in chat.calls() if secret in json.dumps(call.args)}


# -- collecting ------------------------------------------------------------------------------------


def test_the_lead_sees_the_command_in_a_window_of_their_own(
    shift: Shift,
    chat: Chat,
    hands_out: ToCollect,
    wrapping: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its wrapping token is in the window, and in no message or log line."""
    kim, mine = shift.shows("shift.collect")
    reaction = kim.clicks("shift.collect", mine)
    assert reaction.acknowledged
    shown_ = kim.waits_for_modal("vault unwrap")
    assert f"VAULT_ADDR={ADDRESS} vault unwrap {wrapping}" in shown_.text
    assert with_secret(chat, wrapping) == {"views.update"}
    assert wrapping not in capsys.readouterr().out
    assert wrapping not in repr(hands_out)


def test_the_conductor_is_told_whose_and_which(
    shift: Shift, conductor: ScriptedConductor, hands_out: ToCollect
) -> None:
    """The rules decide whether this token is theirs."""
    kim, mine = shift.shows("shift.collect")
    kim.clicks("shift.collect", mine)
    given = conductor.waits_for("duty.collect")
    assert (given["ceremony"], given["by"]) == (hands_out.duty.id, kim.id)


def test_the_window_opens_before_anything_is_asked(
    shift: Shift, conductor: ScriptedConductor, hands_out: ToCollect
) -> None:
    """Slack's trigger lives for three seconds; Redis may take longer."""
    finish = threading.Event()
    conductor.answers["duty.collect"] = lambda **_: finish.wait(10) and hands_out
    kim, mine = shift.shows("shift.collect")
    kim.clicks("shift.collect", mine)
    assert "vault unwrap" not in kim.waits_for_modal("One moment.").text
    finish.set()
    assert kim.waits_for_modal("vault unwrap")


def test_what_cannot_be_collected_says_why_in_the_window(
    shift: Shift, conductor: ScriptedConductor
) -> None:
    """Somebody else's, collected already, over."""
    conductor.answers["duty.collect"] = no("This token was minted for somebody else.")
    kim, mine = shift.shows("shift.collect")
    kim.clicks("shift.collect", mine)
    assert "minted for somebody else" in kim.waits_for_modal("Not now").text


@pytest.mark.usefixtures("hands_out")
def test_where_no_window_opens_nobody_counts_as_shown(
    bot: Bot, shift: Shift, conductor: ScriptedConductor
) -> None:
    """The log has whom a wrap was shown to: a theft before that is told from one after it."""
    bot.chat.faults.refuse("views.open", "expired_trigger_id")
    kim, mine = shift.shows("shift.collect")
    reaction = kim.clicks("shift.collect", mine)
    assert kim.waits_for("press the button again", after=reaction)
    assert conductor.calls("duty.collect") == []


def test_a_window_that_is_closed_meanwhile_takes_its_secret_along(
    bot: Bot, shift: Shift, conductor: ScriptedConductor, hands_out: ToCollect, wrapping: str
) -> None:
    """What was for the window is told nowhere else; a refusal is."""
    finish = threading.Event()
    answers = iter([hands_out, no("It cannot be collected any more.")])
    conductor.answers["duty.collect"] = lambda **_: finish.wait(10) and next(answers)
    kim, mine = shift.shows("shift.collect")
    for _ in range(2):
        finish.clear()
        kim.clicks("shift.collect", mine)
        kim.waits_for_modal("One moment.")
        kim.closes()
        finish.set()
        assert bot.chat.workspace.pulse.wait_for(lambda: bot.chat.calls("views.update"), within=5)
    assert kim.waits_for("It cannot be collected any more.")
    assert with_secret(bot.chat, wrapping) == {"views.update"}


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


@pytest.mark.usefixtures("hands_out")
def test_a_click_that_comes_twice_opens_one_window(
    shift: Shift, conductor: ScriptedConductor, chat: Chat
) -> None:
    """Slack may deliver it again; the second delivery's trigger is spent."""
    kim, mine = shift.shows("shift.collect")
    chat.courier.duplicate(times=1)
    kim.clicks("shift.collect", mine)
    kim.waits_for_modal("vault unwrap")
    assert len(conductor.calls("duty.collect")) == 1
    assert kim.look("press the button again") is None
