"""What no client offers and anybody could send: buttons that are not shown, modals never opened."""

from __future__ import annotations

import json
from typing import Any

from lab.chat import payloads
from lab.chat.deliveries import EnvelopeKind, Outcome
from lab.chat.records import Channel, Message
from lab.people import Person
from lab.sights import Reaction

_PATIENCE = 10.0


def clicks(person: Person, action_id: str, value: dict[str, Any], *, message: Message) -> Reaction:
    """Send a click on a button that need not stand in this message, in this person's name."""
    chat = person.chat
    words = {"type": "plain_text", "text": "forged"}
    element = {
        "type": "button",
        "action_id": action_id,
        "text": words,
        "value": json.dumps(value),
    }
    block = {"type": "actions", "block_id": "forged", "elements": [element]}
    pulse = chat.workspace.pulse
    with pulse:
        revision = pulse.revision
        payload = payloads.message_action(
            chat.workspace,
            person.user,
            message,
            [payloads.action(chat.workspace, block, element, None)],
            token="forged",
            trigger_id=chat.world.triggers.issue(person.id),
            response_url=chat.world.hooks.issue(
                "actions", user=person.id, channel=message.channel, original=message.ts
            ),
            typed={},
        )
    delivery = chat.courier.deliver(EnvelopeKind.INTERACTIVE, payload)
    assert pulse.wait_for(lambda: delivery.settled, within=_PATIENCE), "nobody answered"
    error = "" if delivery.outcome is Outcome.ACKED else delivery.outcome.value
    return Reaction(delivery=delivery, error=error, revision=revision)


def opens(person: Person, view: dict[str, Any]) -> None:
    """Put a modal before this person that the bot never opened for them."""
    with person.chat.workspace.pulse:
        person.chat.world.modals.open(person.id, view)


def elsewhere(person: Person, channel_id: str, **fields: object) -> Message:
    """Return a message of the bot in another channel, which is made for it."""
    workspace = person.chat.workspace
    if workspace.channel(channel_id) is None:
        members = (person.id,)
        workspace.add_channel(Channel(id=channel_id, name="elsewhere", members=members))
        workspace.change_channel(channel_id, **fields)
    user = workspace.bot.user_id
    return workspace.post(Message(channel=channel_id, ts="", user=user, text="forged", by_bot=True))
