"""Private answers: to one person, where they asked, or in their direct messages if that fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.cards.kit import Card, Json
from bot.listeners.visit import Visit
from bot.reply import Taken, ask
from bot.slack_clients import SlackClients

log = structlog.get_logger()

_PATIENCE_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """Tells one person something that nobody else sees. Raises nothing of Slack's."""

    slack: SlackClients = field(repr=False)
    _links: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def tell(self, visit: Visit, card: Card, *, keep: bool = False) -> None:
        """Answer where the person asked, or in their direct messages if Slack does not take that.

        An answer to a button in a private answer takes its place, unless that is to be kept.
        """
        if visit.response_url and self._respond(
            visit, card, replace=visit.is_ephemeral and not keep
        ):
            return
        if not self._write(visit.user, card):
            log.warning("answer.not_delivered", person=visit.user)

    def show(self, visit: Visit, view: Json, card: Card) -> None:
        """Show an outcome in the modal that was submitted, or tell it if that was closed."""
        self.show_in(visit, visit.view, view, card)

    def show_in(self, visit: Visit, view_id: str, view: Json, card: Card) -> None:
        """Show an outcome in this modal, or tell it if that was closed."""
        reply = ask(self.slack.quick.views_update, view_id=view_id, view=view)
        if not isinstance(reply, Taken):
            self.tell(visit, card)

    def permalink(self, channel: str, ts: str) -> str:
        """Return a message's address, which never changes; empty if Slack does not tell."""
        known = self._links.get((channel, ts), "")
        if known:
            return known
        reply = ask(self.slack.quick.chat_getPermalink, channel=channel, message_ts=ts)
        found = reply.text("permalink") if isinstance(reply, Taken) else ""
        if found:
            self._links[channel, ts] = found
        return found

    def _respond(self, visit: Visit, card: Card, *, replace: bool) -> bool:
        client = WebhookClient(visit.response_url, timeout=_PATIENCE_S)
        try:
            response = client.send(
                text=card.text,
                blocks=card.blocks,
                response_type="ephemeral",
                replace_original=replace,
            )
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            log.warning("answer.not_heard", problem=type(error).__name__)
            return False
        return response.status_code == HTTPStatus.OK

    def _write(self, person: str, card: Card) -> bool:
        opened = ask(self.slack.reading.conversations_open, users=person)
        channel = opened.text("channel", "id") if isinstance(opened, Taken) else ""
        if not channel:
            return False
        post = self.slack.posting.chat_postMessage
        return isinstance(ask(post, channel=channel, text=card.text, blocks=card.blocks), Taken)
