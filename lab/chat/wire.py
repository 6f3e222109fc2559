"""Records as Slack's JSON: users, channels, messages, views."""

from __future__ import annotations

from lab.chat.kit.fields import state_values
from lab.chat.modals import OpenView
from lab.chat.records import Channel, ChannelKind, Json, Message, User
from lab.chat.workspace import Workspace


def user_record(workspace: Workspace, user: User) -> Json:
    """Return what `users.info` says; a deleted account has no flags, a stranger is marked."""
    name = user.real_name or user.name
    record: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": {
            "real_name": name,
            "real_name_normalized": name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "status_text": "",
            "status_emoji": "",
            "team": user.team_id,
        },
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(workspace.clock.now()),
    }
    if user.deleted:
        return record
    record |= {
        "color": "4bbe2e",
        "real_name": name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": user.tz_offset,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }
    if user.team_id != workspace.team_id:
        record["is_stranger"] = workspace.is_stranger(user)
    return record


def channel_record(workspace: Workspace, channel: Channel) -> Json:
    """Return what `conversations.info` says."""
    if channel.kind is ChannelKind.IM:
        peer = next(m for m in channel.members if m != workspace.bot.user_id)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": workspace.team_id,
            "updated": channel.created * 1000,
            "user": peer,
            "last_read": "0000000000.000000",
            "is_open": True,
            "priority": 0,
        }
    private = channel.kind is ChannelKind.PRIVATE
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": False,
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.is_ext_shared or channel.is_org_shared,
        "is_org_shared": channel.is_org_shared,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "pending_shared": [],
        "context_team_id": workspace.team_id,
        "updated": channel.created * 1000,
        "parent_conversation": None,
        "creator": workspace.bot.user_id,
        "is_ext_shared": channel.is_ext_shared,
        "shared_team_ids": [workspace.team_id],
        "pending_connected_team_ids": [],
        "is_member": workspace.bot.user_id in channel.members,
        "last_read": "0000000000.000000",
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def message_record(workspace: Workspace, message: Message) -> Json:
    """Return a message as the Web API and payloads show it."""
    record: Json = {
        "user": message.user,
        "type": "message",
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.by_bot:
        bot = workspace.bot
        record |= {
            "bot_id": bot.bot_id,
            "app_id": bot.app_id,
            "bot_profile": {
                "id": bot.bot_id,
                "app_id": bot.app_id,
                "user_id": bot.user_id,
                "name": bot.name,
                "deleted": False,
                "team_id": workspace.team_id,
            },
        }
    if message.blocks:
        record["blocks"] = list(message.blocks)
    if message.attachments:
        record["attachments"] = list(message.attachments)
    if message.metadata:
        record["metadata"] = message.metadata
    if message.thread_ts:
        record["thread_ts"] = message.thread_ts
    if message.edited:
        record["edited"] = {"user": message.user, "ts": message.edited}
    return record


def view_record(workspace: Workspace, view: OpenView) -> Json:
    """Return a view as replies and payloads show it, with its state and hash."""
    given = view.view
    record: Json = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": given["type"],
        "blocks": given["blocks"],
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "state": {"values": state_values(given["blocks"], view.typed)},
        "hash": view.hash,
        "title": given.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": given.get("clear_on_close", False),
        "notify_on_close": given.get("notify_on_close", False),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": workspace.bot.app_id,
        "external_id": given.get("external_id", ""),
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot.bot_id,
    }
    return record
