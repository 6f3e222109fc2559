"""Cards as a person reads them: all text in one string, the buttons, what a dialog says."""

from __future__ import annotations

import json
from typing import Any

from bot.cards.kit import Card
from lab.chat.kit import surfaces


def words(card: Card) -> str:
    """Return everything that the blocks say; Slack's own rules are checked on the way."""
    surfaces.message_blocks(card.blocks)
    return "\n".join(_texts(card.blocks))


def view_words(view: dict[str, Any]) -> str:
    """Return everything that a modal says; Slack's own rules are checked on the way."""
    surfaces.view(view, kind="modal")
    return "\n".join(_texts([view]))


def _texts(blocks: list[dict[str, Any]]) -> list[str]:
    found = []
    for block in blocks:
        for key, value in block.items():
            if key == "text" and isinstance(value, str):
                found.append(value)
            elif isinstance(value, dict) and key != "confirm":
                found += _texts([value])
            elif isinstance(value, list):
                found += _texts([inner for inner in value if isinstance(inner, dict)])
    return found


def buttons(card: Card) -> dict[str, dict[str, Any]]:
    """Return the buttons by action id."""
    found = {}
    for block in card.blocks:
        for element in (*block.get("elements", ()), block.get("accessory")):
            if element and element["type"] == "button":
                found[element["action_id"]] = element
    return found


def value(button: dict[str, Any]) -> dict[str, str]:
    """Return what a button carries."""
    carried: dict[str, str] = json.loads(button["value"])
    return carried


def dialog(button: dict[str, Any]) -> str:
    """Return what is asked before the click counts."""
    return str(button["confirm"]["text"]["text"])
