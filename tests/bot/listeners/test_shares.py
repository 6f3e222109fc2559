"""A share's way from the modal to the conductor, and what the holder is told."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.cards.holder import holder_card
from bot.listeners.visit import taken
from ceremonies.commands import Reason
from ceremonies.conductor import Done
from lab.chat import Chat
from lab.people import Person
from lab.sights import Modal
from tests.bot.cards.states import ADA, BEN, RULES, ceremony, collecting, token_held
from tests.bot.conftest import Bot
from tests.bot.scripted import ScriptedConductor, no, state_of

Cast = dict[str, Person]


@pytest.fixture
def share() -> str:
    """A share, made up now."""
    return secrets.token_hex(33)


@pytest.fixture
def ada(cast: Cast, bot: Bot, conductor: ScriptedConductor) -> Person:
    """Ada, who is asked for her share."""
    conductor.states["payments"] = state_of(collecting())
    state = conductor.states["payments"]
    direct = holder_card(state, state.ceremonies[0], RULES, holder=ADA, number=1)
    bot.posts(direct, cast["Ada"].id)
    return cast["Ada"]


@pytest.fixture
def opens(ada: Person) -> Callable[[], Modal]:
    """Ada presses the button and has the modal before her."""

    def press() -> Modal:
        ada.clicks("share.open", ada.waits_for("payments", direct=True, button="share.open"))
        return ada.waits_for_modal(callback_id="share.submit")

    return press


def test_a_share_goes_to_the_conductor_and_the_modal_closes(
    ada: Person, opens: Callable[[], Modal], conductor: ScriptedConductor, share: str
) -> None:
    """What was typed is handed in once, with who it was and a cause; the window closes."""
    opens()
    ada.fills("share", "value", share)
    reaction = ada.submits()

    assert reaction.acknowledged
    ada.waits_for_no_modal()
    asked = conductor.calls("offer_share")
    assert [a["text"] for a in asked] == [share]
    assert asked[0]["holder"] == ADA
    assert asked[0]["cause"].startswith("view:")


@pytest.mark.parametrize(
    "reason",
    [
        Reason.MALFORMED,
        Reason.CONFLICT,
        Reason.GIVEN_THIS_ROUND,
        Reason.VAULT,
        Reason.BUSY,
        Reason.STORE,
    ],
)
def test_what_is_wrong_with_a_share_stands_in_the_modal(
    ada: Person,
    opens: Callable[[], Modal],
    conductor: ScriptedConductor,
    share: str,
    reason: Reason,
) -> None:
    """The words stand beneath the input; what is submitted next is another try, not a repeat."""
    conductor.answers["offer_share"] = no("That is not a share of this cluster.", reason)
    opens()
    ada.fills("share", "value", share)
    ada.submits()
    assert ada.modal.errors == {"share": "That is not a share of this cluster."}

    conductor.answers.clear()
    ada.fills("share", "value", share)
    ada.submits()

    ada.waits_for_no_modal()
    first, second = conductor.calls("offer_share")
    assert first["cause"] != second["cause"]


@pytest.mark.parametrize("reason", [Reason.NOT_NEEDED, Reason.FROZEN, Reason.NOT_ASKED])
def test_what_no_other_share_would_mend_ends_the_modal(
    ada: Person,
    opens: Callable[[], Modal],
    conductor: ScriptedConductor,
    share: str,
    reason: Reason,
) -> None:
    """The window says why, and has nothing more to fill in."""
    conductor.answers["offer_share"] = no("Not needed any more, thank you.", reason)
    opens()
    ada.fills("share", "value", share)
    ada.submits()

    assert "Not needed any more" in ada.waits_for_modal("Not sent").text


def test_a_slow_vault_is_not_waited_for(
    ada: Person, opens: Callable[[], Modal], conductor: ScriptedConductor, share: str
) -> None:
    """After two seconds the modal says "received"; the work goes on and its outcome is shown."""
    finish = threading.Event()

    def slowly(**_: object) -> Done:
        finish.wait(10)
        state = state_of(collecting(ADA))
        return Done(state=state, ceremony=state.ceremonies[0])

    conductor.answers["offer_share"] = slowly
    opens()
    ada.fills("share", "value", share)
    reaction = ada.submits()

    assert reaction.acknowledged
    assert 1.5 < reaction.seconds < 2.8
    assert "received" in ada.waits_for_modal("on its way to Vault").text
    finish.set()
    ada.waits_for_modal("Vault has your share", "1 of 3")


def test_a_late_refusal_reaches_whoever_closed_the_modal(
    ada: Person, opens: Callable[[], Modal], conductor: ScriptedConductor, share: str
) -> None:
    """What stands on no card is written to them."""
    finish = threading.Event()

    def slowly(**_: object) -> object:
        finish.wait(10)
        return no("Another share was on its way; give yours again.", Reason.BUSY)

    conductor.answers["offer_share"] = slowly
    opens()
    ada.fills("share", "value", share)
    ada.submits()
    ada.waits_for_modal("on its way to Vault")
    ada.closes()
    assert ada.look("give yours again", direct=True) is None
    finish.set()

    assert ada.waits_for("give yours again", direct=True)
    assert len(conductor.calls("offer_share")) == 1


def test_nobody_waits_for_the_shares_of_others(
    cast: Cast, bot: Bot, conductor: ScriptedConductor, share: str
) -> None:
    """While five shares wait for Vault, each holder is acknowledged, and so is a command."""
    state = conductor.states["payments"] = state_of(collecting())
    finish = threading.Event()
    conductor.answers["offer_share"] = lambda **_: finish.wait(10) and None
    holders = [cast[name] for name in ("Ada", "Ben", "Cat", "Dan", "Eve")]
    for holder in holders:
        bot.posts(
            holder_card(state, state.ceremonies[0], RULES, holder=holder.id, number=1), holder.id
        )
        holder.clicks("share.open", holder.waits_for("payments", direct=True))
        holder.waits_for_modal(callback_id="share.submit")
        holder.fills("share", "value", share)
    with ThreadPoolExecutor(len(holders), "holder") as hands:
        submitted = [hands.submit(holder.submits) for holder in holders]
        conductor.waits_for("offer_share", count=len(holders))

        reaction = cast["Sam"].types("/dr help", "C0INCIDENT")

        assert reaction.seconds < 1.0
        assert all(done.result().acknowledged for done in submitted)
    finish.set()


def test_the_same_submission_twice_is_one_cause(
    ada: Person, opens: Callable[[], Modal], conductor: ScriptedConductor, share: str, chat: Chat
) -> None:
    """An envelope that Slack delivers twice carries the same cause, by which the log knows it."""
    opens()
    ada.fills("share", "value", share)
    chat.courier.duplicate(times=1)
    ada.submits()

    conductor.waits_for("offer_share", count=2)
    first, second = conductor.calls("offer_share")
    assert first["cause"] == second["cause"]


def test_a_click_that_comes_twice_opens_one_window(
    ada: Person, opens: Callable[[], Modal], chat: Chat
) -> None:
    """The second `views.open` is refused by Slack, and nobody is told of an error."""
    chat.courier.duplicate(times=1)
    opens()
    chat.workspace.pulse.wait_for(lambda: len(chat.calls("views.open")) == 2, within=5)
    assert sorted(call.error for call in chat.calls("views.open")) == ["", "exchanged_trigger_id"]
    assert ada.look("press the button again", ephemeral=True) is None


def test_a_broken_door_says_so_without_the_share(
    ada: Person,
    opens: Callable[[], Modal],
    conductor: ScriptedConductor,
    share: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A surprise is told in the window; neither log nor Slack has the share."""

    def breaks(**given: str) -> None:
        raise ValueError(given["text"])

    conductor.answers["offer_share"] = breaks
    opens()
    ada.fills("share", "value", share)
    ada.submits()

    assert "nothing was lost" in ada.waits_for_modal("Something went wrong").text
    logged = capsys.readouterr()
    assert "door.failed" in logged.out
    assert share not in logged.out + logged.err
    assert not any(share in line for line in ada.chat.archive())


