"""Posting, changing and deleting messages, and what may not be changed."""

from __future__ import annotations

from dataclasses import dataclass

from lab.chat.kit import surfaces
from lab.chat.meter import Tier
from lab.chat.methods.call import Call, Method
from lab.chat.records import Channel, ChannelKind, Json, Message, Presence
from lab.chat.refusal import Refused
from lab.chat.wire import message_record

CUT_AT = 40_000
"""Characters above which `chat.postMessage` cuts a text off."""
MAX_UPDATE = 4_000
MAX_MARKDOWN = 12_000
MAX_ATTACHMENTS = 100

_WORDS = ("text", "blocks", "attachments", "markdown_text", "metadata", "link_names", "parse")
_LOOKS = ("username", "icon_emoji", "icon_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message is to say. None means that it was not given."""

    text: str | None
    blocks: tuple[Json, ...] | None
    attachments: tuple[Json, ...] | None
    metadata: Json | None


def _content(call: Call) -> Content:
    markdown = call.text("markdown_text")
    if markdown and ("text" in call.args or "blocks" in call.args):
        raise Refused("markdown_text_conflict")
    if len(markdown) > MAX_MARKDOWN:
        raise Refused("msg_too_long")
    text = markdown or (call.text("text") if "text" in call.args else None)
    blocks = None
    if "blocks" in call.args:
        blocks = surfaces.message_blocks(call.structure("blocks", refusal="invalid_blocks_format"))
    content = Content(
        text=text,
        blocks=blocks,
        attachments=_attachments(call),
        metadata=_metadata(call),
    )
    if not (content.text or content.blocks or content.attachments):
        raise Refused("no_text")
    return content


def _attachments(call: Call) -> tuple[Json, ...] | None:
    if "attachments" not in call.args:
        return None
    given = call.structure("attachments", refusal="invalid_attachments")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Refused("invalid_attachments")
    if len(given) > MAX_ATTACHMENTS:
        raise Refused("too_many_attachments")
    for each in given:
        if "blocks" in each:
            surfaces.message_blocks(each["blocks"])
    return tuple(given)


def _metadata(call: Call) -> Json | None:
    if "metadata" not in call.args:
        return None
    given = call.structure("metadata", refusal="invalid_metadata_format")
    if not isinstance(given, dict):
        raise Refused("invalid_metadata_format")
    typed = isinstance(given.get("event_type"), str) and isinstance(
        given.get("event_payload"), dict
    )
    if given and not typed:
        raise Refused("invalid_metadata_schema")
    return given


def _place(call: Call) -> Channel:
    """Return where to post. A person's id stands for the direct message with them."""
    workspace = call.world.workspace
    user = workspace.user(call.text("channel"))
    if user:
        if user.deleted or user.is_bot or workspace.is_stranger(user):
            raise Refused("channel_not_found")
        channel = workspace.open_im(user.id)
    else:
        channel = call.channel()
    if channel.kind is ChannelKind.IM and not call.world.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    if channel.is_archived:
        raise Refused("is_archived")
    public = channel.kind is ChannelKind.PUBLIC
    if workspace.bot.user_id not in channel.members and not (
        public and "chat:write.public" in call.world.manifest.scopes
    ):
        raise Refused("not_in_channel")
    return channel


def _appearance(call: Call) -> None:
    if any(name in call.args for name in _LOOKS):
        call.need("chat:write.customize")
    if call.flag("as_user"):
        raise Refused("as_user_not_supported")


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts") or None
    if thread_ts:
        root = call.world.workspace.message(channel.id, thread_ts)
        if root is None or root.ephemeral_to:
            raise Refused("cannot_reply_to_message")
    return thread_ts


def post(call: Call) -> Json:
    """Put a message into a channel or a person's direct messages."""
    content = _content(call)
    _appearance(call)
    workspace = call.world.workspace
    channel = _place(call)
    message = workspace.post(
        Message(
            channel=channel.id,
            ts="",
            user=workspace.bot.user_id,
            text=(content.text or "")[:CUT_AT],
            blocks=content.blocks or (),
            attachments=content.attachments or (),
            metadata=content.metadata or None,
            thread_ts=_thread(call, channel),
            reply_broadcast=call.flag("reply_broadcast"),
            by_bot=True,
        )
    )
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_record(workspace, message),
    }


