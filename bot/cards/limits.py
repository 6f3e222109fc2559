"""Slack's limits that slack_sdk's models leave unchecked (its 3.47, measured).

What breaks one is our mistake and goes loud: long content is shortened where it is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

HEADER = 150
SECTION = 3000
FIELD = 2000
CONFIRM = 300
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TEXT = 4000  # of chat.update; chat.postMessage takes more
INPUT = 3000
METADATA = 3000
WHOLE = 12_000  # characters in all blocks: somewhat above, Slack says msg_blocks_too_long

Json = Mapping[str, Any]


def check_message(text: str, blocks: Sequence[Json]) -> None:
    """Raise RuntimeError unless Slack would take this as a message's text and blocks."""
    problems = [*_blocks(blocks, MESSAGE_BLOCKS)]
    if not 0 < len(text) <= TEXT:
        problems.append(f"a message's text has {len(text)} characters")
    whole = size(blocks)
    if whole > WHOLE:
        problems.append(f"the blocks hold {whole} characters")
    _raise(problems)


def check_view(view: Json) -> None:
    """Raise RuntimeError unless Slack would take this view."""
    blocks = view["blocks"]
    problems = [*_blocks(blocks, VIEW_BLOCKS)]
    if any(block["type"] == "input" for block in blocks) and "submit" not in view:
        problems.append("a view with an input has no submit")
    if len(view.get("private_metadata", "")) > METADATA:
        problems.append("private_metadata is too long")
    _raise(problems)


def size(blocks: Sequence[Json]) -> int:
    """Return how many characters all texts of these blocks have together."""
    return sum(map(len, strings(blocks)))


def strings(value: object) -> Iterator[str]:
    """Yield every text inside blocks, whatever it is for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from strings(inner)


def _blocks(blocks: Sequence[Json], at_most: int) -> Iterator[str]:
    if not 0 < len(blocks) <= at_most:
        yield f"{len(blocks)} blocks"
    yield from _twice("block_id", [block.get("block_id") for block in blocks])
    for block in blocks:
        yield from _block(block)


def _block(block: Json) -> Iterator[str]:
    for text in block.get("fields", ()):
        if not 0 < len(text["text"]) <= FIELD:
            yield f"a field of {len(text['text'])} characters"
    elements = block.get("elements", ())
    yield from _twice("action_id", [element.get("action_id") for element in elements])
    for element in (*elements, block.get("accessory"), block.get("element")):
        if element is not None:
            yield from _element(element)


def _element(element: Json) -> Iterator[str]:
    longest = element.get("max_length", INPUT)
    if not 1 <= longest <= INPUT:
        yield f"max_length {longest}"
    if len(element.get("initial_value", "")) > longest:
        yield "an initial value above max_length"
    options = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        options += group["options"]
    yield from _twice("option", [option["value"] for option in options])


def _twice(kind: str, ids: Sequence[str | None]) -> Iterator[str]:
    for name, count in Counter(ids).items():
        if name is not None and count > 1:
            yield f"{kind} {name} stands twice"


def _raise(problems: Sequence[str]) -> None:
    if problems:
        raise RuntimeError("Slack would refuse this: " + "; ".join(problems))
