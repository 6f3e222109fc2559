"""The configuration as pages show it: it loads, and no key is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from bot import settings
from bot.settings.file import File
from ceremonies.identity import generate_pem
from tests.docs.pages import ROOT, page, pages

BLOCKS = [
    pytest.param(block, id=f"{one.name}:{number}")
    for one in pages()
    for number, block in enumerate(one.blocks("toml"), 1)
]
EXAMPLE = (ROOT / "conclave.example.toml").read_text(encoding="utf-8")


def loaded(text: str, directory: Path) -> settings.Settings:
    """Return what `conclave run` would make of this file."""
    (directory / "conclave.toml").write_text(text, encoding="utf-8")
    (directory / "identity.pem").write_bytes(generate_pem())
    return settings.load(
        {
            "CONCLAVE_CONFIG": str(directory / "conclave.toml"),
            "CONCLAVE_REDIS_URL": "redis://127.0.0.1:6379/0",
            "CONCLAVE_MASTER_KEY": "A" * 43 + "=",
            "CONCLAVE_IDENTITY_KEY_FILE": str(directory / "identity.pem"),
            "SLACK_BOT_TOKEN": "xoxb-of-nobody",
            "SLACK_APP_TOKEN": "xapp-of-nobody",
        }
    )


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_loads(block: str, tmp_path: Path) -> None:
    """Whoever copies it has a file that is taken, outside the lab."""
    assert loaded(block, tmp_path).sets


def test_the_example_loads(tmp_path: Path) -> None:
    """It is taken as it stands."""
    assert list(loaded(EXAMPLE, tmp_path).sets) == ["payments"]


def test_the_example_loads_without_its_comment_marks(tmp_path: Path) -> None:
    """What is commented out is right too, but for what comes later and for files of one's own."""
    of_ones_own = ("ca_file", "client_cert_file", "client_key_file", "snapshots")
    lines = [
        line.removeprefix("# ")
        for line in EXAMPLE.splitlines()
        if not line.removeprefix("# ").startswith(of_ones_own)
        and not (line.startswith("# ") and "=" not in line and "[" not in line)
    ]
    told = loaded("\n".join(lines), tmp_path)
    assert told.listen is not None
    assert told.sets["payments"].incident_channel == "C0PAYMENTS"


def tables(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a table of the file and all within."""
    yield model
    for field in model.model_fields.values():
        yield from (found for inner in within(field.annotation) for found in tables(inner))


def within(annotation: object) -> list[type[BaseModel]]:
    """Return the tables that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in within(inner)]


def test_every_key_is_explained() -> None:
    """The operator's manual names each key of the file."""
    text = page("docs/operator.md").text
    for table in tables(File):
        for name in table.model_fields:
            assert f"`{name}`" in text or f"{name}]" in text, name
