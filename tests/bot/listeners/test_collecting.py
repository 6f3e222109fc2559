"""How a lead collects their token: a window of their own, one command in it, and nothing else."""

from __future__ import annotations

import json
import secrets
import threading

import pytest

from ceremonies.conductor.duty import ToCollect
from lab.chat import Chat
from tests.bot.cards.duties import newest
from tests.bot.conftest import Bot
from tests.bot.listeners.leads import Shift, waiting
from tests.bot.scripted import ScriptedConductor, no

ADDRESS = "https://vault-a.example:8200"


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


def with_secret(chat: Chat, secret: str) -> set[str]:
    """Return the methods by which Slack was told this."""
    return {call.method for call in chat.calls() if secret in json.dumps(call.args)}


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
