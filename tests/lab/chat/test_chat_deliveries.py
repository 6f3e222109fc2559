"""Socket Mode from the app's end of the wire: envelopes and their acknowledgements."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from lab.chat import Chat, EnvelopeKind, Habits, Outcome
from lab.people import Person, meet

if TYPE_CHECKING:
    from tests.lab.chat.conftest import Wire

INCIDENT = "C0INCIDENT"


@pytest.fixture
def habits() -> Habits:
    """Return a Slack that is ten times as impatient."""
    return Habits(ack_within=0.3, event_retries=(0.0, 0.1, 0.2), close_after=0.05)


def test_an_acknowledgement_in_time_counts_and_is_measured(
    wire: Wire, chat: Chat, cast: dict[str, Person]
) -> None:
    """The envelope has Slack's fields; ack and answer are kept with their times."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        typed = wire.doing(cast["Ada"].types, "/dr status payments", INCIDENT)
        envelope = await socket.receive_json()
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"] is True
        assert envelope["payload"]["text"] == "status payments"
        assert envelope["payload"]["is_enterprise_install"] == "false"
        ack = {"envelope_id": envelope["envelope_id"], "payload": {"text": "fine"}}
        await socket.send_json(ack)
        reaction = await typed
        assert reaction.acknowledged
        assert 0 < reaction.seconds < 0.3
        assert reaction.delivery.answer == {"text": "fine"}
        assert cast["Ada"].look("fine").ephemeral
        assert any('"fine"' in line for line in chat.archive())
        await socket.close()

    wire.play(scene)


def test_a_late_acknowledgement_is_no_use(wire: Wire, chat: Chat, cast: dict[str, Person]) -> None:
    """The person has long seen `operation_timeout`; the answer is shown to nobody."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        typed = wire.doing(cast["Ada"].types, "/dr status", INCIDENT)
        envelope = await socket.receive_json()
        reaction = await typed
        assert reaction.error == "operation_timeout"
        await socket.send_json(
            {"envelope_id": envelope["envelope_id"], "payload": {"text": "fine"}}
        )
        await asyncio.to_thread(
            chat.workspace.pulse.wait_for, lambda: reaction.delivery.late_acks, within=5
        )
        assert reaction.delivery.late_acks == 1
        assert cast["Ada"].look("fine") is None
        await socket.close()

    wire.play(scene)


def test_an_event_comes_again_until_it_is_acknowledged(
    wire: Wire, chat: Chat, cast: dict[str, Person]
) -> None:
    """Same envelope, retries counted, the reason given; an ack ends it."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        opened = wire.doing(cast["Ada"].opens_home)
        seen = [await socket.receive_json() for _ in range(3)]
        assert [each["retry_attempt"] for each in seen] == [0, 1, 2]
        assert [each["retry_reason"] for each in seen] == ["", "timeout", "timeout"]
        assert len({each["envelope_id"] for each in seen}) == 1
        assert len({each["payload"]["event_id"] for each in seen}) == 1
        await socket.send_json({"envelope_id": seen[0]["envelope_id"]})
        assert (await opened).acknowledged
        await socket.close()

    wire.play(scene)


def test_an_event_is_kept_for_a_connection_that_comes_later(
    wire: Wire, manifest: dict[str, Any]
) -> None:
    """With no socket open, the retry is the only delivery."""
    with Chat(manifest, habits=Habits(event_retries=(0.0, 0.5, 5.0))) as chat:
        ada = meet(chat, "Ada")["Ada"]

        async def scene(http: ClientSession) -> None:
            opened = wire.doing(ada.opens_home)
            await asyncio.to_thread(chat.workspace.pulse.wait_for, chat.deliveries, within=5)
            socket = await wire.connect(chat, http)
            envelope = await socket.receive_json()
            assert envelope["retry_attempt"] > 0
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await opened).acknowledged
            await socket.close()

        wire.play(scene)


