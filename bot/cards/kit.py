"""Blocks, buttons and views, built with slack_sdk's models and checked against Slack's limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    InputInteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.cards import limits
from bot.cards.phrases import cut

Json = dict[str, Any]
_TITLE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A message: `text` alone tells what to do (it is the notification), `blocks` show it."""

    text: str
    blocks: list[Json]


def card(
    text: str, blocks: Sequence[Block | None], *, shorter: Sequence[Block | None] = ()
) -> Card:
    """Return a message that Slack takes; None stands for a block that this state does not have.

    `shorter` are the blocks to be taken where all together would be too much for one message.
    """
    plain = _plain(blocks)
    if shorter and limits.size(plain) > limits.WHOLE:
        plain = _plain(shorter)
    limits.check_message(text, plain)
    return Card(text=text, blocks=plain)


def _plain(blocks: Sequence[Block | None]) -> list[Json]:
    return [block.to_dict() for block in blocks if block is not None]


def modal(
    *,
    title: str,
    blocks: Sequence[Block],
    callback_id: str = "",
    submit: str = "",
    metadata: Json | None = None,
) -> Json:
    """Return a modal's view; it has a submit button only where `submit` labels one."""
    view: Json = View(
        type="modal",
        callback_id=callback_id or None,
        title=PlainTextObject(text=cut(title, _TITLE)),
        submit=PlainTextObject(text=submit) if submit else None,
        close=PlainTextObject(text="Cancel" if submit else "Close"),
        blocks=list(blocks),
        private_metadata=packed(metadata) if metadata else None,
    ).to_dict()
    limits.check_view(view)
    return view


def packed(value: Json) -> str:
    """Return JSON as buttons and views carry it: short, the same for the same value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def header(text: str) -> Block:
    """Return a headline of plain text."""
    return HeaderBlock(text=PlainTextObject(text=cut(text, limits.HEADER)))


def mrkdwn(text: str, at_most: int = limits.SECTION) -> MarkdownTextObject:
    """Return a text of which Slack reads only our marks: nothing in it becomes a link."""
    return MarkdownTextObject(text=cut(text, at_most), verbatim=True)


def section(text: str, accessory: ButtonElement | None = None) -> Block:
    """Return a paragraph, with a button beside it where one is given."""
    return SectionBlock(text=mrkdwn(text), accessory=accessory)


def fields(*texts: str) -> Block:
    """Return short texts in two columns."""
    return SectionBlock(fields=[mrkdwn(text, limits.FIELD) for text in texts])


def context(*texts: str) -> Block:
    """Return small print."""
    return ContextBlock(elements=[mrkdwn(text, limits.FIELD) for text in texts])


def divider() -> Block:
    """Return a line across the card."""
    return DividerBlock()


def actions(buttons: Sequence[ButtonElement]) -> Block | None:
    """Return a row of buttons, or None where there are none."""
    return ActionsBlock(elements=list(buttons)) if buttons else None


def button(
    action_id: str,
    label: str,
    value: Json,
    *,
    style: str | None = None,
    asks: ConfirmObject | None = None,
) -> ButtonElement:
    """Return a button; `asks` is the dialog that comes before the click counts."""
    return ButtonElement(
        text=PlainTextObject(text=label),
        action_id=action_id,
        value=packed(value),
        style=style,
        confirm=asks,
    )


def confirmation(title: str, text: str, yes: str, *, danger: bool = False) -> ConfirmObject:
    """Return a dialog that says what follows; its way out is always `Back`."""
    return ConfirmObject(
        title=PlainTextObject(text=title),
        text=mrkdwn(text, limits.CONFIRM),
        confirm=PlainTextObject(text=yes),
        deny=PlainTextObject(text="Back"),
        style="danger" if danger else None,
    )


def asked(block_id: str, label: str, element: InputInteractiveElement, **rest: Any) -> Block:  # noqa: ANN401 — slack_sdk's own
    """Return an input: its value is found under `block_id` and the element's action id."""
    return InputBlock(block_id=block_id, label=PlainTextObject(text=label), element=element, **rest)
