"""What happens when a door breaks, or a button is one that nobody knows any more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_bolt import Ack, App, BoltResponse

from bot.cards import replies
from bot.listeners.house import House
from bot.listeners.visit import Body, Visit, of_click, of_command, of_submission

_UNKNOWN = (
    "This button is from another version of Conclave and does nothing any more. "
    "`{command} status` shows what is going on."
)
_ANYTHING = re.compile("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDoors:
    """The last doors: hang them after all others."""

    house: House

    def listen(self, app: App) -> None:
        """Hang the doors."""
        app.action(_ANYTHING)(self.unknown)
        app.view(_ANYTHING)(self.unknown)
        app.error(self.broken)

    def unknown(self, ack: Ack, body: Body) -> None:
        """Acknowledge what nobody knows, and say so."""
        ack()
        words = _UNKNOWN.format(command=self.house.command)
        self.house.tell_later("unknown", _visit(body), replies.forbidden(words))

    def broken(self, error: Exception, body: Body) -> BoltResponse:
        """Log where it broke, tell the person, and acknowledge: Slack would only say "error"."""
        told = self.house.went_wrong("listener", error)
        self.house.tell_later("listener", _visit(body), told)
        return BoltResponse(status=200, body="")


def _visit(body: Body) -> Visit:
    if "command" in body:
        return of_command(body)
    return of_submission(body) if body.get("type") == "view_submission" else of_click(body)
