"""The image's recipe, read line by line; nothing here builds one."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from tests.docs.pages import ROOT

RECIPE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LINES = [line.split() for line in RECIPE.splitlines() if line and not line.startswith("#")]
LET_IN = [
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line.startswith("!")
]


def arguments(instruction: str) -> list[list[str]]:
    """Return the words after each such instruction."""
    return [line[1:] for line in LINES if line[0] == instruction]


def test_what_is_copied_is_there_and_let_in() -> None:
    """Each file that is copied from the clone exists and reaches the builder."""
    copied = [
        source
        for words in arguments("COPY")
        if not words[0].startswith("--from=")
        for source in words[:-1]
    ]
    assert "requirements.lock" in copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in LET_IN), source


def test_stages_are_there() -> None:
    """What is copied from a stage is copied from one that has a name; all are slim Python."""
    bases = arguments("FROM")
    names = [words[2] for words in bases if len(words) > 2]
    assert all(re.fullmatch(r"python:3\.\d+-slim", words[0]) for words in bases)
    for words in arguments("COPY"):
        if words[0].startswith("--from="):
            assert words[0].removeprefix("--from=") in names


def test_only_locked_files_are_installed() -> None:
    """Every file is downloaded by its hash, and nothing is fetched afterwards."""
    download, install, _ = (" ".join(words) for words in arguments("RUN"))
    assert "pip download" in download
    assert "--require-hashes" in download
    assert "pip install" in install
    assert "--no-index" in install


def test_it_serves_as_nobody_in_particular() -> None:
    """Not as root, and `conclave run` unless told otherwise."""
    (user,) = arguments("USER")
    assert int(user[0]) > 0
    assert arguments("ENTRYPOINT") == [['["conclave"]']]
    assert arguments("CMD") == [['["run"]']]


def test_the_range_stays_outside() -> None:
    """No lab, no tests, no keys and no configuration come into the image."""
    assert not {"lab", "tests", "conclave.toml", "*.pem", "*.key"} & set(LET_IN)
