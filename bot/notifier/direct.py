"""The direct message with a person: its channel, asked of Slack once and kept in the cache."""

from __future__ import annotations

import re

from bot.notifier.pace import OPEN
from bot.reply import Refused, Reply, Taken, Unheard, ask
from bot.slack_clients import SlackClients
from ceremonies.errors import StoreUnreachable
from ceremonies.observations import Observations

_DIRECT = re.compile(r"D[A-Z0-9]{2,30}")
_KEPT_S = 30 * 24 * 3600.0  # it never changes; a person who left is found out by posting


def direct_channel(slack: SlackClients, seen: Observations, person: str) -> str | Reply:
    """Return the channel `D…` with this person, or what Slack said instead."""
    known = _known(seen, person)
    if known:
        return known
    reply = ask(slack.reading.conversations_open, users=person)
    if not isinstance(reply, Taken):
        return reply
    channel = reply.text("channel", "id")
    if not channel:
        return Unheard(problem=f"{OPEN} without a channel")
    _keep(seen, person, channel)
    return channel


def forget_channel(seen: Observations, person: str, refused: Refused) -> bool:
    """Return whether a known channel is not one any more; it is asked for anew next time."""
    if refused.code != "channel_not_found" or not _known(seen, person):
        return False
    try:
        seen.forget(_name(person))
    except StoreUnreachable:
        return False
    return True


def _known(seen: Observations, person: str) -> str:
    """Return the channel that the cache knows: only a direct message's, whatever is written there.

    A holder's message names what is wanted of them; it is never posted into a channel of others.
    """
    try:
        channel = seen.get(_name(person)) or ""
    except StoreUnreachable:
        return ""
    return channel if _DIRECT.fullmatch(channel) else ""


def _keep(seen: Observations, person: str, channel: str) -> None:
    try:
        seen.put(_name(person), channel, seconds=_KEPT_S)
    except StoreUnreachable:
        return


def _name(person: str) -> str:
    return f"direct:{person}"
