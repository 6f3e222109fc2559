"""The buttons of a ceremony's card, and the modals behind two of them."""

from __future__ import annotations

import secrets
import threading

import pytest

from bot.cards.channel import channel_card
from bot.cards.kit import actions, button, card
from ceremonies.ceremony import Ceremony, Ending, Phase
from ceremonies.commands import Reason
from lab.chat import Chat
from lab.people import Person
from lab.sights import Seen
from tests.bot.cards.states import (
    ADA,
    BEN,
    CAT,
    DAN,
    EVIDENCE,
    RULES,
    a_round,
    asked,
    ceremony,
    collecting,
    ended,
    lost_round,
    token_held,
)
from tests.bot.conftest import INCIDENT, Bot
from tests.bot.scripted import ScriptedConductor, no, state_of

Cast = dict[str, Person]


class Board:
    """Shows a ceremony's card in the channel."""

    def __init__(self, bot: Bot, conductor: ScriptedConductor, cast: Cast) -> None:
        self._bot, self._conductor, self._cast = bot, conductor, cast

    def shows(self, c: Ceremony) -> Seen:
        """Let this be the ceremony, and its card stand in the channel."""
        state = self._conductor.states["payments"] = state_of(c)
        now = self._conductor.now()
        self._bot.posts(channel_card(state, c, RULES, command="/dr", now=now))
        return self._cast["Sam"].waits_for("payments/b", channel=INCIDENT)


@pytest.fixture
def board(bot: Bot, conductor: ScriptedConductor, cast: Cast) -> Board:
    """The channel's card."""
    return Board(bot, conductor, cast)


BUTTONS = {
    "freeze by a commander": ("Sam", "ceremony.freeze", collecting(), "freeze"),
    "extend": ("Sam", "ceremony.extend", collecting(), "extend"),
    "cancel": ("Sam", "ceremony.cancel", collecting(), "cancel"),
    "nudge": ("Sam", "ceremony.nudge", collecting(), "nudge"),
    "thaw by a holder": ("Ada", "ceremony.thaw", collecting(frozen_by=BEN, frozen_at=1), "thaw"),
    "thaw by an approver": (
        "Kim",
        "ceremony.thaw",
        collecting(frozen_by=BEN, frozen_at=1),
        "thaw",
    ),
    "approve": ("Kim", "promotion.approve", asked(token_held()), "approve"),
    "reject": ("Kim", "promotion.reject", asked(token_held()), "reject"),
}


@pytest.mark.parametrize("case", BUTTONS.values(), ids=BUTTONS)
def test_each_button_asks_the_conductor_once(
    board: Board, cast: Cast, conductor: ScriptedConductor, case: tuple[str, str, Ceremony, str]
) -> None:
    """The click is acknowledged at once; who, which ceremony and which click are handed on."""
    who, action, c, method = case
    seen = board.shows(c)
    reaction = cast[who].clicks(action, seen)

    assert reaction.acknowledged
    given = conductor.waits_for(method)
    assert (given["set_name"], given["ceremony"]) == ("payments", c.id)
    assert given["by"] == cast[who].id
    assert given["cause"].startswith("trigger:")


