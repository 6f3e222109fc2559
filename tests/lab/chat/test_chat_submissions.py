"""Submitting a modal: what the app receives, and what each answer does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk import WebClient

from lab.chat import Chat
from lab.people import Person

if TYPE_CHECKING:
    from tests.lab.chat.conftest import Wire

INCIDENT = "C0INCIDENT"
INTERACTION = {
    "type",
    "user",
    "api_app_id",
    "token",
    "team",
    "enterprise",
    "is_enterprise_install",
}
VIEW = {
    "id",
    "team_id",
    "type",
    "blocks",
    "private_metadata",
    "callback_id",
    "state",
    "hash",
    "title",
    "clear_on_close",
    "notify_on_close",
    "close",
    "submit",
    "previous_view_id",
    "root_view_id",
    "app_id",
    "external_id",
    "app_installed_team_id",
    "bot_id",
}


@pytest.fixture
def ada(
    chat: Chat, client: WebClient, cast: dict[str, Person], share_modal: dict[str, Any]
) -> Person:
    """Return Ada with the modal open and something typed."""
    trigger_id = chat.world.triggers.issue("U0ADA")
    client.views_open(trigger_id=trigger_id, view=share_modal)
    cast["Ada"].fills("share", "value", "typed")
    return cast["Ada"]


def test_a_submission(wire: Wire, chat: Chat, ada: Person) -> None:
    """The view with its state; a trigger of its own; no channel, no response URL."""
    envelope, _ = wire.received(chat, ada.submits)
    payload = envelope["payload"]
    assert envelope["accepts_response_payload"] is True
    assert set(payload) == INTERACTION | {"trigger_id", "view", "response_urls"}
    assert payload["type"] == "view_submission"
    assert payload["response_urls"] == []
    view = payload["view"]
    assert set(view) == VIEW
    assert view["state"] == {
        "values": {"share": {"value": {"type": "plain_text_input", "value": "typed"}}}
    }
    assert view["root_view_id"] == view["id"]
    assert view["previous_view_id"] is None
    assert view["callback_id"] == "share.submit"
    assert view["private_metadata"] == '{"set": "payments"}'


ANSWERS: dict[str, tuple[dict[str, Any] | None, str]] = {
    "nothing": (None, ""),
    "clear": ({"response_action": "clear"}, ""),
    "update": ({"response_action": "update", "view": {"title": "Received"}}, "Received"),
    "push": ({"response_action": "push", "view": {"title": "More"}}, "More"),
    "errors": ({"response_action": "errors", "errors": {"share": "no"}}, "Your share"),
}


@pytest.mark.parametrize(("answer", "title"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_to_a_submission(
    wire: Wire, chat: Chat, ada: Person, answer: dict[str, Any] | None, title: str
) -> None:
    """It closes, replaces, covers or corrects the modal, as the answer says."""
    if answer and "view" in answer:
        words = answer["view"]["title"]
        view = {"type": "modal", "title": {"type": "plain_text", "text": words}, "blocks": []}
        answer = {**answer, "view": view}
    reaction = wire.received(chat, ada.submits, answer)[1]
    assert reaction.error == ""
    assert (ada.modal.title if ada.modal else "") == title
    if answer and "errors" in answer:
        assert ada.modal.errors == {"share": "no"}
    if answer and answer["response_action"] == "push":
        ada.closes()
        assert ada.modal.title == "Your share"


WRONG = {
    "errors for no input": {"response_action": "errors", "errors": {"elsewhere": "no"}},
    "no errors": {"response_action": "errors", "errors": {}},
    "an unknown action": {"response_action": "explode"},
    "a message": {"text": "thanks"},
    "a view that is none": {"response_action": "update", "view": {"type": "modal"}},
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_an_answer_that_does_not_fit(
    wire: Wire, chat: Chat, ada: Person, answer: dict[str, Any]
) -> None:
    """The app is told nothing; the person sees that there was trouble, and the modal stays."""
    reaction = wire.received(chat, ada.submits, answer)[1]
    assert reaction.error
    assert ada.modal.trouble == "We had some trouble connecting. Try again?"
    assert ada.modal.title == "Your share"


def test_a_bad_answer_to_a_command(wire: Wire, chat: Chat, cast: dict[str, Person]) -> None:
    """Blocks are checked in an acknowledgement, too."""
    act = lambda: cast["Ada"].types("/dr help", INCIDENT)  # noqa: E731 — an act like the others
    reaction = wire.received(chat, act, {"blocks": [{"type": "x"}]})[1]
    assert reaction.error == "invalid_blocks"
    assert cast["Ada"].reads() == ()
