"""What a workspace keeps: people, channels, messages. Values; nothing here speaks JSON."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """Return an id as Slack makes them: a letter for the kind, then capitals and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


class ChannelKind(StrEnum):
    """What a conversation is: it decides which scope opens it and what it is called."""

    PUBLIC = "public"
    PRIVATE = "private"
    IM = "im"


class Presence(StrEnum):
    """What others see of somebody; Slack says `away` after some ten idle minutes."""

    ACTIVE = "active"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account. `team_id` empty means the workspace that the bot is installed in."""

    id: str
    name: str
    real_name: str = ""
    team_id: str = ""
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_admin: bool = False
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    presence: Presence = Presence.ACTIVE
    dnd_until: int = 0
    """Epoch seconds until which notifications are silenced; 0 for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation and who is in it (the bot included, by its user id)."""

    id: str
    name: str
    kind: ChannelKind = ChannelKind.PUBLIC
    members: tuple[str, ...] = ()
    is_archived: bool = False
    is_ext_shared: bool = False
    is_org_shared: bool = False
    is_pending_ext_shared: bool = False
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it stands now; `ephemeral_to` names its only reader."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    edited: str | None = None
    ephemeral_to: str | None = None
    by_bot: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BotIdentity:
    """The app as installed: one app, one bot user."""

    app_id: str = field(default_factory=lambda: new_id("A"))
    bot_id: str = field(default_factory=lambda: new_id("B"))
    user_id: str = field(default_factory=lambda: new_id("U"))
    name: str = "conclave"