def test_no_share_is_left_in_the_payload(share: str) -> None:
    """Taking the share out of a payload takes it away: nobody downstream can find it there."""
    typed = {"share": {"value": {"type": "plain_text_input", "value": share}}}
    body = {"type": "view_submission", "view": {"id": "V1", "state": {"values": typed}}}

    assert taken(body, "share") == share
    assert share not in json.dumps(body)
    assert taken(body, "share") == ""


STANDINGS = {
    "frozen": (collecting(frozen_by=BEN, frozen_at=1), "frozen"),
    "the token is there": (token_held(), "Not needed any more"),
    "no attempt yet": (ceremony(), "No attempt takes shares just now"),
    "asked were others": (collecting(holders=(BEN,)), "not asked"),
}


@pytest.mark.parametrize(("now", "words"), STANDINGS.values(), ids=STANDINGS)
def test_no_window_opens_where_no_share_is_taken(
    ada: Person, conductor: ScriptedConductor, now: object, words: str
) -> None:
    """An old button opens nothing to type a share into: it says why, privately."""
    seen = ada.waits_for("payments", direct=True, button="share.open")
    conductor.states["payments"] = state_of(now)
    reaction = ada.clicks("share.open", seen)

    assert ada.waits_for(words, after=reaction, ephemeral=True)
    assert ada.modal is None


def test_declining_is_handed_on(ada: Person, conductor: ScriptedConductor) -> None:
    """The confirmation stands before it."""
    seen = ada.waits_for("payments", direct=True, button="share.decline")
    assert "cannot give" in seen.confirmation("share.decline")
    ada.clicks("share.decline", seen)

    assert conductor.waits_for("decline")["holder"] == ADA
