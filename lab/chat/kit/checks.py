"""Small checks that complain in Slack's words, each with a JSON pointer to the place.

A check takes a value and its pointer and yields complaints; no complaint means that it fits.
Slack refuses what it does not know (`invalid additional property`), and so do these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

Check = Callable[[object, str], Iterator[str]]


def complaint(words: str, pointer: str) -> str:
    """Return a complaint as Slack writes it."""
    return f"{words} [json-pointer:{pointer}]"


def string(*, at_most: int, at_least: int = 1) -> Check:
    """Return a check for a text of so many characters."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must provide a string", pointer)
        elif len(value) < at_least:
            yield complaint(f"must be more than {at_least - 1} characters", pointer)
        elif len(value) > at_most:
            yield complaint(f"must be less than {at_most + 1} characters", pointer)

    return check


def integer(low: int, high: int) -> Check:
    """Return a check for a whole number between two others, both included."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield complaint("must provide an integer", pointer)
        elif not low <= value <= high:
            yield complaint(f"must be between {low} and {high}", pointer)

    return check


def boolean(value: object, pointer: str) -> Iterator[str]:
    """Complain about anything but true and false."""
    if not isinstance(value, bool):
        yield complaint("must provide a boolean", pointer)


def one_of(*words: str) -> Check:
    """Return a check for one of these words."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if value not in words:
            yield complaint(f"must be one of: {', '.join(words)}", pointer)

    return check


def anything(_value: object, _pointer: str) -> Iterator[str]:
    """Complain about nothing."""
    yield from ()


def many(each: Check, *, at_most: int, at_least: int = 1) -> Check:
    """Return a check for a list of so many things."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must provide an array", pointer)
            return
        if len(value) < at_least:
            yield complaint(f"no fewer than {at_least} items required", pointer)
        if len(value) > at_most:
            yield complaint(f"no more than {at_most} items allowed", pointer)
        for index, item in enumerate(value):
            yield from each(item, f"{pointer}/{index}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Return a check for an object with these fields and no others."""
    known = {**required, **(optional or {})}

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must provide an object", pointer)
            return
        for name in required:
            if name not in value:
                yield complaint(f"missing required field: {name}", pointer)
        for name, inner in value.items():
            if name in known:
                yield from known[name](inner, f"{pointer}/{name}")
            else:
                yield complaint(f"invalid additional property: {name}", pointer)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """Return a check for an object whose `type` says which of these it must be."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must provide an object", pointer)
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            yield complaint(f"unsupported type: {kind}", f"{pointer}/type")
            return
        yield from kinds[kind](value, pointer)

    return check


def both(*checks: Check) -> Check:
    """Return a check that complains of what any of these complains of."""

    def check(value: object, pointer: str) -> Iterator[str]:
        for each in checks:
            yield from each(value, pointer)

    return check
