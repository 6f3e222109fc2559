"""What can be changed in a draft, and what is then read of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pytest

from bot import settings
from ceremonies.errors import Misconfigured
from tests.bot.settings.conftest import SHIFT, Change, Draft

SET = "replication_sets[payments]"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What somebody writes wrong, and what they read of it."""

    change: Change
    key: str  # as people find it
    problem: str  # a part of it
    mend: str  # a part of it

    def refused(self, draft: Draft) -> Misconfigured:
        """Make the mistake; return the refusal that it meets at start."""
        self.change(draft)
        with pytest.raises(Misconfigured) as refused:
            settings.load(draft.write())
        return refused.value

    def place(self, draft: Draft) -> str:
        """Return what the refusal begins with: the file and the key."""
        return f"{draft.path}: {self.key}: "


def put(table: str, **keys: Any) -> Change:  # noqa: ANN401 — any value of a TOML file
    """Return the change that puts keys into a table of the file."""
    return lambda draft: draft.table(table).update(keys)


def in_set(**keys: Any) -> Change:  # noqa: ANN401
    """Return the change that puts keys into the set."""
    return lambda draft: draft.served.update(keys)


def in_b(**keys: Any) -> Change:  # noqa: ANN401
    """Return the change that puts keys into cluster `b`."""
    return lambda draft: draft.cluster.update(keys)


def in_person(number: int, **keys: Any) -> Change:  # noqa: ANN401
    """Return the change that puts keys into a person."""
    return lambda draft: draft.file["people"][number].update(keys)


def without(*place: str | int) -> Change:
    """Return the change that takes a key out of the file."""

    def change(draft: Draft) -> None:
        table: Any = draft.file
        for part in place[:-1]:
            table = table[part]
        del table[place[-1]]

    return change


def shift(**keys: Any) -> Change:  # noqa: ANN401
    """Return the change that adds a shift, with these keys instead of its own."""
    wanted = {k: v for k, v in {**copy.deepcopy(SHIFT), **keys}.items() if v is not None}
    return lambda draft: draft.file.setdefault("shifts", []).append(wanted)


def again(table: str, **keys: Any) -> Change:  # noqa: ANN401
    """Return the change that repeats the first entry of a list of tables, with these keys."""
    return lambda draft: draft.file[table].append({**copy.deepcopy(draft.file[table][0]), **keys})


def approle(**keys: str) -> dict[str, str]:
    """Return a login by AppRole, with these keys besides."""
    return {"method": "approle", "role_id": "r", "secret_id_file": "s", **keys}
