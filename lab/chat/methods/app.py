"""Who the app is, and where its socket opens."""

from __future__ import annotations

from lab.chat.meter import Tier
from lab.chat.methods.call import Call, Method
from lab.chat.records import Json
from lab.chat.refusal import Refused


def test_auth(call: Call) -> Json:
    """Return who the token belongs to."""
    workspace = call.world.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.domain,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.user_id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    """Return an address at which one Socket Mode connection may be opened."""
    if not call.world.manifest.socket_mode:
        raise Refused("socket_mode_not_enabled")
    return {"url": call.world.tickets.issue()}


METHODS = (
    Method(name="apps.connections.open", run=open_connection, app_level=True),
    Method(name="auth.test", run=test_auth, tier=Tier.SPECIAL),
)
