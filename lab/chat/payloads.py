"""What Slack sends the app when somebody does something, field by field."""

from __future__ import annotations

import secrets
from typing import Any

from lab.chat.kit.fields import state_values
from lab.chat.modals import OpenView
from lab.chat.records import Channel, ChannelKind, Json, Message, User, new_id
from lab.chat.wire import message_record, view_record
from lab.chat.workspace import Workspace

_COPIED = ("value", "style", "confirm", "text", "placeholder")


def _domain(workspace: Workspace, team_id: str) -> str:
    return workspace.domain if team_id == workspace.team_id else f"{team_id.lower()}-domain"


def _channel_name(channel: Channel) -> str:
    names = {ChannelKind.IM: "directmessage", ChannelKind.PRIVATE: "privategroup"}
    return names.get(channel.kind, channel.name)


def _person(user: User) -> Json:
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def _common(workspace: Workspace, user: User, token: str) -> Json:
    """Return the fields of every interaction; `team` is the person's, not the app's."""
    return {
        "user": _person(user),
        "api_app_id": workspace.bot.app_id,
        "token": token,
        "team": {"id": user.team_id, "domain": _domain(workspace, user.team_id)},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def slash_command(
    workspace: Workspace,
    user: User,
    channel: Channel,
    *,
    token: str,
    command: str,
    text: str,
    trigger_id: str,
    response_url: str,
) -> Json:
    """Return a `slash_commands` payload: flat, and every value a string."""
    return {
        "token": token,
        "team_id": user.team_id,
        "team_domain": _domain(workspace, user.team_id),
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.bot.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def action(workspace: Workspace, block: Json, element: Json, chosen: Json | None) -> Json:
    """Return one entry of `actions`."""
    entry: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": workspace.clock.ts(),
        **{key: element[key] for key in _COPIED if key in element},
    }
    return entry | (chosen or {})


def message_action(
    workspace: Workspace,
    user: User,
    message: Message,
    actions: list[Json],
    *,
    token: str,
    trigger_id: str,
    response_url: str,
    typed: dict[str, dict[str, Json]],
) -> Json:
    """Return a `block_actions` payload from a message; an ephemeral one is not sent along."""
    channel = workspace.channel(message.channel)
    ephemeral = message.ephemeral_to is not None
    payload: Json = {
        "type": "block_actions",
        **_common(workspace, user, token),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": trigger_id,
        "channel": {
            "id": message.channel,
            "name": _channel_name(channel) if channel else "",
        },
        "state": {"values": state_values(message.blocks, typed)},
        "response_url": response_url,
        "actions": actions,
    }
    if not ephemeral:
        payload["message"] = message_record(workspace, message)
    return payload


def view_action(
    workspace: Workspace,
    user: User,
    view: OpenView,
    actions: list[Json],
    *,
    token: str,
    trigger_id: str,
) -> Json:
    """Return a `block_actions` payload from a modal or a home tab."""
    return {
        "type": "block_actions",
        **_common(workspace, user, token),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": view_record(workspace, view),
        "actions": actions,
    }


def view_submission(
    workspace: Workspace, user: User, view: OpenView, *, token: str, trigger_id: str
) -> Json:
    """Return a `view_submission` payload, with a trigger of its own."""
    return {
        "type": "view_submission",
        **_common(workspace, user, token),
        "trigger_id": trigger_id,
        "view": view_record(workspace, view),
        "response_urls": [],
    }


def view_closed(
    workspace: Workspace, user: User, view: OpenView, *, token: str, is_cleared: bool
) -> Json:
    """Return a `view_closed` payload."""
    return {
        "type": "view_closed",
        **_common(workspace, user, token),
        "view": view_record(workspace, view),
        "is_cleared": is_cleared,
    }


def event(
    workspace: Workspace, inner: dict[str, Any], *, token: str, is_ext_shared: bool = False
) -> Json:
    """Return an Events API callback around an event."""
    return {
        "token": token,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.bot.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(workspace.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_ext_shared,
        "event_context": f"4-{secrets.token_hex(24)}",
    }
