"""What a person fills in: state values in Slack's wire shape, and what the client refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lab.chat.records import Json
from lab.chat.refusal import NotPossible

Typed = dict[str, dict[str, Json]]
"""Block id → action id → the value in its wire shape."""

_VALUE_KEY = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_INITIAL_KEY = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_channel": "initial_channel",
    "selected_conversation": "initial_conversation",
    "selected_users": "initial_users",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}
_PLURAL = ("selected_options", "selected_users", "selected_channels")
_OPTIONS = ("selected_option", "selected_options")


def elements_of(block: Json) -> Iterator[Json]:
    """Yield everything in a block that has an action id."""
    for element in (block.get("accessory"), block.get("element")):
        if isinstance(element, dict) and "action_id" in element:
            yield element
    if block["type"] == "actions":
        yield from block["elements"]


def find(blocks: Iterable[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """Return the block and its element with this action id; NotPossible if there is none."""
    for block in blocks:
        for element in elements_of(block):
            if element["action_id"] == action_id and block_id in (None, block["block_id"]):
                return block, element
    raise NotPossible(f"no element {action_id!r}" + (f" in block {block_id!r}" if block_id else ""))


def initial(element: Json) -> Json | None:
    """Return an element's value before anybody touched it; None for what has no value."""
    key = _VALUE_KEY.get(element["type"])
    if key is None or element["type"] == "overflow":
        return None
    nothing: Any = [] if key in _PLURAL else None
    return {"type": element["type"], key: element.get(_INITIAL_KEY[key], nothing)}


def filled(element: Json, given: str | Iterable[str]) -> Json:
    """Return the value after a person typed a text, or chose options by value or label."""
    key = _VALUE_KEY[element["type"]]
    if key in _OPTIONS:
        wanted = [given] if isinstance(given, str) else list(given)
        chosen = [_option(element, each) for each in wanted]
        return {"type": element["type"], key: chosen if key in _PLURAL else chosen[0]}
    if key in _PLURAL:
        return {"type": element["type"], key: [given] if isinstance(given, str) else list(given)}
    return {"type": element["type"], key: given or None}


def _option(element: Json, wanted: str) -> Json:
    groups = element.get("option_groups", ())
    options = [*element.get("options", ()), *(o for g in groups for o in g["options"])]
    for option in options:
        if wanted in (option["value"], option["text"]["text"]):
            found: Json = option
            return found
    raise NotPossible(f"{wanted!r} is not offered, only {[o['value'] for o in options]}")


def state_values(blocks: Iterable[Json], typed: Typed) -> Typed:
    """Return `state.values`: every element that has a value, filled in or not."""
    values: Typed = {}
    for block in blocks:
        for element in elements_of(block):
            value = typed.get(block["block_id"], {}).get(element["action_id"]) or initial(element)
            if value is not None:
                values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return values


def complaints(blocks: Iterable[Json], typed: Typed) -> dict[str, str]:
    """Return what the client says under each input instead of submitting, by block id."""
    found: dict[str, str] = {}
    values = state_values(blocks, typed)
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]]
        words = _complaint(element, value[_VALUE_KEY[element["type"]]], bool(block.get("optional")))
        if words:
            found[block["block_id"]] = words
    return found


def _complaint(element: Json, value: object, optional: bool) -> str:  # noqa: FBT001 — from JSON
    if value in (None, "", []):
        return "" if optional else "Please complete this required field."
    if isinstance(value, str) and element["type"] == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please enter no more than {element.get('max_length', 3000)} characters."
    return ""
