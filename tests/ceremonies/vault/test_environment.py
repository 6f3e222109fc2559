"""Nothing of a process's environment reaches a Vault, or comes between us and it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.scripted_node import Node, Nodes, says

ATTEMPT = "sys/replication/dr/secondary/generate-operation-token/attempt"
OPEN = {"nonce": "n", "started": True, "progress": 1, "required": 3}

ASK = """
import sys
from ceremonies.topology import Cluster
from ceremonies.vault import ClusterClient
address = sys.argv[1]
client = ClusterClient(Cluster(name="b", address=address, nodes=(address,)))
print(client.attempt(address).progress, client.look(0.0).answers, client.active_node() == address)
"""

TEMPTATIONS: dict[str, Callable[[str, str], dict[str, str]]] = {
    "a token": lambda token, _: {"VAULT_TOKEN": token, "BAO_TOKEN": token},
    "an address": lambda _, other: {"VAULT_ADDR": other, "BAO_ADDR": other},
    "a namespace": lambda token, _: {"VAULT_NAMESPACE": token},
    "proxies": lambda _, other: {
        name: other
        for lower in ("http_proxy", "https_proxy", "all_proxy")
        for name in (lower, lower.upper())
    },
    "nothing but the home directory": lambda _, __: {},
}


@pytest.mark.parametrize("tempt", TEMPTATIONS.values(), ids=TEMPTATIONS.keys())
def test_the_environment_changes_nothing(
    nodes: Nodes, node: Node, tmp_path: Path, tempt: Callable[[str, str], dict[str, str]]
) -> None:
    """A token in the environment, in `~/.vault-token` or `.netrc`, and any proxy, is left alone."""
    token = f"hvs.{secrets.token_hex(12)}"
    other = nodes.start()
    node.tell("GET", ATTEMPT, says(OPEN))
    node.tell("GET", "sys/health", says({"initialized": True, "sealed": False, "standby": False}))
    node.tell("GET", "sys/leader", says({"ha_enabled": False, "is_self": False}))
    (tmp_path / ".vault-token").write_text(token)
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login ada password {token}\n")
    netrc.chmod(0o600)
    home = {"HOME": str(tmp_path), "NETRC": str(netrc), "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(  # noqa: S603 — this very interpreter
        [sys.executable, "-c", ASK, node.address],
        env={**home, **tempt(token, other.address)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.stdout.split(), run.stderr) == (["1", "True", "True"], "")
    assert other.arrived == []
    for came in node.arrived:
        assert token not in json.dumps(came.headers)
        assert not {"x-vault-token", "x-vault-namespace", "authorization"} & came.headers.keys()
