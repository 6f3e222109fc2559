"""Response URLs: five uses within half an hour, to answer where something was done."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from lab.chat.kit import surfaces
from lab.chat.records import Json, Message
from lab.chat.refusal import Refused
from lab.chat.workspace import Workspace

MAX_USES = 5
LIVES = 30 * 60.0
_TRUE = (True, "true", "1", 1)
_KNOWN = {
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "unfurl_links",
    "unfurl_media",
    "thread_ts",
    "metadata",
    "mrkdwn",
}


@dataclass(slots=True, kw_only=True)
class Hook:
    """One response URL: for whom, where, about which message, how often used."""

    user: str
    channel: str
    original: str | None
    issued: float
    uses: int = 0


class Hooks:
    """Issues response URLs and does what is posted to them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, Hook] = {}
        self.origin = ""
        """Where the server listens, e.g. `http://127.0.0.1:4711`; set when it does."""

    def issue(self, kind: str, *, user: str, channel: str, original: str | None = None) -> str:
        """Return a new URL; `kind` is `commands` or `actions`, `original` a message's ts."""
        secret = secrets.token_urlsafe(18)
        self._known[secret] = Hook(
            user=user,
            channel=channel,
            original=original,
            issued=self._workspace.clock.monotonic(),
        )
        return (
            f"{self.origin}/{kind}/{self._workspace.team_id}/{secrets.randbelow(10**13)}/{secret}"
        )

    def post(self, secret: str, body: Json) -> None:
        """Do what the body says. Refused: `no_service`, `expired_url`, `used_url`, block errors."""
        hook = self._known.get(secret)
        if hook is None:
            raise Refused("no_service")
        if self._workspace.clock.monotonic() - hook.issued > LIVES:
            raise Refused("expired_url")
        if hook.uses >= MAX_USES:
            raise Refused("used_url")
        if set(body) - _KNOWN:
            raise Refused("invalid_payload")
        answer(self._workspace, body, user=hook.user, channel=hook.channel, original=hook.original)
        hook.uses += 1


def answer(
    workspace: Workspace, body: Json, *, user: str, channel: str, original: str | None = None
) -> Message | None:
    """Post, replace or delete as a response (or the ack of a command) asks; return the message."""
    known = workspace.message(channel, original) if original else None
    if body.get("delete_original") in _TRUE:
        if known:
            workspace.delete(known)
        return None
    text = body.get("text", "")
    blocks = surfaces.message_blocks(body["blocks"]) if body.get("blocks") else ()
    if not text and not blocks and not body.get("attachments"):
        raise Refused("no_text")
    if known and body.get("replace_original") in _TRUE:
        edited = None if known.ephemeral_to else workspace.clock.ts()
        return workspace.change(known, text=text, blocks=blocks, edited=edited)
    public = body.get("response_type") == "in_channel"
    return workspace.post(
        Message(
            channel=channel,
            ts="",
            user=workspace.bot.user_id,
            text=text,
            blocks=blocks,
            thread_ts=body.get("thread_ts"),
            ephemeral_to=None if public else user,
            by_bot=True,
        )
    )
