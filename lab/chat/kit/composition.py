"""Texts, options and confirmation dialogs: what blocks are composed of."""

from __future__ import annotations

from collections.abc import Iterator

from lab.chat.kit.checks import Check, boolean, by_type, complaint, many, one_of, shape, string

ID = string(at_most=255)
URL = string(at_most=3000)
MAX_OPTIONS = 100


def plain(at_most: int) -> Check:
    """Return a check for a `plain_text` object: titles, labels and buttons carry no markup."""
    return shape(
        {"type": one_of("plain_text"), "text": string(at_most=at_most)}, {"emoji": boolean}
    )


def mrkdwn(at_most: int) -> Check:
    """Return a check for a `mrkdwn` object."""
    return shape({"type": one_of("mrkdwn"), "text": string(at_most=at_most)}, {"verbatim": boolean})


def text(at_most: int) -> Check:
    """Return a check for a text object of either kind."""
    return by_type({"plain_text": plain(at_most), "mrkdwn": mrkdwn(at_most)})


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

PLAIN_OPTION = shape({"text": plain(75), "value": string(at_most=150)}, {"description": plain(75)})
RICH_OPTION = shape({"text": text(75), "value": string(at_most=150)}, {"description": text(75)})
LINK_OPTION = shape(
    {"text": plain(75), "value": string(at_most=150)}, {"description": plain(75), "url": URL}
)
OPTION_GROUP = shape(
    {"label": plain(75), "options": many(PLAIN_OPTION, at_most=MAX_OPTIONS)},
)


def offered(element: dict[str, object]) -> list[dict[str, object]]:
    """Return every option that an element offers, those in groups too."""
    options = element.get("options")
    found = list(options) if isinstance(options, list) else []
    groups = element.get("option_groups")
    for group in groups if isinstance(groups, list) else []:
        if isinstance(group, dict) and isinstance(group.get("options"), list):
            found.extend(group["options"])
    return [option for option in found if isinstance(option, dict)]


def chosen_is_offered(value: object, pointer: str) -> Iterator[str]:
    """Complain of an initial choice that is not among the options, and of a value twice."""
    if not isinstance(value, dict):
        return
    options = offered(value)
    values = [str(option.get("value")) for option in options]
    if len(set(values)) < len(values):
        yield complaint("option values must be unique", pointer)
    initial = value.get("initial_options", [value.get("initial_option")])
    for option in initial if isinstance(initial, list) else []:
        if option is not None and option not in options:
            yield complaint("initial option must match one of the options", pointer)


def options_or_groups(value: object, pointer: str) -> Iterator[str]:
    """Complain unless there is exactly one of `options` and `option_groups`."""
    if isinstance(value, dict) and ("options" in value) == ("option_groups" in value):
        yield complaint("must provide one of: options, option_groups", pointer)
