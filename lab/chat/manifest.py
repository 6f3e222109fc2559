"""What the app's manifest allows: scopes, commands, events, interactivity.

The manifest is the dict that one uploads to Slack, e.g. as `conclave manifest` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The parts of a manifest that change what Slack does."""

    scopes: tuple[str, ...]
    commands: frozenset[str]
    events: frozenset[str]
    interactive: bool
    socket_mode: bool
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool

    @classmethod
    def read(cls, manifest: dict[str, Any]) -> Self:
        """Return what the manifest says; what it leaves out is off.

        Left out, the messages tab is on and read-only, as for an app made from a bare manifest.
        """
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        home = features.get("app_home", {})
        return cls(
            scopes=tuple(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
            commands=frozenset(c["command"] for c in features.get("slash_commands", ())),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
            interactive=bool(settings.get("interactivity", {}).get("is_enabled")),
            socket_mode=bool(settings.get("socket_mode_enabled")),
            home_tab=bool(home.get("home_tab_enabled")),
            messages_tab=bool(home.get("messages_tab_enabled", True)),
            messages_read_only=bool(home.get("messages_tab_read_only_enabled", True)),
        )
