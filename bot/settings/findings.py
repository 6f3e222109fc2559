"""What is wrong with the file, in words: each finding names the key and the mend."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.settings.file import File
from ceremonies.errors import Misconfigured

Place = Sequence[int | str]

_SHOWN = re.compile(r"\w[\w .-]{0,39}")
_LISTS_OF_IDS = ("key_holders", "roles", "days")
_WRONG_TYPES = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: where, what, and how to mend it."""

    key: str
    problem: str
    mend: str


def refusal(source: Path | str, findings: Sequence[Finding]) -> Misconfigured:
    """Return the error for these findings, of which there is at least one."""
    if len(findings) == 1:
        [only] = findings
        return Misconfigured(f"{source}: {only.key}: {only.problem}", advice=only.mend)
    lines = (f"{source}: {one.key}: {one.problem}. {one.mend}" for one in findings)
    return Misconfigured("\n".join(lines), advice=f"Mend all {len(findings)}, then start again.")


def from_validation(error: ValidationError, raw: Mapping[str, object]) -> tuple[Finding, ...]:
    """Return what pydantic found. Values of the file are not repeated: some are secret."""
    return tuple(_finding(detail, raw) for detail in error.errors(include_url=False))


def key(raw: object, place: Place) -> str:
    """Return a place as people find it: `replication_sets[payments].clusters[b].nodes`.

    An entry of a list is named by its `name` or `slack`, else by its number from 1.
    """
    text, listed_in = "", ""
    for part in place:
        if isinstance(part, int):
            raw = raw[part] if isinstance(raw, list) and part < len(raw) else None
            text += f"[{_label(raw, part, listed_in)}]"
        else:
            raw = raw.get(part) if isinstance(raw, Mapping) else None
            text += f".{part}" if text else part
            listed_in = part
    return text


def _label(entry: object, index: int, listed_in: str) -> str:
    # A bare text may be a secret (an Apprise URL): only entries of lists of ids are shown.
    named = entry if listed_in in _LISTS_OF_IDS else None
    if isinstance(entry, Mapping):
        named = entry.get("name", entry.get("slack"))
    return named if isinstance(named, str) and _SHOWN.fullmatch(named) else f"#{index + 1}"


def _finding(detail: ErrorDetails, raw: Mapping[str, object]) -> Finding:
    place = detail["loc"]
    return Finding(key=key(raw, place), problem=_problem(detail), mend=_mend(detail))


def _problem(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in _WRONG_TYPES:
        return f"wrong type: this wants {_WRONG_TYPES[kind]}"
    match kind:
        case "missing":
            return "this is missing"
        case "extra_forbidden":
            return "unknown key"
        case "literal_error":
            return f"this is none of {detail['ctx']['expected']}"
        case "too_short":
            least = detail["ctx"]["min_length"]
            return f"this wants at least {least} {'entry' if least == 1 else 'entries'}"
        case _:
            return detail["msg"]


def _mend(detail: ErrorDetails) -> str:
    if detail["type"] == "ours":
        return str(detail["ctx"]["mend"])
    table, description = _described(detail["loc"])
    if detail["type"] == "extra_forbidden":
        return _known_keys(str(detail["loc"][-1]), table.model_fields)
    return description


def _known_keys(unknown: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(unknown, names, n=1)
    if close:
        return f"Did you mean {close[0]}? Known here: {', '.join(names)}."
    return f"Take it out. Known here: {', '.join(names)}."


def _described(place: Place) -> tuple[type[BaseModel], str]:
    """Return the innermost table around a place, and the description of its innermost key."""
    table: type[BaseModel] = File
    inner: type[BaseModel] = File
    description = ""
    for part in place:
        table = inner
        field = table.model_fields.get(part) if isinstance(part, str) else None
        if field is not None:
            description = field.description or ""
            inner = _table_in(field.annotation) or inner
    return table, description


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_table_in(inner) for inner in get_args(annotation))
    return next((table for table in found if table is not None), None)
