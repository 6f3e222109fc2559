"""Who acts in a payload of Slack's, from where: the same few facts, whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who clicked, typed or submitted. Ids are Slack's and immutable; no names.

    `teams` holds every workspace that the payload names: of the app, of the person, of the view.
    `channel` is empty where there is none, as in a modal; `shared` is Slack's own word on it.
    """

    user: str
    teams: frozenset[str]
    channel: str
    shared: bool

    @property
    def in_direct_message(self) -> bool:
        """Whether this happened in the direct message with the bot."""
        return self.channel.startswith("D")


def caller(body: Body) -> Caller:
    """Return who acts in a slash command, a click, a submission or an event.

    What is not there, or not of the kind expected, is left empty; the gate refuses that.
    """
    event = _table(body, "event")
    return Caller(
        user=_first(_users(body, event)),
        teams=frozenset(team for team in _teams(body, event) if team),
        channel=_first(_channels(body, event)),
        shared=body.get("is_ext_shared_channel") is True,
    )


def _users(body: Body, event: Body) -> Iterator[str]:
    yield _text(_table(body, "user"), "id")
    yield _text(body, "user_id")
    yield _text(event, "user")
    yield _text(_table(event, "user"), "id")


def _channels(body: Body, event: Body) -> Iterator[str]:
    yield _text(_table(body, "channel"), "id")
    yield _text(body, "channel_id")
    yield _text(_table(body, "container"), "channel_id")
    yield _text(event, "channel")


def _teams(body: Body, event: Body) -> Iterator[str]:
    view = _table(body, "view")
    yield _text(_table(body, "team"), "id")
    yield _text(_table(body, "user"), "team_id")
    for name in ("team_id", "user_team_id", "context_team_id"):
        yield _text(body, name)
    for name in ("team_id", "app_installed_team_id"):
        yield _text(view, name)
    for name in ("team", "user_team", "source_team"):
        yield _text(event, name)


def _first(found: Iterator[str]) -> str:
    return next((text for text in found if text), "")


def _table(body: Body, name: str) -> Body:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Body, name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
