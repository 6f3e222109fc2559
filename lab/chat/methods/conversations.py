"""Opening direct messages, and looking at channels."""

from __future__ import annotations

from base64 import b64decode, b64encode

from lab.chat.meter import Tier
from lab.chat.methods.call import Call, Method
from lab.chat.records import Channel, ChannelKind, Json
from lab.chat.refusal import Refused
from lab.chat.wire import channel_record

MAX_PAGE = 1000
_READ = {
    ChannelKind.PUBLIC: "channels:read",
    ChannelKind.PRIVATE: "groups:read",
    ChannelKind.IM: "im:read",
}


def open_im(call: Call) -> Json:
    """Open (or find) the direct message with one person; `users` for one only, here."""
    call.need("im:write")
    workspace = call.world.workspace
    if "channel" in call.args:
        channel = call.channel()
        if channel.kind is not ChannelKind.IM:
            raise Refused("method_not_supported_for_channel_type")
        return _opened(call, channel, already=True)
    users = [each for each in call.text("users").split(",") if each]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        call.need("mpim:write")
        raise Refused("invalid_user_combination")
    user = workspace.user(users[0])
    if user is None or user.is_bot:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    if workspace.is_stranger(user):
        raise Refused("user_not_visible")
    known = workspace.find_im(user.id)
    if known is None and call.flag("prevent_creation"):
        raise Refused("channel_not_found")
    return _opened(call, known or workspace.open_im(user.id), already=known is not None)


def _opened(call: Call, channel: Channel, *, already: bool) -> Json:
    record = channel_record(call.world.workspace, channel)
    answer: Json = {"channel": record if call.flag("return_im") else {"id": channel.id}}
    return ({"no_op": True, "already_open": True} | answer) if already else answer


def _readable(call: Call) -> Channel:
    """Return the channel. Which scope is needed depends on what it is."""
    call.need(*_READ.values(), "mpim:read")
    channel = call.channel()
    call.need(_READ[channel.kind])
    return channel


def info(call: Call) -> Json:
    """Return the channel's record."""
    channel = _readable(call)
    record = channel_record(call.world.workspace, channel)
    if call.flag("include_num_members"):
        record["num_members"] = len(channel.members)
    if call.flag("include_locale"):
        record["locale"] = "en-US"
    return {"channel": record}


def members(call: Call) -> Json:
    """Return who is in the channel, a page at a time."""
    channel = _readable(call)
    limit = call.number("limit", 100)
    if not 1 <= limit <= MAX_PAGE:
        raise Refused("invalid_limit")
    start = 0
    if call.text("cursor"):
        try:
            start = int(b64decode(call.text("cursor"), validate=True).removeprefix(b"from:"))
        except ValueError:
            raise Refused("invalid_cursor") from None
    after = start + limit
    cursor = b64encode(b"from:%d" % after).decode() if after < len(channel.members) else ""
    return {
        "members": list(channel.members[start:after]),
        "response_metadata": {"next_cursor": cursor},
    }


METHODS = (
    Method(
        name="conversations.open",
        run=open_im,
        optional=("channel", "prevent_creation", "return_im", "users"),
    ),
    Method(
        name="conversations.info",
        run=info,
        required=("channel",),
        optional=("include_locale", "include_num_members"),
    ),
    Method(
        name="conversations.members",
        run=members,
        required=("channel",),
        optional=("cursor", "limit"),
        tier=Tier.FOUR,
    ),
)
