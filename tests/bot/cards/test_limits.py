"""What slack_sdk lets pass and Slack refuses is refused here, loudly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.cards.limits import check_message, check_view

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def field(length: int) -> dict[str, Any]:
    """Return a section with one field of so many characters."""
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * length}]}


def named(block_id: str) -> dict[str, Any]:
    """Return a section with this id."""
    return {**SECTION, "block_id": block_id}


def typed(**more: object) -> dict[str, Any]:
    """Return an input block with a text input."""
    return {"type": "input", "element": {"type": "plain_text_input", **more}}


def menu(*values: str) -> dict[str, Any]:
    """Return an input block with a menu."""
    options = [{"value": value} for value in values]
    return {"type": "input", "element": {"type": "multi_static_select", "options": options}}


def row(*ids: str) -> dict[str, Any]:
    """Return a row of buttons."""
    return {"type": "actions", "elements": [{"type": "button", "action_id": i} for i in ids]}


REFUSED: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "no text": ("", [SECTION]),
    "a text too long for chat.update": ("x" * 4001, [SECTION]),
    "no block": ("x", []),
    "51 blocks": ("x", [SECTION] * 51),
    "a field too long": ("x", [field(2001)]),
    "an empty field": ("x", [field(0)]),
    "a block id twice": ("x", [named("a"), named("a")]),
    "an action id twice in a row": ("x", [row("a", "a")]),
    "too much in all": ("x", [field(2000)] * 7),
}

REFUSED_VIEWS: dict[str, dict[str, Any]] = {
    "101 blocks": {"blocks": [SECTION] * 101},
    "an input without submit": {"blocks": [typed()]},
    "max_length above 3000": {"blocks": [typed(max_length=3001)], "submit": {}},
    "max_length of 0": {"blocks": [typed(max_length=0)], "submit": {}},
    "more typed than may be": {"blocks": [typed(max_length=1, initial_value="xx")], "submit": {}},
    "an option twice": {"blocks": [menu("a", "a")], "submit": {}},
    "metadata too long": {"blocks": [SECTION], "private_metadata": "x" * 3001},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_message_that_slack_would_refuse_goes_loud(case: str) -> None:
    """It is our mistake: long content is shortened where it is written."""
    with pytest.raises(RuntimeError, match="Slack would refuse this"):
        check_message(*REFUSED[case])


@pytest.mark.parametrize("case", REFUSED_VIEWS)
def test_a_view_that_slack_would_refuse_goes_loud(case: str) -> None:
    """The same for views."""
    with pytest.raises(RuntimeError, match="Slack would refuse this"):
        check_view(REFUSED_VIEWS[case])


def passes(check: Callable[..., None], *given: object) -> bool:
    """Return whether a check says nothing."""
    try:
        check(*given)
    except RuntimeError:
        return False
    return True


def test_what_fits_passes() -> None:
    """Up to the limits nothing is refused."""
    ids = [field(2000), named("a"), named("b"), row("a", "b"), row("a")]
    assert passes(check_message, "x" * 4000, ids)
    assert passes(check_message, "x", [SECTION] * 50)
    full = {"blocks": [typed(max_length=3000), menu("a", "b")], "submit": {}}
    assert passes(check_view, full)
    assert passes(check_view, {"blocks": [SECTION] * 100, "private_metadata": "x" * 3000})