def test_a_refusal_is_told_to_whoever_clicked(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """The card stays as it is; the words are for their eyes only."""
    conductor.answers["approve"] = no("You asked for this promotion.", Reason.OWN_REQUEST)
    seen = board.shows(asked(token_held()))
    reaction = cast["Kim"].clicks("promotion.approve", seen)

    assert cast["Kim"].waits_for("You asked for this promotion.", after=reaction, ephemeral=True)
    assert cast["Sam"].look("You asked for this") is None


def test_a_click_that_comes_twice_is_one_cause(
    board: Board, cast: Cast, conductor: ScriptedConductor, chat: Chat
) -> None:
    """Both deliveries reach the conductor, and carry what the log knows a repeat by."""
    seen = board.shows(asked(token_held()))
    chat.courier.duplicate(times=1)
    cast["Kim"].clicks("promotion.approve", seen)

    conductor.waits_for("approve", count=2)
    first, second = conductor.calls("approve")
    assert first["cause"] == second["cause"]


def test_starting_anew_names_the_attempt_that_it_ends(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """The nonce that the commander saw goes with the click."""
    c = collecting(phase=Phase.STRANDED)
    seen = board.shows(c)
    cast["Sam"].clicks("ceremony.restart", seen)

    assert conductor.waits_for("restart")["cancel_nonce"] == c.nonce
    assert cast["Sam"].waits_for("has started", ephemeral=True)


def test_an_ended_ceremony_is_started_again(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """One click starts a new one with the same purpose."""
    seen = board.shows(ended(Ending.EXPIRED))
    cast["Sam"].clicks("ceremony.restart", seen)

    assert conductor.waits_for("restart")["cancel_nonce"] == ""


def test_a_commander_goes_on_with_chosen_holders(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """After two lost rounds a modal offers the holders, and the choice is handed on."""
    rounds = (lost_round(1, ADA, BEN, CAT), lost_round(2, ADA, BEN, DAN), a_round(3))
    seen = board.shows(collecting(rounds=rounds))
    sam = cast["Sam"]
    sam.clicks("ceremony.choose", seen)
    sam.waits_for_modal(callback_id="ceremony.choose")
    sam.fills("holders", "value", (BEN, CAT, DAN))
    sam.submits()

    assert set(conductor.waits_for("restart")["holders"]) == {BEN, CAT, DAN}
    sam.waits_for_no_modal()


def test_a_promotion_is_asked_for_in_a_modal(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """What is typed goes to the conductor as it was typed, with the reason."""
    seen = board.shows(token_held())
    sam = cast["Sam"]
    sam.clicks("promotion.open", seen)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", " Payments/B ")
    sam.fills("reason", "value", "agreed on the call")
    sam.submits()

    given = conductor.waits_for("request_promotion")
    assert (given["typed"], given["reason"]) == (" Payments/B ", "agreed on the call")
    sam.waits_for_no_modal()


def test_a_wrong_name_stands_beneath_what_was_typed(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """The modal stays, with the error at the name."""
    conductor.answers["request_promotion"] = no("Type payments/b to confirm.", Reason.MALFORMED)
    seen = board.shows(token_held())
    sam = cast["Sam"]
    sam.clicks("promotion.open", seen)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", "payments/a")
    sam.submits()

    assert sam.modal.errors == {"cluster": "Type payments/b to confirm."}


def test_a_share_is_no_reason(board: Board, cast: Cast, conductor: ScriptedConductor) -> None:
    """Pasted into the wrong box it is neither kept nor handed on; the error stands at that box."""
    seen = board.shows(token_held())
    sam = cast["Sam"]
    sam.clicks("promotion.open", seen)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", "payments/b")
    sam.fills("reason", "value", f"Ben's is {secrets.token_hex(33)}")
    sam.submits()

    assert set(sam.modal.errors) == {"reason"}
    assert "rekey" in sam.modal.errors["reason"]
    assert conductor.calls("request_promotion") == []


def test_the_promotion_modal_waits_for_no_cluster(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """While silent nodes are asked, the window says so; what came of it follows."""
    finish = threading.Event()

    def slowly(**_: object) -> object:
        finish.wait(10)
        return no("The promotion is blocked: a answers as primary.", Reason.GATE)

    conductor.answers["request_promotion"] = slowly
    seen = board.shows(token_held())
    sam = cast["Sam"]
    sam.clicks("promotion.open", seen)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", "payments/b")
    reaction = sam.submits()

    assert reaction.acknowledged
    assert reaction.seconds < 2.8
    sam.waits_for_modal("Asking every node")
    finish.set()
    sam.waits_for_modal("The promotion is blocked")


def test_what_was_typed_survives_the_newest_evidence(
    board: Board, cast: Cast, conductor: ScriptedConductor, chat: Chat
) -> None:
    """The modal opens first; when the look has come its table changes and the input stays."""
    finish = threading.Event()
    conductor.answers["look"] = lambda **_: finish.wait(10) and EVIDENCE
    seen = board.shows(token_held())
    sam = cast["Sam"]
    sam.clicks("promotion.open", seen)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", "payments/b")
    finish.set()
    assert chat.workspace.pulse.wait_for(lambda: chat.calls("views.update"), within=5)
    sam.submits()

    assert conductor.waits_for("request_promotion")["typed"] == "payments/b"


def test_a_click_on_a_forgotten_ceremony_does_nothing(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """A card from long ago has buttons still; they say that it is over."""
    seen = board.shows(collecting())
    conductor.states["payments"] = state_of(ceremony(id="another"))
    reaction = cast["Sam"].clicks("ceremony.cancel", seen)

    cast["Sam"].waits_for("long over", after=reaction, ephemeral=True)
    assert conductor.calls("cancel") == []


def test_a_button_that_nobody_knows_is_answered(bot: Bot, cast: Cast) -> None:
    """A button of another version is acknowledged, and says that it does nothing."""
    row = actions([button("report.open", "Report", {"set": "payments"})])
    bot.posts(card("A shift", [row]))
    seen = cast["Sam"].waits_for(channel=INCIDENT, button="report.open")
    reaction = cast["Sam"].clicks("report.open", seen)

    assert reaction.acknowledged
    cast["Sam"].waits_for("another version", after=reaction, ephemeral=True)


def test_a_surprise_is_told_and_logged_by_its_place(
    board: Board, cast: Cast, conductor: ScriptedConductor, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake of ours does not leave anybody waiting, and its log has no payload."""

    def breaks(**_: object) -> None:
        raise KeyError("what the payload held")

    conductor.answers["extend"] = breaks
    reaction = cast["Sam"].clicks("ceremony.extend", board.shows(collecting()))

    cast["Sam"].waits_for("Something went wrong", after=reaction, ephemeral=True)
    logged = capsys.readouterr().out
    assert "door.failed" in logged
    assert "KeyError" in logged
    assert "what the payload held" not in logged


def test_an_answer_that_slack_does_not_take_comes_as_a_direct_message(
    board: Board, cast: Cast, conductor: ScriptedConductor, chat: Chat
) -> None:
    """A response URL that is gone costs nothing: the words reach the person."""
    conductor.answers["extend"] = no("The ceremony is at its maximum already.")
    seen = board.shows(collecting())
    chat.world.hooks.origin = "http://127.0.0.1:1"
    clicked = cast["Sam"].clicks("ceremony.extend", seen)

    assert cast["Sam"].waits_for("at its maximum", direct=True, after=clicked)
    assert cast["Sam"].look("at its maximum", ephemeral=True) is None
