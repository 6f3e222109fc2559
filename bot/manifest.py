"""The Slack app's manifest, as Slack takes it: the fewest rights with which the bot works."""

from __future__ import annotations

from typing import Any

from bot.settings import Configuration, Mode, RawShares

SCOPES = (
    "chat:write",  # cards, their redrawing, private answers
    "commands",
    "im:write",  # opening a holder's direct message
    "users:read",  # guest, bot, deleted, from elsewhere?
    "channels:read",  # is the channel shared with others?
    "groups:read",
)

Manifest = dict[str, Any]


def manifest(configuration: Configuration) -> Manifest:
    """Return the manifest as a dict; as JSON it can be pasted into Slack.

    People cannot write to the app, and nothing they might write reaches it, unless raw shares
    come as direct messages (facts/slack A0 6).
    """
    typed = configuration.custody.raw_shares is RawShares.DM
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Conclave",
            "description": "Runs Vault disaster-recovery token ceremonies: many people, one key.",
            "background_color": "#1f2a44",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": not typed,
            },
            "bot_user": {"display_name": "Conclave", "always_online": True},
            "slash_commands": [
                {
                    "command": configuration.slack.command,
                    "description": "Vault disaster recovery: start, status, nudge, promote, cancel",
                    "usage_hint": "help | start SET for=promote | status | health | promote SET",
                    # Mentions and links mean nothing here; names come as they were typed.
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": [*SCOPES, *(["im:history"] if typed else [])]}},
        "settings": {
            **({"event_subscriptions": {"bot_events": ["message.im"]}} if typed else {}),
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": configuration.slack.mode is Mode.SOCKET,
            "token_rotation_enabled": False,
        },
    }
