"""The manuals say what the cards say: labels in bold, and what the tables quote."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.pages import ROOT, page

MANUALS = ("docs/key-holder.md", "docs/commander.md", "docs/shift-lead.md")
_BOLD = re.compile(r"\*\*([^*]+?)\*\*")


def literals() -> str:
    """Return all texts of cards and rules; what is put in at run time is `#`."""
    found = []
    for room in ("bot/cards", "bot/listeners", "ceremonies"):
        for path in sorted((ROOT / room).rglob("*.py")):
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            explaining = [node.value for node in nodes if isinstance(node, ast.Expr)]
            found += [_text(node) for node in nodes if node not in explaining]
    return plain("\n".join(found))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) or "#" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def plain(text: str) -> str:
    """Return text as it is compared: no marks, no case, no numbers."""
    return re.sub(r"\d+", "#", " ".join(re.sub(r"[*`_]", "", text).split())).casefold()


SAID = literals()


@pytest.mark.parametrize("name", MANUALS)
def test_labels(name: str) -> None:
    """What is bold, a whole sentence aside, stands so on a card, a button or a window."""
    bold = [words for words in _BOLD.findall(page(name).prose) if not words.endswith(".")]
    assert [words for words in bold if plain(words) not in SAID] == []


@pytest.mark.parametrize("name", MANUALS)
def test_what_tables_quote(name: str) -> None:
    """What a table says that a card says, cards do say."""
    cells = [cell for cell in page(name).first_cells() if not cell.startswith(("`/dr", *"123456"))]
    quoted = [
        words.removesuffix(" (red)").removesuffix(" …")
        for cell in cells
        for words in re.split(r"; |, (?=the |out )", cell)
    ]
    assert [words for words in quoted if plain(words) not in SAID] == []
