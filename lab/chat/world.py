"""All that the stand-in knows, in one place: the workspace and what belongs to the app in it."""

from __future__ import annotations

from dataclasses import dataclass

from lab.chat.hooks import Hooks
from lab.chat.manifest import Manifest
from lab.chat.modals import Modals
from lab.chat.tickets import Tickets
from lab.chat.triggers import Triggers
from lab.chat.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How patient Slack is; a test may make it less so. All in seconds."""

    ack_within: float = 3.0
    trigger_lives: float = 3.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    """How long after each failed delivery an event is sent again (as by HTTP: facts/slack A3)."""
    redeliver_interactions: bool = False
    """Send unacknowledged clicks and commands again, once: it happens (bolt-js issue 2188)."""
    acks_on_any_connection: bool = True
    """Whether an ack counts that comes on another connection than the envelope went out on."""
    max_connections: int = 10
    rate_limits: bool = False
    """Whether each method's tier is kept; else only `Faults.rate_limit` says 429."""
    close_after: float = 1.0
    """How long a connection lives on after Slack asked for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """State; whoever reads or changes it holds `workspace.pulse`."""

    workspace: Workspace
    manifest: Manifest
    habits: Habits
    modals: Modals
    triggers: Triggers
    hooks: Hooks
    tickets: Tickets
    bot_token: str
    app_token: str
