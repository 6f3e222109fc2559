"""The kinds of text in the file: what each must look like, and the mend where it does not."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_WORKSPACE = re.compile(r"T[A-Z0-9]{2,31}")
_USER = re.compile(r"[UW][A-Z0-9]{2,31}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,31}")
_COMMAND = re.compile(r"/[a-z0-9][a-z0-9_-]{0,30}")  # 32 with its slash: Slack's limit
_PART = re.compile(r"(\d{1,6})([smhd])")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MAX_PORT = 65535
_MAX_WORDS = 300


def wrong(problem: str, mend: str) -> PydanticCustomError:
    """Return the error by which a check tells its problem and the mend."""
    # The texts go in as values: braces in them are no placeholders.
    return PydanticCustomError("ours", "{problem}", {"problem": problem, "mend": mend})


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise wrong(
            "this is no name",
            "Use lower-case letters, digits and hyphens, at most 32, the first no hyphen.",
        )
    return text


def _workspace(text: str) -> str:
    if not _WORKSPACE.fullmatch(text):
        raise wrong(
            "this is no workspace id",
            "Write the id with T in front: it is in the address of Slack in a browser.",
        )
    return text


def _user(text: str) -> str:
    if not _USER.fullmatch(text):
        raise wrong(
            "this is no Slack user id",
            'Write the member id (U… or W…): in Slack, open the profile, "Copy member ID".',
        )
    return text


def _channel(text: str) -> str:
    if not _CHANNEL.fullmatch(text):
        raise wrong(
            "this is no channel id",
            "Write the channel's id (C…), not its name: it stands at the end of its details.",
        )
    return text


def _command(text: str) -> str:
    if not _COMMAND.fullmatch(text):
        raise wrong(
            "this is no slash command",
            "Write a slash and up to 31 lower-case letters, digits, hyphens or underscores.",
        )
    return text


def _words(text: str) -> str:
    if not text.strip() or len(text) > _MAX_WORDS or not text.isprintable():
        raise wrong(
            "this is empty, too long, or has line breaks",
            f"Write one line of 1 to {_MAX_WORDS} characters.",
        )
    return text.strip()


def _duration(given: object) -> object:
    """Return "1h30m" as a timedelta; what is no text is left for the type to refuse."""
    if isinstance(given, timedelta):
        return given
    mend = 'Write a number with s, m, h or d, in quotes: "90s", "30m", "1h30m".'
    if not isinstance(given, str):
        raise wrong("wrong type: this wants a duration", mend)
    if not re.fullmatch(rf"({_PART.pattern})+", given):
        raise wrong("this is no duration", mend)
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(given))
    if not 0 < seconds <= 30 * _SECONDS["d"]:
        raise wrong("this duration is zero, or above 30 days", mend)
    return timedelta(seconds=seconds)


def _address(text: str) -> str:
    mend = "Write https://HOST:PORT, without user, path or query."
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong("this is no address of a Vault node", mend) from None
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or port == 0
    ):
        raise wrong("this is no address of a Vault node", mend)
    if not bare or not text.isprintable() or " " in text:
        raise wrong("this has more than scheme, host and port", mend)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _calendar(text: str) -> str:
    """Return the address of an .ics file; as it opens the calendar, no error repeats it."""
    mend = 'Write calendar = "https://…".'
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong("this is no https:// address", mend) from None
    if parts.scheme == "webcal":
        raise wrong("this is no https:// address", "Write https:// instead of webcal://.")
    if parts.scheme != "https" or not parts.hostname or port == 0:
        raise wrong("this is no https:// address", mend)
    if "@" in parts.netloc or not text.isascii() or not text.isprintable() or " " in text:
        raise wrong("this has a user, a password, or signs that no address has", mend)
    return text


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) <= _MAX_PORT):
        raise wrong("this is no address to listen on", 'Write "127.0.0.1:8080".')
    return text


def _time(given: object) -> object:
    if isinstance(given, time):
        return given
    found = _TIME.fullmatch(given) if isinstance(given, str) else None
    if not found:
        raise wrong("this is no time of day", 'Write hours and minutes in quotes: "22:00".')
    return time(int(found[1]), int(found[2]))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(
            "this time zone is not known here",
            'Write a name of the tz database: "Europe/Berlin", "UTC".',
        ) from None
    return text


Name = Annotated[str, AfterValidator(_name)]
Workspace = Annotated[str, AfterValidator(_workspace)]
SlackUser = Annotated[str, AfterValidator(_user)]
SlackChannel = Annotated[str, AfterValidator(_channel)]
SlashCommand = Annotated[str, AfterValidator(_command)]
Words = Annotated[str, AfterValidator(_words)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
NodeAddress = Annotated[str, AfterValidator(_address)]
CalendarAddress = Annotated[str, AfterValidator(_calendar)]
ListenAddress = Annotated[str, AfterValidator(_listen)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Zone = Annotated[str, AfterValidator(_zone)]
