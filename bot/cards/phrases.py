"""The small pieces of text that every card is made of: names, people, dates, durations.

What a person typed goes through `quoted`, what our own code says through `ours`: neither can
mention anybody, form a link or start a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ceremonies.ceremony import Ceremony
from ceremonies.events import Purpose

QUOTED = 300
_CODE = 120
_SHOUT = re.compile(r"@(?=channel|here|everyone)", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # these turn text around
_MENTION = re.compile(r"&lt;@([UW][A-Z0-9]+)&gt;")
_EMOJI = re.compile(r":[a-z_]+: ?")
_WORD_JOINER = "\u2060"

_TITLES = {
    Purpose.PROMOTE: "Promote",
    Purpose.UPDATE_PRIMARY: "Update the primary of",
    Purpose.DISABLE: "Disable DR on",
    Purpose.DRILL: "Drill on",
}


def escape(text: str) -> str:
    """Return the text with Slack's three special characters as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, at_most: int) -> str:
    """Return at most so many characters, the last one an ellipsis where some are missing."""
    return text if len(text) <= at_most else text[: at_most - 1].rstrip() + "…"


def quoted(text: str, at_most: int = QUOTED) -> str:
    """Return a person's own words in quotation marks: one line, without mentions or code."""
    line = cut(" ".join(_UNSEEN.sub(" ", text).split()), at_most).replace("`", "'")
    return f"“{_quiet(escape(line))}”"


def ours(text: str, at_most: int = 900) -> str:
    """Return our own words, in which `<@U…>` may name a person, safe for mrkdwn."""
    return _quiet(_MENTION.sub(r"<@\1>", escape(cut(text, at_most))))


def _quiet(escaped: str) -> str:
    return _SHOUT.sub("@" + _WORD_JOINER, escaped)


def code(text: str) -> str:
    """Return the text as code, whatever is in it; a dash where it is empty."""
    plain = cut(" ".join(text.split()), _CODE).replace("`", "")
    return f"`{_quiet(escape(plain))}`" if plain else "-"


def mention(slack: str) -> str:
    """Return how Slack writes a person, shown with the name that they have there."""
    return f"<@{slack}>"


def people(ids: Sequence[str], at_most: int = 20) -> str:
    """Return people as mentions, the many shortened to a number."""
    shown = ", ".join(mention(slack) for slack in ids[:at_most])
    left = len(ids) - at_most
    return f"{shown} and {left} more" if left > 0 else shown


def fitting(lines: Sequence[str], room: int) -> int:
    """Return how many of these lines, from the first, fit into so many characters."""
    used = 0
    for count, line in enumerate(lines):
        used += len(line) + 1
        if used > room:
            return count
    return len(lines)


def names(ids: Sequence[str], at_most: int = 5) -> str:
    """Return people for a notification's one line: fewer of them."""
    return people(ids, at_most)


def place(set_name: str, cluster: str) -> str:
    """Return a cluster's full name, as in `payments/b`."""
    return f"{set_name}/{cluster}"


def places(set_name: str, clusters: Iterable[str], at_most: int = 5) -> str:
    """Return clusters by their full names; many are shortened to a number."""
    every = [place(set_name, cluster) for cluster in clusters]
    left = len(every) - at_most
    return ", ".join(every[:at_most]) + (f" and {left} more" if left > 0 else "")


def title(set_name: str, c: Ceremony) -> str:
    """Return what a ceremony is for, as in `Promote payments/b`."""
    return f"{_TITLES[c.purpose]} {place(set_name, c.cluster)}"


def aim(set_name: str, c: Ceremony) -> str:
    """Return what a ceremony is for inside a sentence: `promote payments/b`."""
    words = title(set_name, c)
    return words[0].lower() + words[1:]


def when(ms: int) -> str:
    """Return a moment (ms) as Slack's own date, shown in each reader's zone; UTC elsewhere."""
    return _date(ms, "{date_short_pretty} {time}", "%Y-%m-%d %H:%M UTC")


def second(ms: int) -> str:
    """Return a moment (ms) to the second, as `when` does."""
    return _date(ms, "{date_short_pretty} {time_secs}", "%Y-%m-%d %H:%M:%S UTC")


def _date(ms: int, form: str, fallback: str) -> str:
    seconds = max(0, ms) // 1000
    plain = datetime.fromtimestamp(seconds, UTC).strftime(fallback)
    return f"<!date^{seconds}^{form}|{plain}>"


def span(ms: int) -> str:
    """Return a duration (ms) as people say it: `42 s`, `3 min 5 s`, `1 h 20 min`."""
    seconds = max(0, ms) // 1000
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def remaining(ms: int) -> str:
    """Return a duration (ms) to the minute, for what is drawn anew while it passes: `58 min`."""
    minutes = max(0, ms) // 60_000
    if minutes >= 60:  # noqa: PLR2004 — minutes of an hour
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else "less than a minute"


def shares(count: int) -> str:
    """Return `1 share` or `3 shares`."""
    return f"{count} share" if count == 1 else f"{count} shares"


def entries(count: int) -> str:
    """Return `1 entry` or `3 entries`."""
    return "1 entry" if count == 1 else f"{count} entries"


def more_people(count: int) -> str:
    """Return `1 more person` or `2 more people`."""
    return f"{count} more person" if count == 1 else f"{count} more people"


def of_threshold(c: Ceremony) -> str:
    """Return how far the shares are, as in `2 of 3 shares`."""
    return f"{c.progress} of {c.required} shares" if c.required else shares(c.progress)


def one_line(text: str) -> str:
    """Return the first line of mrkdwn for a lock screen: no bold, no emoji names."""
    first = text.splitlines()[0] if text else ""
    return _EMOJI.sub("", first).replace("*", "").strip()
