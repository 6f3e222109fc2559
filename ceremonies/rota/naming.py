"""By which names a calendar's event calls whoever is on, and whom of the configuration they are.

What calendars export differs (looked up in public parsers and exporters in November 2026):
PagerDuty writes the address as a bare ATTENDEE and `On Call - NAME - SCHEDULE` as SUMMARY; Grafana
OnCall has the user name as SUMMARY, one event a person; others put an address or a name into
SUMMARY or DESCRIPTION.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w.-]{1,255}")
_SEPARATORS = re.compile(r"\s[-–—|/:]\s|[()\[\]<>,;:|\n]")  # noqa: RUF001 — dashes as people type
_MENTIONS = re.compile(r"<+@")
_MOST = 2000  # of a description
_SHOWN = 60


def plain(name: str) -> str:
    """Return a name as names are compared: without case, `mailto:` and superfluous spaces."""
    words = " ".join(name.split()).casefold()
    return words.removeprefix("mailto:")


def names_in(text: str) -> tuple[str, ...]:
    """Return what in this text may be a name: all of it, its addresses, its parts."""
    text = text[:_MOST]
    parts = (text, *_ADDRESS.findall(text), *_SEPARATORS.split(text))
    return distinct(plain(part) for part in parts)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, and none that is empty."""
    return tuple(dict.fromkeys(name for name in names if name))


def people_of(names: tuple[tuple[str, ...], ...], people: Mapping[str, str]) -> tuple[str, ...]:
    """Return the Slack ids of whoever is named, in the order of `people`.

    They are those of the first tier that names anybody. Nobody: nobody is known.
    """
    known = {plain(name): slack for name, slack in people.items()}
    for tier in names:
        named = {known[name] for name in tier if name in known}
        if named:
            return tuple(slack for slack in dict.fromkeys(people.values()) if slack in named)
    return ()


def shown(text: str) -> str:
    """Return foreign text as it may stand in a sentence: one short line that mentions nobody."""
    line = " ".join(_MENTIONS.sub("@", text).split())
    line = "".join(sign for sign in line if sign.isprintable())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
