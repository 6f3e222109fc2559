"""The operator's small programs do what the manual says, on a real Redis."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.identity import Identity, generate_pem
from ceremonies.keychain import Keychain
from ceremonies.log import EMPTY, SetLog, introduction, log_key
from tests.docs.pages import ROOT, page

WORKSPACE, SET = "T0CONCLAVE", "payments"


def program(words: str) -> str:
    """Return the program of the manual that has these words in it."""
    (found,) = [block for block in page("docs/operator.md").blocks("python") if words in block]
    return found


@dataclass(frozen=True, kw_only=True)
class Replica:
    """The directory, keys and store of a replica."""

    directory: Path
    url: str
    master_keys: tuple[bytes, ...]

    @property
    def redis(self) -> store.Redis:
        """The store."""
        return store.connect(self.url)

    @property
    def log(self) -> SetLog:
        """The set's log as this replica reads it."""
        identity = Identity.load(self.directory / "identity.pem")
        return SetLog(self.redis, workspace=WORKSPACE, set_name=SET, identity=identity)

    def runs(self, words: str) -> str:
        """Return what the program prints, run as the manual says."""
        done = subprocess.run(
            [sys.executable, "-"],
            input=program(words),
            cwd=self.directory,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "CONCLAVE_CONFIG": str(ROOT / "conclave.example.toml"),
                "CONCLAVE_REDIS_URL": self.url,
                "CONCLAVE_MASTER_KEY": ",".join(
                    base64.b64encode(key).decode() for key in self.master_keys
                ),
                "CONCLAVE_IDENTITY_KEY_FILE": str(self.directory / "identity.pem"),
                "SLACK_BOT_TOKEN": "xoxb-of-nobody",
                "SLACK_APP_TOKEN": "xapp-of-nobody",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def replica(tmp_path: Path, redis_url: str) -> Replica:
    """A replica whose log has one entry."""
    (tmp_path / "identity.pem").write_bytes(generate_pem())
    made = Replica(directory=tmp_path, url=redis_url, master_keys=(secrets.token_bytes(32),))
    first = introduction(Identity.load(tmp_path / "identity.pem").public)
    made.log.append(EMPTY, at=1, who="conclave", cause=None, events=[first])
    return made


def test_how_long_a_confirmed_write_takes(replica: Replica) -> None:
    """Ten writes, each confirmed, and their median."""
    told = replica.runs("median of ten").splitlines()

    assert len(told) == 11
    assert all(line.startswith("confirmed ") for line in told[:10])
    assert told[10].startswith("median ")


def test_sealing_anew(replica: Replica) -> None:
    """Afterwards the old master key is needed for nothing."""
    new = secrets.token_bytes(32)
    Keychain(replica.redis, replica.master_keys, SET).put(
        "otp", "b", "n-1", b"kept", expires_in=600
    )

    told = replace(replica, master_keys=(new, *replica.master_keys)).runs("reseal.py")

    assert told == "payments Resealed(count=1, unreadable=())\n"
    assert Keychain(replica.redis, (new,), SET).open("otp", "b", "n-1") == b"kept"


def test_introducing_a_signing_key(replica: Replica) -> None:
    """Afterwards a replica with the new key believes the log and goes on with it."""
    new = replica.directory / "identity-new.pem"
    new.write_bytes(generate_pem())

    replica.runs("introduce.py")
    new.replace(replica.directory / "identity.pem")

    entries = replica.log.load()
    added = replica.log.append(
        entries[-1].head, at=2, who="conclave", cause=None, events=[{"type": "nothing"}]
    )
    assert added != entries[-1].head
    assert "all well" in replica.runs("verify.py")


def test_a_set_without_a_log_is_told(replica: Replica) -> None:
    """Nothing is introduced where nothing was begun, and that is no error."""
    (replica.directory / "identity-new.pem").write_bytes(generate_pem())
    replica.redis.flushall()

    assert "no log yet" in replica.runs("introduce.py")


def test_a_log_that_was_changed_is_told(replica: Replica) -> None:
    """The program that checks says what is wrong and where."""
    identity = Identity.load(replica.directory / "identity.pem")
    (first,) = replica.log.load()
    replica.log.append(
        first.head, at=2, who="U0SAM", cause=None, events=[introduction(identity.public)]
    )
    key = log_key(SET)
    ((_, fields),) = replica.redis.xrange(key, min="2-0", max="2-0")
    replica.redis.xdel(key, "2-0")
    changed = {**fields, b"body": fields[b"body"].replace(b"U0SAM", b"U0KIM")}
    replica.redis.xadd(key, changed, id="3-0")

    assert "Fault(n=2" in replica.runs("verify.py")
