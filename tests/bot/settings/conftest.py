"""A whole, valid configuration that each test changes in one place."""

from __future__ import annotations

import base64
import copy
import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ceremonies.identity import generate_pem

FILE: dict[str, Any] = {
    "slack": {"workspace": "T0CONCLAVE", "incident_channel": "C0INCIDENT"},
    "people": [
        {"slack": "U0ADA", "name": "Ada", "roles": ["key_holder"]},
        {"slack": "U0BEN", "name": "Ben", "roles": ["key_holder"]},
        {"slack": "U0SAM", "name": "Sam", "roles": ["incident_commander", "shift_lead"]},
        {"slack": "U0KIM", "name": "Kim", "roles": ["approver"]},
    ],
    "replication_sets": [
        {
            "name": "payments",
            "key_holders": ["U0ADA", {"slack": "U0BEN", "shares": 2}],
            "clusters": [
                {
                    "name": "a",
                    "address": "https://vault-a.example:8200",
                    "nodes": ["https://vault-a1.example:8200"],
                },
                {
                    "name": "b",
                    "address": "https://vault-b.example:8200",
                    "nodes": ["https://vault-b1.example:8200"],
                },
            ],
        }
    ],
}

SHIFT: dict[str, Any] = {
    "name": "night",
    "replication_set": "payments",
    "lead": "U0SAM",
    "zone": "Europe/Berlin",
    "days": ["mon", "tue"],
    "start": "22:00",
    "end": "06:00",
}


@dataclass
class Draft:
    """A configuration on its way into a file, and the environment beside it."""

    directory: Path
    file: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(FILE))
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.directory / "conclave.toml"

    @property
    def served(self) -> dict[str, Any]:
        """The one replication set."""
        found: dict[str, Any] = self.file["replication_sets"][0]
        return found

    @property
    def cluster(self) -> dict[str, Any]:
        """Its cluster `b`."""
        found: dict[str, Any] = self.served["clusters"][1]
        return found

    def table(self, name: str) -> dict[str, Any]:
        """Return a table of the file, made if it is not there."""
        found: dict[str, Any] = self.file.setdefault(name, {})
        return found

    def write(self) -> Mapping[str, str]:
        """Write the file; return the environment that names it."""
        self.path.write_text(toml(self.file))
        return {"CONCLAVE_CONFIG": str(self.path), **self.environment}

    def conclave(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Return what `conclave …` came to, as a process with this environment alone."""
        return subprocess.run(  # noqa: S603 — our own command
            [Path(sys.executable).parent / "conclave", *words],
            env=dict(self.write()),
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


Change = Callable[[Draft], object]


def toml(file: Mapping[str, Any]) -> str:
    """Return the tables as TOML, each value in one line."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in file.items())


def _value(value: object) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(_value(one) for one in value) + "]"
        case _:
            return json.dumps(value)


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A draft that would be served as it is."""
    identity = tmp_path / "identity.pem"
    identity.write_bytes(generate_pem())
    identity.chmod(0o600)
    return Draft(
        directory=tmp_path,
        environment={
            "CONCLAVE_REDIS_URL": "redis://127.0.0.1:1/0",
            "CONCLAVE_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "CONCLAVE_IDENTITY_KEY_FILE": str(identity),
            "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(12)}",
            "SLACK_APP_TOKEN": f"xapp-{secrets.token_hex(12)}",
        },
    )
