"""What people type stays what it is on a card: words, unable to call, link or imitate."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import phrases


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a & b", "“a &amp; b”"),
        ("<!channel> look", "“&lt;!channel&gt; look”"),
        ("<@U0ADA> <#C1> <https://x|y>", "“&lt;@U0ADA&gt; &lt;#C1&gt; &lt;https://x|y&gt;”"),
        ("two\n\nlines\u2028three", "“two lines three”"),
        ("```code", "“'''code”"),
        ("turn\u202earound", "“turn around”"),
        ("@channel @Here @everyone", "“@\u2060channel @\u2060Here @\u2060everyone”"),
        ("x" * 400, f"“{'x' * 299}…”"),
    ],
)
def test_a_persons_words_are_quoted_safely(typed: str, shown: str) -> None:
    """Escaped, on one line, shortened, without mentions, links, code or turned-round text."""
    assert phrases.quoted(typed) == shown


@given(st.text())
def test_no_persons_words_can_mention_or_link(typed: str) -> None:
    """Nothing that Slack reads as a reference is left, whatever is typed."""
    for shown in (phrases.quoted(typed), phrases.code(typed)):
        assert not set("<>\n\r") & set(shown)
        assert "`" not in shown.strip("`")
        assert not re.search(r"@(channel|here|everyone)", shown, re.IGNORECASE)


@given(st.text())
def test_our_own_words_can_name_people_and_nothing_else(said: str) -> None:
    """A refusal may say who asked; it can never call the channel."""
    shown = phrases.ours(f"<@U0ADA> {said}")
    rest = re.sub(r"<@[UW][A-Z0-9]+>", "", shown)
    assert shown.startswith("<@U0ADA> ")
    assert not set("<>") & set(rest)
    assert not re.search(r"@(channel|here|everyone)", shown, re.IGNORECASE)


def test_a_date_is_slacks_own_with_utc_for_whoever_cannot_read_it() -> None:
    """Each reader sees their own zone."""
    moment = phrases.when(1_780_000_000_123)
    assert moment == "<!date^1780000000^{date_short_pretty} {time}|2026-05-28 20:26 UTC>"


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (42_999, "42 s"),
        (185_000, "3 min 5 s"),
        (4_800_000, "1 h 20 min"),
    ],
)
def test_durations_are_said_as_people_say_them(ms: int, said: str) -> None:
    """Seconds, minutes, hours."""
    assert phrases.span(ms) == said


def test_many_people_become_a_number() -> None:
    """Nobody reads forty names at night."""
    ids = [f"U{n}" for n in range(40)]
    assert phrases.people(ids).endswith("<@U19> and 20 more")


def test_a_lock_screen_shows_no_markup() -> None:
    """The first line, without bold and emoji names."""
    assert phrases.one_line(":warning: *Careful* now.\nMore.") == "Careful now."
    assert phrases.one_line("") == ""
