"""The command line as a user has it: real processes, their words and their exit status."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ceremonies.identity import Identity
from ceremonies.master_key import parse_master_keys

LATER = (
    "lab",
    "enrol",
    "seal",
    "attest",
    "verify",
    "report payments",
    "ceremony start payments --for promote",
)


def conclave(*words: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Return what `conclave …` came to."""
    return subprocess.run(  # noqa: S603 — our own command
        [Path(sys.executable).parent / "conclave", *words],
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1"},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("line", LATER)
def test_what_comes_later_is_refused_by_name(line: str, tmp_path: Path) -> None:
    """Every other command of the contract, with whatever follows it: wrong use, 2."""
    done = conclave(*line.split(), directory=tmp_path)

    assert done.returncode == 2
    assert f"`conclave {line.split(maxsplit=1)[0]}` comes later" in done.stderr
    assert done.stdout == ""


def test_what_nobody_knows_is_wrong_use(tmp_path: Path) -> None:
    """A command that the contract does not have."""
    done = conclave("ceremonies", directory=tmp_path)

    assert done.returncode == 2
    assert "No such command" in done.stderr


def test_without_configuration_nothing_is_served(tmp_path: Path) -> None:
    """The file that is missing is named, and the variable that names it."""
    done = conclave("run", directory=tmp_path)

    assert done.returncode == 2
    assert "conclave.toml: No such file" in done.stderr
    assert "CONCLAVE_CONFIG" in done.stderr


def test_keygen_makes_both_keys(tmp_path: Path) -> None:
    """Into files that only their owner reads; what is printed can go into the environment."""
    done = conclave("keygen", directory=tmp_path)
    identity, master = tmp_path / "identity.pem", tmp_path / "master.key"

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"CONCLAVE_IDENTITY_KEY_FILE={identity}",
        f"CONCLAVE_MASTER_KEY_FILE={master}",
    ]
    for path in (identity, master):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Identity.load(identity).key_id
    [key] = parse_master_keys(master.read_text().strip())
    assert len(key) == 32
    assert base64.b64encode(key).decode() not in done.stdout


def test_keygen_makes_what_is_named(tmp_path: Path) -> None:
    """One of the two, at another place."""
    done = conclave("keygen", "--identity", "signing.pem", directory=tmp_path)

    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["signing.pem"]


def test_keygen_replaces_no_key(tmp_path: Path) -> None:
    """A key that is in use is not lost to a second run."""
    conclave("keygen", directory=tmp_path)
    before = (tmp_path / "master.key").read_bytes()

    again = conclave("keygen", directory=tmp_path)

    assert again.returncode == 2
    assert "there is a file already" in again.stderr
    assert (tmp_path / "master.key").read_bytes() == before


def test_keygen_needs_a_place(tmp_path: Path) -> None:
    """A directory that is not there is named."""
    done = conclave("keygen", "--master", "none/master.key", directory=tmp_path)

    assert done.returncode == 2
    assert "none/master.key: No such file or directory" in done.stderr
