"""What a page tells people to type exists: commands, options, targets, variables, names."""

from __future__ import annotations

import re
import shlex

import pytest
import typer

from bot import settings
from bot.cli import app
from bot.listeners.orders import Order, parse
from bot.metrics import Metrics
from ceremonies.commands import Reason
from ceremonies.store.translation import RIGHTS
from tests.docs.pages import ROOT, Page, page, pages

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined] — it is a group
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("bot", "ceremonies", "lab")
    for path in sorted((ROOT / room).rglob("*.py"))
)
EXAMPLE = settings.load_configuration({"CONCLAVE_CONFIG": str(ROOT / "conclave.example.toml")})
DESIGN = "docs/decisions/"  # these speak of what is to come too
EVERY_PAGE = pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)


def typed(one: Page, beginning: str) -> list[tuple[str, str]]:
    """Return what a page tells to type that begins so, and the text around it."""
    lines = [
        (line.removeprefix("$ ").partition(" #")[0].strip(), block)
        for language in ("console", "text")
        for block in one.blocks(language)
        for line in block.splitlines()
    ]
    return [
        (words, around)
        for words, around in [*one.spans(), *lines]
        if words == beginning or words.startswith(f"{beginning} ")
    ]


@EVERY_PAGE
def test_commands_of_conclave(one: Page) -> None:
    """Each is there with its options; one that comes later is called so, where it is named."""
    for words, around in typed(one, "conclave"):
        _, *rest = shlex.split(words.replace("…", ""))
        if not rest:
            continue
        command = COMMANDS.get(rest[0])
        assert command is not None, f"{one.name}: {words}"
        known = {name for option in command.params for name in option.opts}
        assert not {word for word in rest if word.startswith("--")} - known, words
        if "Comes later" in str(command.help) and not one.name.startswith(DESIGN):
            assert "later" in around, f"{one.name}: {words}"


@EVERY_PAGE
def test_slash_commands(one: Page) -> None:
    """Each is understood as it stands, but for what comes later and is called so."""
    for words, around in typed(one, "/dr"):
        line = words.removeprefix("/dr").replace("SET", "payments").replace("NAME", "b")
        answer = parse(line, EXAMPLE.sets)
        if isinstance(answer, Order):
            continue
        assert answer.reason is Reason.COMES_LATER, f"{one.name}: {words}: {answer.words}"
        assert "later" in around, f"{one.name}: {words}"


@EVERY_PAGE
def test_targets_of_make(one: Page) -> None:
    """Each target is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for words, _ in typed(one, "make"):
        target = words.split()[1]
        assert f"\n{target}:" in makefile, f"{one.name}: {words}"


@EVERY_PAGE
def test_variables(one: Page) -> None:
    """Each variable of the environment is one that is read."""
    for name in re.findall(r"\b(?:CONCLAVE|SLACK)_[A-Z_]*[A-Z]\b", one.text):
        assert name in SOURCES or name.removesuffix("_FILE") in SOURCES, f"{one.name}: {name}"


def test_what_is_watched() -> None:
    """Each metric and each log event that the operator is told to watch is one of ours."""
    text = page("docs/operator.md").text.split("\n## 9.")[1].split("\n## 10.")[0]
    known = Metrics().page().decode()
    for metric in re.findall(r"`(conclave_\w+)`", text):
        assert f"# TYPE {metric} " in known, metric
    events = re.findall(r"`([a-z]+\.[a-z_]+)`", text)
    ours = [event for event in events if not event.endswith((".py", ".pem", ".key", ".toml"))]
    assert "log.tail_lost" in ours
    for event in ours:
        assert f'"{event}"' in SOURCES, event


def test_rights_at_redis() -> None:
    """The user that the operator is told to make has the rights that the tests run with."""
    assert any(RIGHTS in block for block in page("docs/operator.md").blocks("text"))


def test_exit_statuses() -> None:
    """Each exit status is told."""
    cells = page("docs/operator.md").first_cells()
    assert {"0", "1", "2", "3"} <= set(cells)
