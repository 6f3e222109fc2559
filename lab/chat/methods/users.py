"""Looking at people: their record, whether they are there, whether they want quiet."""

from __future__ import annotations

from lab.chat.meter import Tier
from lab.chat.methods.call import Call, Method
from lab.chat.records import Json, User
from lab.chat.refusal import Refused
from lab.chat.wire import user_record


def _user(call: Call) -> User:
    workspace = call.world.workspace
    user = workspace.user(call.text("user") or workspace.bot.user_id)
    if user is None:
        raise Refused("user_not_found")
    return user


def info(call: Call) -> Json:
    """Return the account's record."""
    record = user_record(call.world.workspace, _user(call))
    if call.flag("include_locale"):
        record["locale"] = "en-US"
    return {"user": record}


def presence(call: Call) -> Json:
    """Return `active` or `away`: no more is told of others."""
    if "user" not in call.args:
        return {"presence": "active", "online": True, "auto_away": False, "manual_away": False}
    return {"presence": _user(call).presence.value}


def quiet(call: Call) -> Json:
    """Return when somebody's notifications are silenced next."""
    user = _user(call)
    now = int(call.world.workspace.clock.now())
    on = user.dnd_until > 0
    return {
        "dnd_enabled": on,
        "next_dnd_start_ts": min(now, user.dnd_until) if on else 1,
        "next_dnd_end_ts": user.dnd_until if on else 1,
    }


METHODS = (
    Method(
        name="users.info",
        run=info,
        required=("user",),
        optional=("include_locale",),
        scopes=("users:read",),
        tier=Tier.FOUR,
    ),
    Method(
        name="users.getPresence",
        run=presence,
        optional=("user",),
        scopes=("users:read",),
    ),
    Method(
        name="dnd.info",
        run=quiet,
        optional=("team_id", "user"),
        scopes=("dnd:read",),
    ),
)
