"""Messages and views as a person reads them: plain text, names instead of ids, local times."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from lab.chat.records import Json, Message, User
from lab.chat.workspace import Workspace

_REFERENCE = re.compile(r"<([^<>\n]+)>")
_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")
_CODE = re.compile(r"(```|`)(.+?)\1", re.DOTALL)
_DAY = "%B %-d, %Y"
_DATES = {
    "{date_num}": "%Y-%m-%d",
    "{date_short}": "%b %-d, %Y",
    "{date_short_pretty}": "%b %-d, %Y",
    "{date_long}": "%A, %B %-d, %Y",
    "{date_long_pretty}": "%A, %B %-d, %Y",
    "{date_pretty}": _DAY,
    "{date}": _DAY,
    "{time_secs}": "%H:%M:%S",
    "{time}": "%H:%M",
}


def message_text(workspace: Workspace, message: Message, reader: User) -> str:
    """Return what this person reads: the blocks, or the text where there are none."""
    lines = list(blocks_text(workspace, message.blocks, reader))
    if not lines:
        lines = [mrkdwn(workspace, message.text, reader)]
    for attachment in message.attachments:
        lines.extend(blocks_text(workspace, attachment.get("blocks", ()), reader))
        lines.append(mrkdwn(workspace, str(attachment.get("text", "")), reader))
    return "\n".join(line for line in lines if line)


def blocks_text(workspace: Workspace, blocks: Iterable[Json], reader: User) -> Iterator[str]:
    """Yield the lines of blocks; buttons stand in brackets."""
    for block in blocks:
        for piece in _pieces(block):
            yield _piece_text(workspace, piece, reader)


def _pieces(block: Json) -> Iterator[object]:
    for key in ("title", "text", "label", "hint"):
        if key in block:
            yield block[key]
    yield from block.get("fields", ())
    yield from block.get("elements", ())
    for key in ("element", "accessory"):
        if key in block:
            yield block[key]


def _piece_text(workspace: Workspace, piece: object, reader: User) -> str:
    if isinstance(piece, str):
        return mrkdwn(workspace, piece, reader)
    if not isinstance(piece, dict):
        return ""
    match piece.get("type"):
        case "mrkdwn":
            return mrkdwn(workspace, piece["text"], reader)
        case "plain_text":
            return str(piece["text"])
        case "button":
            return f"[{piece['text']['text']}]"
        case "image":
            return str(piece["alt_text"])
        case _:
            pass
    inner = [*piece.get("options", ()), *piece.get("elements", ())]
    words = (_piece_text(workspace, each.get("text", each), reader) for each in inner)
    return "\n".join(word for word in words if word)


def mrkdwn(workspace: Workspace, text: str, reader: User) -> str:
    """Return Slack's markup as it is read: no marks, names for ids, dates in the reader's zone."""
    read = _REFERENCE.sub(lambda found: _reference(workspace, found[1], reader), text)
    read = _CODE.sub(r"\2", read)
    read = _MARKS.sub(r"\2", read)
    return html.unescape(read)


def _reference(workspace: Workspace, inside: str, reader: User) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return _date(target, label, reader)
    if target.startswith("@"):
        user = workspace.user(target[1:])
        return f"@{user.real_name or user.name}" if user else f"@{label or target[1:]}"
    if target.startswith("#"):
        channel = workspace.channel(target[1:])
        return f"#{channel.name}" if channel else f"#{label or target[1:]}"
    if target.startswith("!"):
        return f"@{label or target[1:]}"
    return label or target


def _date(target: str, fallback: str, reader: User) -> str:
    """Return a `<!date^seconds^format|fallback>`; the fallback where Slack could not read it."""
    parts = target.split("^")
    if not parts[1].isdigit() or len(parts) < len(("!date", "seconds", "format")):
        return fallback
    at = datetime.fromtimestamp(int(parts[1]), UTC) + timedelta(seconds=reader.tz_offset)
    text = parts[2]
    for token, form in _DATES.items():
        text = text.replace(token, at.strftime(form))
    return text