def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of a channel; nobody can change it afterwards.

    Somebody who is away never sees it, and the app is not told.
    """
    content = _content(call)
    _appearance(call)
    if len(content.text or "") > CUT_AT:
        raise Refused("msg_too_long")
    workspace = call.world.workspace
    if workspace.user(call.text("channel")):
        raise Refused("channel_not_found")
    channel = _place(call)
    if call.text("user") not in channel.members:
        raise Refused("user_not_in_channel")
    reader = workspace.user(call.text("user"))
    message = Message(
        channel=channel.id,
        ts=workspace.clock.ts(),
        user=workspace.bot.user_id,
        text=content.text or "",
        blocks=content.blocks or (),
        attachments=content.attachments or (),
        thread_ts=_thread(call, channel),
        ephemeral_to=call.text("user"),
        by_bot=True,
    )
    if reader and reader.presence is Presence.ACTIVE:
        workspace.post(message)
    return {"message_ts": message.ts}


def _own(call: Call, *, ts: str, refusal: str) -> Message:
    """Return the bot's own message. An ephemeral one is not found: Slack does not keep it."""
    channel = call.channel()
    message = call.world.workspace.message(channel.id, call.text(ts))
    if message is None or message.ephemeral_to:
        raise Refused("message_not_found")
    if not message.by_bot:
        raise Refused(refusal)
    return message


def update(call: Call) -> Json:
    """Change one of the bot's own messages.

    A text without blocks removes the blocks; metadata left out stays, `{}` clears it.
    """
    content = _content(call)
    if call.flag("as_user"):
        raise Refused("as_user_not_supported")
    if len(content.text or "") > MAX_UPDATE:
        raise Refused("msg_too_long")
    workspace = call.world.workspace
    known = _own(call, ts="ts", refusal="cant_update_message")
    message = workspace.change(
        known,
        text=known.text if content.text is None else content.text,
        blocks=content.blocks or (),
        attachments=known.attachments if content.attachments is None else content.attachments,
        metadata=known.metadata if content.metadata is None else content.metadata or None,
        edited=workspace.clock.ts(),
    )
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_record(workspace, message),
    }


def delete(call: Call) -> Json:
    """Take one of the bot's own messages away."""
    message = _own(call, ts="ts", refusal="cant_delete_message")
    call.world.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def permalink(call: Call) -> Json:
    """Return a message's address in the browser."""
    channel = call.channel()
    message = call.world.workspace.message(channel.id, call.text("message_ts"))
    if message is None or message.ephemeral_to:
        raise Refused("message_not_found")
    domain = call.world.workspace.domain
    path = f"archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": f"https://{domain}.slack.com/{path}"}


_WRITE = ("chat:write",)
METHODS = (
    Method(
        name="chat.postMessage",
        run=post,
        required=("channel",),
        optional=(
            *_WORDS,
            *_LOOKS,
            "as_user",
            "mrkdwn",
            "reply_broadcast",
            "thread_ts",
            "unfurl_links",
            "unfurl_media",
        ),
        scopes=_WRITE,
        tier=Tier.SPECIAL,
    ),
    Method(
        name="chat.postEphemeral",
        run=post_ephemeral,
        required=("channel", "user"),
        optional=(*_WORDS, *_LOOKS, "as_user", "thread_ts"),
        scopes=_WRITE,
        tier=Tier.FOUR,
    ),
    Method(
        name="chat.update",
        run=update,
        required=("channel", "ts"),
        optional=(*_WORDS, "as_user", "file_ids", "reply_broadcast", "unfurled_attachments"),
        scopes=_WRITE,
    ),
    Method(
        name="chat.delete",
        run=delete,
        required=("channel", "ts"),
        optional=("as_user",),
        scopes=_WRITE,
    ),
    Method(
        name="chat.getPermalink",
        run=permalink,
        required=("channel", "message_ts"),
        tier=Tier.SPECIAL,
    ),
)