def test_an_event_is_given_up_in_the_end(wire: Wire, chat: Chat, cast: dict[str, Person]) -> None:
    """After the last retry nothing more comes."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        reaction = await wire.doing(cast["Ada"].opens_home)
        assert reaction.delivery.outcome is Outcome.TIMED_OUT
        assert len(reaction.delivery.attempts) == 4
        await socket.close()

    wire.play(scene)


def test_clicks_are_redelivered_only_by_a_switch(wire: Wire, manifest: dict[str, Any]) -> None:
    """With the switch an unacknowledged command comes twice, as some have seen it."""
    habits = Habits(ack_within=0.1, redeliver_interactions=True)
    with Chat(manifest, habits=habits) as chat:
        ada = meet(chat, "Ada")["Ada"]

        async def scene(http: ClientSession) -> None:
            socket = await wire.connect(chat, http)
            typed = wire.doing(ada.types, "/dr status", INCIDENT)
            first, second = await socket.receive_json(), await socket.receive_json()
            assert first == second
            assert (await typed).error == "operation_timeout"
            await socket.close()

        wire.play(scene)


def test_each_envelope_goes_to_one_of_the_connections(
    wire: Wire, chat: Chat, cast: dict[str, Person]
) -> None:
    """Of several connections each gets some, and no envelope reaches two."""

    async def scene(http: ClientSession) -> None:
        sockets = [await wire.connect(chat, http) for _ in range(2)]
        got: list[list[str]] = [[], []]

        async def acknowledge(at: int) -> None:
            async for message in sockets[at]:
                envelope = message.json()
                got[at].append(envelope["envelope_id"])
                await sockets[at].send_json({"envelope_id": envelope["envelope_id"]})

        readers = [asyncio.create_task(acknowledge(at)) for at in range(2)]
        for _ in range(6):
            reaction = await wire.doing(cast["Ada"].types, "/dr status", INCIDENT)
            assert reaction.acknowledged
        assert len(got[0]) == len(got[1]) == 3
        assert not set(got[0]) & set(got[1])
        for reader in readers:
            reader.cancel()
        for socket in sockets:
            await socket.close()

    wire.play(scene)


@pytest.mark.parametrize("spread", [False, True], ids=["on one connection", "on two connections"])
def test_the_same_envelope_twice(
    wire: Wire, chat: Chat, cast: dict[str, Person], *, spread: bool
) -> None:
    """By a switch an envelope is doubled; the first ack counts, the second is counted only."""

    async def scene(http: ClientSession) -> None:
        sockets = [await wire.connect(chat, http) for _ in range(2)]
        chat.courier.duplicate(EnvelopeKind.COMMAND, spread=spread)
        typed = wire.doing(cast["Ada"].types, "/dr status", INCIDENT)
        asked = [asyncio.create_task(socket.receive_json()) for socket in sockets]
        done, _ = await asyncio.wait(
            asked,
            return_when=asyncio.ALL_COMPLETED if spread else asyncio.FIRST_COMPLETED,
        )
        first = next(i for i, task in enumerate(asked) if task in done)
        second = 1 - first if spread else first
        again = asked[second] if spread else asyncio.create_task(sockets[first].receive_json())
        assert asked[first].result() == await again
        for at in (first, second):
            await sockets[at].send_json({"envelope_id": asked[first].result()["envelope_id"]})
        reaction = await typed
        await asyncio.to_thread(
            chat.workspace.pulse.wait_for, lambda: reaction.delivery.acks == 2, within=5
        )
        assert (reaction.delivery.acks, reaction.delivery.late_acks) == (2, 0)
        assert len({a.connection for a in reaction.delivery.attempts}) == 1 + spread
        for socket in sockets:
            await socket.close()

    wire.play(scene)


def test_an_old_envelope_comes_once_more(wire: Wire, chat: Chat, cast: dict[str, Person]) -> None:
    """`resend` repeats what was long acknowledged, word for word, on a chosen connection."""

    async def scene(http: ClientSession) -> None:
        socket = await wire.connect(chat, http)
        typed = wire.doing(cast["Ada"].types, "/dr status", INCIDENT)
        first = await socket.receive_json()
        await socket.send_json({"envelope_id": first["envelope_id"]})
        reaction = await typed
        other = await wire.connect(chat, http)
        await asyncio.to_thread(chat.courier.resend, reaction.delivery, to=2)
        assert await other.receive_json() == first
        await socket.close()
        await other.close()

    wire.play(scene)
