"""Messages and views as a whole: what Slack refuses, and what it fills in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lab.chat.kit.blocks import blocks
from lab.chat.kit.checks import boolean, both, by_type, complaint, one_of, shape, string
from lab.chat.kit.composition import plain
from lab.chat.records import Json, new_id
from lab.chat.refusal import Refused

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
BLOCKS_TEXT = 13_200
"""Roughly where Slack says `msg_blocks_too_long` (undocumented: bolt-js issues 2509, 2867)."""
VIEW_SIZE = 250_000

_check_message = blocks(MESSAGE_BLOCKS)
_SHARED = {
    "private_metadata": string(at_most=3000, at_least=0),
    "callback_id": string(at_most=255, at_least=0),
    "external_id": string(at_most=255, at_least=0),
}


def _inputs_need_submit(value: object, pointer: str) -> Iterator[str]:
    if (
        not isinstance(value, dict)
        or "submit" in value
        or not isinstance(value.get("blocks"), list)
    ):
        return
    for index, block in enumerate(value["blocks"]):
        if isinstance(block, dict) and block.get("type") == "input":
            place = f"{pointer}/blocks/{index}/input"
            yield complaint("must define `submit` to use `input` block", place)


_check_view = by_type(
    {
        "modal": both(
            shape(
                {"type": one_of("modal"), "title": plain(24), "blocks": blocks(VIEW_BLOCKS)},
                {
                    **_SHARED,
                    "submit": plain(24),
                    "close": plain(24),
                    "clear_on_close": boolean,
                    "notify_on_close": boolean,
                },
            ),
            _inputs_need_submit,
        ),
        "home": shape({"type": one_of("home"), "blocks": blocks(VIEW_BLOCKS)}, _SHARED),
    }
)


def message_blocks(given: object) -> tuple[Json, ...]:
    """Return the blocks of a message as Slack keeps them, every id filled in.

    Refused: `invalid_blocks_format`, `invalid_blocks` (with its reasons), `msg_blocks_too_long`.
    """
    if not isinstance(given, list):
        raise Refused("invalid_blocks_format")
    reasons = tuple(_check_message(given, "/blocks"))
    if reasons:
        raise Refused("invalid_blocks", reasons=reasons)
    if sum(map(len, _strings(given))) > BLOCKS_TEXT:
        raise Refused("msg_blocks_too_long")
    return tuple(filled(given))


def view(given: object, *, kind: str) -> Json:
    """Return a view as Slack keeps it, every id filled in; `kind` is `modal` or `home`.

    Refused: `invalid_arguments` with its reasons, `view_too_large` above 250 kB.
    """
    reasons = tuple(_check_view(given, "/view"))
    if not reasons and isinstance(given, dict) and given["type"] != kind:
        reasons = (complaint(f"must be one of: {kind}", "/view/type"),)
    if reasons or not isinstance(given, dict):
        raise Refused("invalid_arguments", reasons=reasons)
    if len(json.dumps(given)) > VIEW_SIZE:
        raise Refused("view_too_large")
    return {**given, "blocks": filled(given["blocks"])}


def filled(blocks_given: list[Json]) -> list[Json]:
    """Return a copy in which each block, element and text has what Slack adds by itself."""
    kept: list[Json] = json.loads(json.dumps(blocks_given))
    taken = {block.get("block_id") for block in kept}
    for block in kept:
        if not block.get("block_id"):
            block["block_id"] = _fresh(taken)
        for element in (block.get("accessory"), block.get("element"), *_elements(block)):
            if isinstance(element, dict) and element.get("type") not in _WITHOUT_ACTION:
                element.setdefault("action_id", _fresh(set()))
        _complete_texts(block)
    return kept


_WITHOUT_ACTION = ("image", "plain_text", "mrkdwn")


def _elements(block: Json) -> list[Any]:
    return block["elements"] if block["type"] in ("actions", "context") else []


def _fresh(taken: set[Any]) -> str:
    while (made := new_id("", 5)) in taken:
        continue
    taken.add(made)
    return made


def _complete_texts(value: object) -> None:
    if isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        if value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for inner in value.values():
            _complete_texts(inner)
    if isinstance(value, list):
        for inner in value:
            _complete_texts(inner)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
