"""Words as people type them into a chat, and as they are given back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from difflib import get_close_matches

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_QUOTES = "\"'`\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a"


def plain(text: str) -> str:
    """Return the line without what cannot be seen, and with single spaces."""
    visible = _INVISIBLE.sub("", html.unescape(text))
    return " ".join(visible.split())


def unquoted(word: str) -> str:
    """Return the word without the quotes around it, or around what stands after its `=`."""
    name, equals, value = word.partition("=")
    if equals and " " not in word:
        return f"{name.strip(_QUOTES)}={value.strip(_QUOTES)}"
    return word.strip(_QUOTES)


def listed(names: Iterable[str]) -> str:
    """Return these names as code, one after the other."""
    return ", ".join(f"`{name}`" for name in names)


def closest(name: str, known: Iterable[str]) -> str:
    """Return the name that was probably meant; empty: none is near."""
    return next(iter(get_close_matches(name, list(known), n=1)), "")


def shown(word: str) -> str:
    """Return a person's own word so that it mentions nobody and ends no code span."""
    return re.sub("[`<>&]", "", word)[:40]
