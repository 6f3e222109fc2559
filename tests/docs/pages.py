"""The pages as tests read them: spans of code, blocks of code, links, headings, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NO_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of Markdown."""

    path: Path

    @property
    def name(self) -> str:
        """The path from the repository's root."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """It without its blocks of code."""
        return _FENCE.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """Return the blocks of code in this language."""
        return [code for named, code in _FENCE.findall(self.text) if named == language]

    def spans(self) -> list[tuple[str, str]]:
        """Return each span of code on one line, with the paragraph or row that it stands in."""
        found = []
        for paragraph in re.split(r"\n\s*\n", self.prose):
            rows = paragraph.split("\n") if paragraph.startswith("|") else [paragraph]
            found += [
                (" ".join(span.split()), row)
                for row in rows
                for span in _SPAN.findall(row.replace("\n", " "))
            ]
        return found

    def links(self) -> list[str]:
        """Return what it links to."""
        return [one or other for one, other in _LINK.findall(self.prose)]

    def anchors(self) -> set[str]:
        """Return what a link can point to on this page, made as GitHub makes it."""
        return {
            _NO_ANCHOR.sub("", heading.casefold()).replace(" ", "-")
            for heading in _HEADING.findall(self.prose)
        }

    def first_cells(self) -> list[str]:
        """Return the first cell of each row of each table, headings left out."""
        rows = [line for line in self.prose.splitlines() if line.startswith("| ")]
        cells = [row.strip("| ").split(" | ")[0].strip() for row in rows]
        under = [n for n, row in enumerate(rows) if set(row) <= set("|- ")]
        return [cell for n, cell in enumerate(cells) if n not in under and n + 1 not in under]


@cache
def pages() -> tuple[Page, ...]:
    """Return every page of the repository."""
    return tuple(
        Page(path)
        for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
        if ".venv" not in path.parts
    )


def page(name: str) -> Page:
    """Return one page by its path from the root."""
    return next(one for one in pages() if one.name == name)
