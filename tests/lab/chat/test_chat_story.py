"""A real Bolt app and the cast: the whole way from a command to a direct message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.chat import Chat, EnvelopeKind
from lab.people import Person

if TYPE_CHECKING:
    from tests.lab.chat.conftest import Guest

INCIDENT = "C0INCIDENT"


@pytest.mark.usefixtures("guest")
def test_a_command_is_acknowledged_and_answered_privately(cast: dict[str, Person]) -> None:
    """The words in the acknowledgement are seen by whoever typed, and by nobody else."""
    reaction = cast["Ada"].types("/dr status payments", INCIDENT)

    assert reaction.acknowledged
    assert reaction.error == ""
    assert 0 < reaction.seconds < 3
    assert cast["Ada"].waits_for("heard: status payments", after=reaction).ephemeral
    assert cast["Ben"].look("heard") is None


def test_from_a_button_through_a_modal_to_a_direct_message(
    guest: Guest, cast: dict[str, Person], chat: Chat
) -> None:
    """A button opens a modal; what is wrong stands under its input; what is right is kept."""
    ben = cast["Ben"]
    ben.types("/dr ask", INCIDENT)
    card = ben.waits_for("A share is wanted", direct=True, button="share.open")
    assert card.buttons == {"share.open": "Give", "share.decline": "Decline"}

    ben.clicks("share.open", card)
    modal = ben.waits_for_modal("Your share", callback_id="share.submit")
    assert modal.errors == {}

    assert ben.submits().delivery is None
    assert ben.modal.errors == {"share": "Please complete this required field."}

    ben.fills("share", "value", "bad")
    assert ben.submits().acknowledged
    assert ben.modal.errors == {"share": "not a share"}

    ben.fills("share", "value", "deadbeef")
    assert ben.modal.errors == {}
    ben.submits()
    ben.waits_for_no_modal()
    ben.waits_for("thank you", direct=True)

    assert any("deadbeef" in line for line in map(str, guest.bodies))
    assert not any("deadbeef" in line for line in chat.archive())
    assert any("not a share" in line for line in chat.archive())
    assert len(chat.deliveries(EnvelopeKind.INTERACTIVE)) == 3


def test_a_confirmation_stands_before_the_click(guest: Guest, cast: dict[str, Person]) -> None:
    """Whoever thinks better of it sends nothing; whoever confirms does."""
    ben = cast["Ben"]
    ben.types("/dr ask", INCIDENT)
    card = ben.waits_for("A share is wanted", direct=True)
    assert "1 of 3 shares is lost." in card.confirmation("share.decline")

    assert ben.clicks("share.decline", card, confirm=False).delivery is None
    assert len(guest.bodies) == 1

    assert ben.clicks("share.decline", card).acknowledged
    ben.waits_until(card, "declined")


def test_a_closed_modal_is_told_where_the_app_asked(guest: Guest, cast: dict[str, Person]) -> None:
    """`notify_on_close` brings a `view_closed`."""
    ben = cast["Ben"]
    ben.types("/dr ask", INCIDENT)
    ben.clicks("share.open", ben.waits_for("A share is wanted", direct=True))
    ben.waits_for_modal()
    ben.closes()
    assert ben.modal is None
    ben.chat.workspace.pulse.wait_for(lambda: guest.bodies[-1]["type"] == "view_closed", within=5)
    assert guest.bodies[-1]["is_cleared"] is False


@pytest.mark.usefixtures("guest")
def test_the_home_tab_is_published_when_it_is_opened(cast: dict[str, Person]) -> None:
    """An event reaches the app, which publishes; the person then sees it."""
    eve = cast["Eve"]
    assert eve.opens_home().acknowledged
    assert eve.chat.workspace.pulse.wait_for(lambda: eve.home, within=5)
    assert "Welcome" in eve.home.text
