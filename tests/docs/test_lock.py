"""The lock: everything by its hash, from whichever index the machine has."""

from __future__ import annotations

import re
import tomllib

from tests.docs.pages import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z0-9,-]+\])?==(\S+)", re.MULTILINE)


def normal(requirement: str) -> str:
    """Return a requirement's name as indexes compare it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_everything_has_a_hash() -> None:
    """No line is taken on trust: each package is of one version, with at least one SHA-256."""
    blocks = re.split(r"(?m)^(?=\S)", LOCK)
    packages = [block for block in blocks if block.strip() and not block.startswith("#")]
    assert len(packages) > 40
    for block in packages:
        assert PACKAGE.match(block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), block


def test_no_place_is_named() -> None:
    """Neither an index nor a host stands there: each machine has its own."""
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ", LOCK)
    words = re.sub(r"--hash=\S+", "", LOCK)
    assert not re.search(r"\b[a-z0-9-]+\.(org|com|io|net|dev|local|internal|example)\b", words)


def test_everything_that_is_wanted_is_locked() -> None:
    """What the project asks for, with its extras, stands in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = {normal(one) for some in (project["dependencies"], *extras) for one in some}
    locked = {normal(name) for name, _, _ in PACKAGE.findall(LOCK)}
    assert wanted <= locked
