"""Socket Mode from the app's end of the wire: how connections begin and end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, WSMsgType

from lab.chat import Chat, Cut, Habits, Reason
from lab.people import Person, meet

if TYPE_CHECKING:
    from tests.lab.chat.conftest import Wire

INCIDENT = "C0INCIDENT"


@pytest.fixture
def habits() -> Habits:
    """Return a Slack that is ten times as impatient."""
    return Habits(ack_within=0.3, event_retries=(0.0, 0.1, 0.2), close_after=0.05)


def test_an_address_opens_one_connection(wire: Wire, chat: Chat) -> None:
    """Slack's address is good once."""

    async def scene(http: ClientSession) -> None:
        url = chat.world.tickets.issue()
        socket = await http.ws_connect(url)
        hello = await socket.receive_json()
        assert hello["num_connections"] == 1
        assert hello["connection_info"]["app_id"] == chat.workspace.bot.app_id
        async with http.get(url.replace("ws:", "http:")) as again:
            assert again.status == 408
        await socket.close()

    wire.play(scene)


def test_the_eleventh_connection_is_sent_away(wire: Wire, chat: Chat) -> None:
    """Ten are let in, as many as Slack allows."""

    async def scene(http: ClientSession) -> None:
        sockets = [await wire.connect(chat, http) for _ in range(10)]
        extra = await http.ws_connect(chat.world.tickets.issue())
        assert (await extra.receive_json())["reason"] == "too_many_websockets"
        assert (await extra.receive()).type is WSMsgType.CLOSE
        assert len(chat.sockets.all()) == 10
        for socket in sockets:
            await socket.close()

    wire.play(scene)


def test_without_a_connection_the_person_sees_an_error(cast: dict[str, Person]) -> None:
    """Nothing is kept for later: the command has failed."""
    reaction = cast["Ada"].types("/dr status", INCIDENT)
    assert reaction.error == "dispatch_failed"
    assert not reaction.acknowledged


@pytest.mark.parametrize(
    ("how", "heard"),
    [
        (Cut.CLOSE_FRAME, {WSMsgType.CLOSE}),
        (Cut.FIN, {WSMsgType.CLOSED}),
        (Cut.RESET, {WSMsgType.CLOSED, WSMsgType.ERROR}),
    ],
)
def test_cuts_that_end_a_connection(
    wire: Wire, chat: Chat, how: Cut, heard: set[WSMsgType]
) -> None:
    """A close frame is told; a bare end of the stream and a reset are not."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        cut = asyncio.create_task(asyncio.to_thread(chat.sockets.cut, how))
        assert (await socket.receive()).type in heard
        await socket.close()
        assert await cut == 1
        assert await asyncio.to_thread(
            chat.workspace.pulse.wait_for, lambda: not chat.sockets.all(), within=5
        )

    wire.play(scene)


def test_a_stalled_connection_takes_envelopes_and_answers_nothing(
    wire: Wire, chat: Chat, cast: dict[str, Person]
) -> None:
    """Pings stay unanswered, envelopes vanish, and the stream stays open."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        await socket.ping(b"before")
        assert (await socket.receive()).data == b"before"
        await asyncio.to_thread(chat.sockets.cut, Cut.STALL)
        await socket.ping(b"after")
        reaction = await wire.doing(cast["Ada"].types, "/dr status", INCIDENT)
        assert reaction.error == "operation_timeout"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.receive(), 0.05)
        assert len(chat.sockets.all()) == 1

    wire.play(scene)


@pytest.mark.parametrize("reason", list(Reason))
def test_slack_asks_for_a_new_connection(wire: Wire, chat: Chat, reason: Reason) -> None:
    """The reason is told; all but a warning are followed by a close."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        assert await asyncio.to_thread(chat.sockets.disconnect, reason) == 1
        frame = await socket.receive_json()
        assert (frame["type"], frame["reason"]) == ("disconnect", reason.value)
        if reason is not Reason.WARNING:
            assert (await socket.receive()).type is WSMsgType.CLOSE
        await socket.close()

    wire.play(scene)


@pytest.mark.parametrize("anywhere", [True, False], ids=["by default", "by a switch"])
def test_whether_an_ack_counts_on_another_connection(
    wire: Wire, manifest: dict[str, Any], *, anywhere: bool
) -> None:
    """It does by default; nobody knows whether it does at Slack, so there is a switch."""
    habits = Habits(ack_within=0.3, acks_on_any_connection=anywhere)
    with Chat(manifest, habits=habits) as chat:
        ada = meet(chat, "Ada")["Ada"]

        async def scene(http: ClientSession) -> None:
            old = await wire.connect(chat, http)
            typed = wire.doing(ada.types, "/dr status", INCIDENT)
            envelope = await old.receive_json()
            new = await wire.connect(chat, http)
            await new.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await typed).acknowledged is anywhere
            await old.close()
            await new.close()

        wire.play(scene)
