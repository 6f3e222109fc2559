"""Buttons, menus and inputs: which fields each has, how long they may be, where they may stand."""

from __future__ import annotations

from lab.chat.kit.checks import Check, anything, boolean, both, integer, many, one_of, shape, string
from lab.chat.kit.composition import (
    CONFIRM,
    ID,
    LINK_OPTION,
    MAX_OPTIONS,
    OPTION_GROUP,
    PLAIN_OPTION,
    RICH_OPTION,
    URL,
    chosen_is_offered,
    options_or_groups,
    plain,
)

MAX_INPUT = 3000
_ASKED = {"action_id": ID, "placeholder": plain(150), "focus_on_load": boolean}
_MENU = {**_ASKED, "confirm": CONFIRM}
_STATIC = {
    **_MENU,
    "options": many(PLAIN_OPTION, at_most=MAX_OPTIONS),
    "option_groups": many(OPTION_GROUP, at_most=MAX_OPTIONS),
}
_CHOICES = {"action_id": ID, "focus_on_load": boolean, "confirm": CONFIRM}
_DISPATCH = shape({"trigger_actions_on": many(anything, at_most=2)})
_TYPED = {
    **_ASKED,
    "initial_value": string(at_most=MAX_INPUT, at_least=0),
    "dispatch_action_config": _DISPATCH,
}
_SELECTED = integer(1, 100)
_NAME = string(at_most=255)


def _element(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": one_of(kind), **required}, optional)


def _several(kind: str, initial: str) -> Check:
    return _element(
        kind,
        {},
        {**_MENU, initial: many(_NAME, at_most=100, at_least=0), "max_selected_items": _SELECTED},
    )


BUTTON = _element(
    "button",
    {"text": plain(75)},
    {
        "action_id": ID,
        "url": URL,
        "value": string(at_most=2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(at_most=75),
    },
)

IMAGE = _element(
    "image",
    {"alt_text": string(at_most=2000)},
    {"image_url": URL, "slack_file": anything},
)

MENUS: dict[str, Check] = {
    "static_select": both(
        _element("static_select", {}, {**_STATIC, "initial_option": PLAIN_OPTION}),
        options_or_groups,
        chosen_is_offered,
    ),
    "multi_static_select": both(
        _element(
            "multi_static_select",
            {},
            {
                **_STATIC,
                "initial_options": many(PLAIN_OPTION, at_most=MAX_OPTIONS),
                "max_selected_items": _SELECTED,
            },
        ),
        options_or_groups,
        chosen_is_offered,
    ),
    "users_select": _element("users_select", {}, {**_MENU, "initial_user": _NAME}),
    "channels_select": _element("channels_select", {}, {**_MENU, "initial_channel": _NAME}),
    "conversations_select": _element(
        "conversations_select",
        {},
        {
            **_MENU,
            "initial_conversation": _NAME,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        },
    ),
    "multi_users_select": _several("multi_users_select", "initial_users"),
    "multi_channels_select": _several("multi_channels_select", "initial_channels"),
}

CHOICES: dict[str, Check] = {
    "checkboxes": both(
        _element(
            "checkboxes",
            {"options": many(RICH_OPTION, at_most=10)},
            {**_CHOICES, "initial_options": many(RICH_OPTION, at_most=10)},
        ),
        chosen_is_offered,
    ),
    "radio_buttons": both(
        _element(
            "radio_buttons",
            {"options": many(RICH_OPTION, at_most=10)},
            {**_CHOICES, "initial_option": RICH_OPTION},
        ),
        chosen_is_offered,
    ),
    "datepicker": _element("datepicker", {}, {**_MENU, "initial_date": string(at_most=10)}),
    "timepicker": _element(
        "timepicker", {}, {**_MENU, "initial_time": string(at_most=5), "timezone": _NAME}
    ),
    "datetimepicker": _element(
        "datetimepicker",
        {},
        {**_CHOICES, "initial_date_time": integer(10**9, 10**10 - 1)},
    ),
}

OVERFLOW = _element(
    "overflow",
    {"options": many(LINK_OPTION, at_most=5)},
    {"action_id": ID, "confirm": CONFIRM},
)

INPUTS: dict[str, Check] = {
    "plain_text_input": _element(
        "plain_text_input",
        {},
        {
            **_TYPED,
            "multiline": boolean,
            "min_length": integer(0, MAX_INPUT),
            "max_length": integer(1, MAX_INPUT),
        },
    ),
    "email_text_input": _element("email_text_input", {}, _TYPED),
    "url_text_input": _element("url_text_input", {}, _TYPED),
    "number_input": _element(
        "number_input",
        {"is_decimal_allowed": boolean},
        {**_TYPED, "min_value": _NAME, "max_value": _NAME},
    ),
}

IN_ACTIONS: dict[str, Check] = {"button": BUTTON, "overflow": OVERFLOW, **MENUS, **CHOICES}
IN_SECTION: dict[str, Check] = {**IN_ACTIONS, "image": IMAGE}
IN_INPUT: dict[str, Check] = {**INPUTS, **MENUS, **CHOICES}
