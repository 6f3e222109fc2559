"""Block Kit: what Slack refuses, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from lab.chat.kit import surfaces
from lab.chat.refusal import Refused


def plain(text: str) -> dict[str, Any]:
    """Return a text without markup."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    """Return a text with markup."""
    return {"type": "mrkdwn", "text": text}


def section(text: str = "words", **more: object) -> dict[str, Any]:
    """Return a paragraph."""
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more: object) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "action_id": "a", "text": plain("Go"), **more}


def actions(*elements: object) -> dict[str, Any]:
    """Return a row of elements."""
    return {"type": "actions", "elements": list(elements)}


def option(value: str, text: str = "Label") -> dict[str, Any]:
    """Return one choice."""
    return {"text": plain(text), "value": value}


def menu(*options: object, **more: object) -> dict[str, Any]:
    """Return a menu."""
    return {"type": "static_select", "action_id": "m", "options": list(options), **more}


CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("One share is lost."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
TYPED = {"type": "plain_text_input", "action_id": "v"}


def asked(element: object = None, **more: object) -> dict[str, Any]:
    """Return an input block."""
    return {"type": "input", "label": plain("L"), "element": element or TYPED, **more}


GOOD: dict[str, list[Any]] = {
    "a full text": [section("x" * 3000)],
    "full fields": [section(fields=[mrkdwn("f" * 2000)] * 3 + [mrkdwn("f")] * 7)],
    "a full header": [{"type": "header", "text": plain("h" * 150)}],
    "fifty dividers": [{"type": "divider"}] * 50,
    "a full button": [
        actions(
            button(
                text=plain("b" * 75),
                value="v" * 2000,
                url="u" * 3000,
                style="danger",
                confirm=CONFIRM,
            )
        )
    ],
    "a menu": [actions(menu(option("1"), option("2"), placeholder=plain("Choose")))],
    "a menu beside text": [section(accessory=menu(option("1"), initial_option=option("1")))],
    "a context": [{"type": "context", "elements": [mrkdwn("a"), plain("b")]}],
    "choices": [
        actions({"type": "checkboxes", "action_id": "c", "options": [option("1"), option("2")]})
    ],
    "same action id in two blocks": [actions(button()), actions(button())],
    "markdown": [{"type": "markdown", "text": "# x"}],
    "none at all": [],
}

BAD: dict[str, tuple[list[Any], str]] = {
    "51 blocks": (
        [{"type": "divider"}] * 51,
        "no more than 50 items allowed [json-pointer:/blocks]",
    ),
    "text of 3001": (
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "empty text": (
        [section("")],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "field of 2001": (
        [section(fields=[mrkdwn("f" * 2001)])],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "11 fields": ([section(fields=[mrkdwn("f")] * 11)], "no more than 10 items allowed"),
    "a section with nothing": ([{"type": "section"}], "must provide one of: text, fields"),
    "header of 151": ([{"type": "header", "text": plain("h" * 151)}], "less than 151 characters"),
    "header with markup": (
        [{"type": "header", "text": mrkdwn("*h*")}],
        "must be one of: plain_text",
    ),
    "26 elements": (
        [actions(*(button(action_id=f"a{n}") for n in range(26)))],
        "no more than 25 items",
    ),
    "no elements": ([actions()], "no fewer than 1 items required"),
    "11 in a context": (
        [{"type": "context", "elements": [mrkdwn("a")] * 11}],
        "no more than 10 items allowed",
    ),
    "a button in a context": (
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button",
    ),
    "a bare button": ([button()], "unsupported type: button [json-pointer:/blocks/0/type]"),
    "a block without type": ([{"text": plain("x")}], "unsupported type: None"),
    "a block that is a text": (["x"], "must provide an object"),
    "a misspelt field": ([section(acessory=button())], "invalid additional property: acessory"),
    "button text of 76": ([actions(button(text=plain("b" * 76)))], "less than 76 characters"),
    "button text with markup": ([actions(button(text=mrkdwn("b")))], "must be one of: plain_text"),
    "button without text": (
        [actions({"type": "button", "action_id": "a"})],
        "missing required field: text",
    ),
    "button value of 2001": ([actions(button(value="v" * 2001))], "less than 2001 characters"),
    "empty button value": ([actions(button(value=""))], "must be more than 0 characters"),
    "button value as object": ([actions(button(value={"set": "p"}))], "must provide a string"),
    "button url of 3001": ([actions(button(url="u" * 3001))], "less than 3001 characters"),
    "green button": ([actions(button(style="green"))], "must be one of: primary, danger"),
    "confirm without deny": (
        [actions(button(confirm={k: v for k, v in CONFIRM.items() if k != "deny"}))],
        "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "confirm title of 101": (
        [actions(button(confirm={**CONFIRM, "title": plain("t" * 101)}))],
        "less than 101 characters",
    ),
    "confirm text of 301": (
        [actions(button(confirm={**CONFIRM, "text": mrkdwn("t" * 301)}))],
        "less than 301 characters",
    ),
    "confirm button of 31": (
        [actions(button(confirm={**CONFIRM, "confirm": plain("y" * 31)}))],
        "less than 31 characters",
    ),
    "block id of 256": ([section(block_id="b" * 256)], "less than 256 characters"),
    "action id of 256": ([actions(button(action_id="a" * 256))], "less than 256 characters"),
    "the same block id twice": (
        [section(block_id="b"), section(block_id="b")],
        "`block_id` must be unique: b",
    ),
    "the same action id twice": (
        [actions(button(), button())],
        "`action_id` must be unique: a",
    ),
    "no options": ([actions(menu())], "no fewer than 1 items required"),
    "101 options": (
        [actions(menu(*(option(str(n)) for n in range(101))))],
        "no more than 100 items allowed",
    ),
    "neither options nor groups": (
        [actions({"type": "static_select", "action_id": "m"})],
        "must provide one of: options, option_groups",
    ),
    "option text of 76": ([actions(menu(option("1", "t" * 76)))], "less than 76 characters"),
    "option value of 151": ([actions(menu(option("v" * 151)))], "less than 151 characters"),
    "the same option twice": (
        [actions(menu(option("1"), option("1")))],
        "option values must be unique",
    ),
    "an initial option that is not offered": (
        [actions(menu(option("1"), initial_option=option("2")))],
        "initial option must match one of the options",
    ),
    "11 checkboxes": (
        [
            actions(
                {
                    "type": "checkboxes",
                    "action_id": "c",
                    "options": [option(str(n)) for n in range(11)],
                }
            )
        ],
        "no more than 10 items allowed",
    ),
    "a text input among buttons": ([actions(TYPED)], "unsupported type: plain_text_input"),
    "a button as input": ([asked(button())], "unsupported type: button"),
    "label with markup": ([asked(label=mrkdwn("L"))], "must be one of: plain_text"),
    "max_length of 3001": ([asked({**TYPED, "max_length": 3001})], "must be between 1 and 3000"),
    "max_length of 0": ([asked({**TYPED, "max_length": 0})], "must be between 1 and 3000"),
    "placeholder of 151": (
        [asked({**TYPED, "placeholder": plain("p" * 151)})],
        "less than 151 characters",
    ),
    "optional as text": ([asked(optional="yes")], "must provide a boolean"),
    "emoji in markup": (
        [{"type": "section", "text": {**mrkdwn("x"), "emoji": True}}],
        "invalid additional property: emoji",
    ),
}


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD)
def test_what_slack_takes(blocks: list[Any]) -> None:
    """Blocks at their limits are taken, and get the ids and defaults that Slack adds."""
    kept = surfaces.message_blocks(blocks)
    assert len(kept) == len(blocks)
    ids = [block["block_id"] for block in kept]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("blocks", "reason"), BAD.values(), ids=BAD)
def test_what_slack_refuses(blocks: list[Any], reason: str) -> None:
    """One step past a limit is `invalid_blocks`, with the place and the rule."""
    with pytest.raises(Refused) as refused:
        surfaces.message_blocks(blocks)
    assert refused.value.code == "invalid_blocks"
    assert any(reason in each for each in refused.value.reasons), refused.value.reasons


def test_blocks_that_are_no_list() -> None:
    """Anything but a list is `invalid_blocks_format`."""
    with pytest.raises(Refused, match="invalid_blocks_format"):
        surfaces.message_blocks({"type": "divider"})


def test_too_much_text_in_all_blocks_together() -> None:
    """Some 13,200 characters in all are too many, though each block is within its limit."""
    with pytest.raises(Refused, match="msg_blocks_too_long"):
        surfaces.message_blocks([section("x" * 3000)] * 5)


def test_what_slack_fills_in() -> None:
    """Missing ids are made up; texts get `emoji` and `verbatim`; what was given stays."""
    kept = surfaces.message_blocks(
        [section("a", block_id="mine"), actions(button(), {**button(), "action_id": "b"})]
    )
    assert kept[0]["block_id"] == "mine"
    assert kept[0]["text"] == {"type": "mrkdwn", "text": "a", "verbatim": False}
    assert kept[1]["elements"][0]["text"] == {"type": "plain_text", "text": "Go", "emoji": True}
