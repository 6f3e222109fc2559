"""What came in at a door, as a value: who, and what they had in hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.socket import arrived

Body = Mapping[str, Any]

_DIGITS = 20
_VALUES = ("view", "state", "values")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at a door. What Slack did not say is empty.

    `asked` is what the button's value or the modal's metadata says; `arrived` when the envelope
    came, in monotonic seconds; `body` the payload, for the gate.
    """

    user: str
    trigger: str
    view: str
    asked: Mapping[str, str]
    is_ephemeral: bool
    arrived: float
    response_url: str = field(repr=False)
    body: Body = field(repr=False)

    @property
    def cause(self) -> str:
        """What tells this act from every other: Slack may deliver it twice.

        A modal that showed an error is submitted again under the same view id, so the trigger,
        which is new each time, belongs to it (facts/slack A0 8).
        """
        return f"view:{self.view}:{self.trigger}" if self.view else f"trigger:{self.trigger}"

    def about(self, set_name: str, ceremony: str) -> Visit:
        """Return the same visit, about this ceremony."""
        return replace(self, asked={"set": set_name, "ceremony": ceremony})

    @property
    def set_name(self) -> str:
        """The set that the button or the modal is about."""
        return self.asked.get("set", "")

    @property
    def ceremony(self) -> str:
        """The ceremony that the button or the modal is about."""
        return self.asked.get("ceremony", "")

    @property
    def runbook(self) -> str:
        """The runbook that the button or the modal is about."""
        return self.asked.get("runbook", "")

    @property
    def step(self) -> str:
        """The runbook's step that the button or the modal is about."""
        return self.asked.get("step", "")

    @property
    def duty(self) -> str:
        """The token on duty that the button is about."""
        return self.asked.get("duty", "")

    @property
    def request(self) -> int:
        """When the promotion was asked for that the button is about (ms); 0 for none."""
        told = self.asked.get("request", "")
        return int(told) if told.isascii() and told.isdecimal() and len(told) < _DIGITS else 0


def of_command(body: Body) -> Visit:
    """Return the visit of whoever typed a slash command."""
    return Visit(
        user=_text(body, "user_id"),
        trigger=_text(body, "trigger_id"),
        view="",
        asked={},
        is_ephemeral=False,
        arrived=arrived(),
        response_url=_text(body, "response_url"),
        body=body,
    )


def of_click(body: Body) -> Visit:
    """Return the visit of whoever pressed a button in a message."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return Visit(
        user=_text(body, "user", "id"),
        trigger=_text(body, "trigger_id"),
        view="",
        asked=_unpacked(_inside(first, ("value",))),
        is_ephemeral=_inside(body, ("container", "is_ephemeral")) is True,
        arrived=arrived(),
        response_url=_text(body, "response_url"),
        body=body,
    )


def of_submission(body: Body) -> Visit:
    """Return the visit of whoever submitted a modal; without what they typed."""
    return Visit(
        user=_text(body, "user", "id"),
        trigger=_text(body, "trigger_id"),
        view=_text(body, "view", "id"),
        asked=_unpacked(_text(body, "view", "private_metadata")),
        is_ephemeral=False,
        arrived=arrived(),
        response_url="",
        body=body,
    )


def typed(body: Body, block: str) -> str:
    """Return what was typed into a modal's block, whose action is `value`."""
    return _text(body, *_VALUES, block, "value", "value")


def taken(body: Body, block: str) -> str:
    """Return what was typed into a modal's block, and leave nothing of it in the payload."""
    text = typed(body, block)
    values = _inside(body, _VALUES)
    if isinstance(values, dict):
        values.pop(block, None)
    return text


def chosen(body: Body, block: str) -> tuple[str, ...]:
    """Return the values that were chosen in a modal's block, whose action is `value`."""
    found = _inside(body, (*_VALUES, block, "value", "selected_options"))
    options = found if isinstance(found, list) else []
    return tuple(text for option in options if (text := _text(option, "value")))


def _unpacked(value: object) -> Mapping[str, str]:
    """Return the texts of a JSON object; {} for anything else, so that no set is found."""
    try:
        found = json.loads(value) if isinstance(value, str) else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _text(body: Body, *path: str) -> str:
    found = _inside(body, path)
    return found if isinstance(found, str) else ""


def _inside(body: object, path: tuple[str, ...]) -> object:
    found: object = body
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
