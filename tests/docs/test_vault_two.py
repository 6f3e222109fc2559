"""The token of Vault 2.x, made as the operator's manual says, opens an attempt and no more."""

from __future__ import annotations

import re

import pytest

from ceremonies.topology import Cluster
from ceremonies.vault import Access, Cancelled, ClusterClient, errors
from lab.enterprise import ReplicationRange, VaultLine
from tests.docs.pages import page

MANUAL = page("docs/operator.md")
ROLE = "conclave-ceremony"


def made_as_told(dr: ReplicationRange) -> str:
    """Return a token made by the manual's policy, role and command."""
    (policy,) = [block for block in MANUAL.blocks("hcl") if f"# {ROLE}.hcl" in block]
    written = f"vault policy write {ROLE} "
    (commands,) = [block for block in MANUAL.blocks("text") if written in block]
    found = re.search(rf"auth/token/roles/{ROLE} \\\n(.+)", commands)
    assert found, commands
    role = dict(word.split("=") for word in found[1].split())
    (ttl,) = re.findall(r"-ttl=(\w+)", commands)
    primary = dr["a"].bao
    primary.call("PUT", f"sys/policies/acl/{ROLE}", {"policy": policy})
    primary.call("POST", f"auth/token/roles/{ROLE}", role)
    made = primary.call("POST", f"auth/token/create/{ROLE}", {"ttl": ttl})
    assert made["auth"]["token_type"] == "batch"
    dr.replicate()
    return str(made["auth"]["client_token"])


def test_the_token_is_enough(dr: ReplicationRange) -> None:
    """It starts an attempt, gives a share, reads and cancels; without it nothing goes."""
    token = made_as_told(dr)
    dr["b"].behaviour.line = VaultLine.TWO
    cluster = Cluster(name="b", address=dr["b"].address, nodes=dr["b"].nodes)
    client = ClusterClient(cluster, token=lambda: token)
    node = client.active_node()
    assert client.tokenless_probe(node) is Access.TOKEN_NEEDED

    begun = client.start(node)
    assert client.offer(node, dr["b"].bao.shares[0], begun.nonce).progress == 1
    assert client.attempt(node).nonce == begun.nonce
    assert client.cancel(node, begun.nonce) == Cancelled()


def test_the_token_is_not_too_much(dr: ReplicationRange) -> None:
    """Alone it promotes nothing."""
    token = made_as_told(dr)
    dr["b"].behaviour.line = VaultLine.TWO
    cluster = Cluster(name="b", address=dr["b"].address, nodes=dr["b"].nodes)
    client = ClusterClient(cluster, token=lambda: token)

    with pytest.raises(errors.PermissionDenied):
        client.promote(client.active_node(), token)
