"""What a client does to the words before it sends them."""

from __future__ import annotations


def escaped(text: str) -> str:
    """Return a message's text as it travels: the three signs of Slack's own markup escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def smart(line: str) -> str:
    """Return a line as clients with smart punctuation send it: dashes and curly quotes."""
    return line.replace("--", "—").replace("'", "’").replace(' "', " “").replace('"', "”")  # noqa: RUF001 — that is the point
