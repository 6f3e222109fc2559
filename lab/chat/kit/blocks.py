"""The blocks themselves, and what must hold between them: ids that are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lab.chat.kit.checks import (
    Check,
    anything,
    boolean,
    both,
    by_type,
    complaint,
    many,
    one_of,
    shape,
    string,
)
from lab.chat.kit.composition import ID, URL, mrkdwn, plain, text
from lab.chat.kit.elements import IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION

_FIELDS = many(text(2000), at_most=10)


def _block(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": one_of(kind), **required}, {"block_id": ID, **optional})


def _has_text_or_fields(value: object, pointer: str) -> Iterator[str]:
    if isinstance(value, dict) and "text" not in value and "fields" not in value:
        yield complaint("must provide one of: text, fields", pointer)


def _action_ids_differ(value: object, pointer: str) -> Iterator[str]:
    elements = value.get("elements") if isinstance(value, dict) else None
    named = [e.get("action_id") for e in elements or () if isinstance(e, dict)]
    for action_id, count in Counter(named).items():
        if action_id is not None and count > 1:
            yield complaint(f"`action_id` must be unique: {action_id}", f"{pointer}/elements")


BLOCKS: dict[str, Check] = {
    "section": both(
        _block(
            "section",
            {},
            {
                "text": text(3000),
                "fields": _FIELDS,
                "accessory": by_type(IN_SECTION),
                "expand": boolean,
            },
        ),
        _has_text_or_fields,
    ),
    "header": _block("header", {"text": plain(150)}, {}),
    "divider": _block("divider", {}, {}),
    "context": _block(
        "context",
        {
            "elements": many(
                by_type({"plain_text": plain(3000), "mrkdwn": mrkdwn(3000), "image": IMAGE}),
                at_most=10,
            )
        },
        {},
    ),
    "actions": both(
        _block("actions", {"elements": many(by_type(IN_ACTIONS), at_most=25)}, {}),
        _action_ids_differ,
    ),
    "image": _block(
        "image",
        {"alt_text": string(at_most=2000)},
        {"image_url": URL, "slack_file": anything, "title": plain(2000)},
    ),
    "input": _block(
        "input",
        {"label": plain(2000), "element": by_type(IN_INPUT)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "markdown": _block("markdown", {"text": string(at_most=12_000)}, {}),
    "rich_text": _block("rich_text", {"elements": many(anything, at_most=100)}, {}),
}


def block_ids_differ(value: object, pointer: str) -> Iterator[str]:
    """Complain of a `block_id` that stands twice on one surface."""
    blocks = value if isinstance(value, list) else ()
    named = Counter(b.get("block_id") for b in blocks if isinstance(b, dict))
    for block_id, count in named.items():
        if block_id is not None and count > 1:
            yield complaint(f"`block_id` must be unique: {block_id}", pointer)


def blocks(at_most: int) -> Check:
    """Return a check for the blocks of one surface."""
    return both(many(by_type(BLOCKS), at_most=at_most, at_least=0), block_ids_differ)
