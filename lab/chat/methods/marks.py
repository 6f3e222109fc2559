"""Pins and reactions."""

from __future__ import annotations

import re

from lab.chat.meter import Tier
from lab.chat.methods.call import Call, Method
from lab.chat.records import Json, Message
from lab.chat.refusal import Refused

_TS = re.compile(r"\d{10}\.\d{6}")
_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _message(call: Call) -> Message:
    channel = call.channel()
    ts = call.text("timestamp")
    if not ts:
        raise Refused("no_item_specified")
    if not _TS.fullmatch(ts):
        raise Refused("bad_timestamp")
    message = call.world.workspace.message(channel.id, ts)
    if message is None or message.ephemeral_to:
        raise Refused("message_not_found")
    return message


def pin(call: Call) -> Json:
    """Pin a message to its channel."""
    message = _message(call)
    workspace = call.world.workspace
    channel = workspace.channel(message.channel)
    if channel and workspace.bot.user_id not in channel.members:
        raise Refused("not_in_channel")
    if (message.channel, message.ts) in workspace.pins:
        raise Refused("already_pinned")
    workspace.pins.add((message.channel, message.ts))
    workspace.pulse.beat()
    return {}


def unpin(call: Call) -> Json:
    """Take a pin off."""
    message = _message(call)
    workspace = call.world.workspace
    if (message.channel, message.ts) not in workspace.pins:
        raise Refused("no_pin")
    workspace.pins.remove((message.channel, message.ts))
    workspace.pulse.beat()
    return {}


def react(call: Call) -> Json:
    """Put the bot's reaction under a message."""
    message = _message(call)
    workspace = call.world.workspace
    name = call.text("name")
    if not _NAME.fullmatch(name):
        raise Refused("invalid_name")
    mark = (message.channel, message.ts, name)
    if mark in workspace.reactions:
        raise Refused("already_reacted")
    workspace.reactions.add(mark)
    workspace.pulse.beat()
    return {}


METHODS = (
    Method(
        name="pins.add",
        run=pin,
        required=("channel",),
        optional=("timestamp",),
        scopes=("pins:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="pins.remove",
        run=unpin,
        required=("channel",),
        optional=("timestamp",),
        scopes=("pins:write",),
        tier=Tier.TWO,
    ),
    Method(
        name="reactions.add",
        run=react,
        required=("channel", "name", "timestamp"),
        scopes=("reactions:write",),
    ),
)
