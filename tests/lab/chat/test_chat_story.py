"""A real Bolt app and the cast: the whole way from a command to a direct message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from lab.chat import Chat, Cut, EnvelopeKind, Reason
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


@pytest.mark.parametrize(
    "leave",
    [
        lambda chat: chat.sockets.cut(Cut.CLOSE_FRAME),
        lambda chat: chat.sockets.disconnect(Reason.REFRESH_REQUESTED),
        lambda chat: chat.sockets.disconnect(Reason.WARNING),
    ],
    ids=["a close frame", "a refresh", "a warning"],
)
@pytest.mark.usefixtures("guest")
def test_a_real_client_connects_anew(
    chat: Chat, cast: dict[str, Person], leave: Callable[[Chat], int]
) -> None:
    """After a close frame, and when asked to, the SDK opens another connection and goes on."""
    assert leave(chat) == 1
    assert chat.workspace.pulse.wait_for(
        lambda: chat.sockets.opened == 2 and [c.number for c in chat.sockets.all()] == [2],
        within=10,
    )
    assert cast["Ada"].types("/dr status", INCIDENT).acknowledged


def test_the_same_click_on_two_replicas(
    chat: Chat, cast: dict[str, Person], visit: Callable[..., Guest]
) -> None:
    """Two apps on one token each get their own; a doubled click reaches both."""
    with visit() as one, visit() as two:
        chat.wait_for_connections(2)
        chat.courier.duplicate(EnvelopeKind.COMMAND, spread=True)
        reaction = cast["Ada"].types("/dr status", INCIDENT)
        assert chat.workspace.pulse.wait_for(lambda: reaction.delivery.acks == 2, within=5)
        assert [len(one.bodies), len(two.bodies)] == [1, 1]
        assert one.bodies == two.bodies
        cast["Ada"].types("/dr status", INCIDENT)
        assert len(one.bodies) + len(two.bodies) == 3
