"""One line of what was measured, and how a list of them is printed and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = ("name", "value", "unit", "floor", "ratio", "goal", "met")
_NOTHING = "–"  # noqa: RUF001 — a dash is what a table shows where there is nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`value` and `floor` were measured in the same run and have the same unit.

    `goal` is the most that the ratio may be; where there is no floor, the most that the value may
    be. None where a field does not apply.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor; None without a floor, or with one of nothing."""
        return self.value / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        reached = self.value if self.floor is None else self.ratio
        return None if self.goal is None or reached is None else reached <= self.goal

    def fields(self) -> dict[str, object]:
        """Return the row as it stands in `build/bench.json`."""
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "floor": _rounded(self.floor),
            "ratio": _rounded(self.ratio),
            "goal": self.goal,
            "met": self.met,
        }


def table(rows: Sequence[Row]) -> str:
    """Return the rows as lines of text, columns aligned, with a headline."""
    lines = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(_placed(cell, widths[i], i) for i, cell in enumerate(line)) for line in lines
    )


def keep(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as JSON, in place of what an earlier run wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([row.fields() for row in rows], indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    said = {None: _NOTHING, True: "yes", False: "no"}
    numbers = (row.floor, row.ratio, row.goal)
    floor, ratio, goal = (_NOTHING if n is None else f"{_rounded(n):g}" for n in numbers)
    return (row.name, f"{_rounded(row.value):g}", row.unit, floor, ratio, goal, said[row.met])


def _placed(cell: str, width: int, column: int) -> str:
    words = ("name", "unit", "met")
    return cell.ljust(width) if _COLUMNS[column] in words else cell.rjust(width)


def _rounded(number: float | None) -> float | None:
    """Three digits are more than a machine with other guests can repeat."""
    return None if number is None else float(f"{number:.3g}")
