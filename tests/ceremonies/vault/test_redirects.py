"""Where a node points to: only to a listed node, with the same request, once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import pytest

from ceremonies.vault import ClusterClient, errors
from lab.scripted_node import Node, Nodes, drips_body, moved, says

ATTEMPT = "sys/replication/dr/secondary/generate-operation-token/attempt"
UPDATE = "sys/replication/dr/secondary/generate-operation-token/update"
NONCE = "2dbd10f1-8528-6246-09e7-82b25b8aba63"
OPEN = {"nonce": NONCE, "started": True, "progress": 2, "required": 3}
SHARE = secrets.token_bytes(32) + b"\x2a"
TOKEN = f"hvb.{secrets.token_urlsafe(60)}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_follows_to_an_address_that_is_not_listed(
    client_of: Callable[..., ClusterClient], nodes: Nodes, node: Node, status: int
) -> None:
    """Neither share nor token arrives there, nor anything else."""
    stranger = nodes.start()
    for method, path in (("PUT", UPDATE), ("GET", ATTEMPT)):
        node.tell(method, path, moved(f"{stranger.address}/v1/{path}", status=status))
        stranger.tell(method, path, says(OPEN))
    client = client_of(node, token=TOKEN)
    with pytest.raises(errors.RedirectRefused) as raised:
        client.offer(node.address, SHARE, NONCE)
    with pytest.raises(errors.RedirectRefused):
        client.attempt(node.address)
    assert stranger.arrived == []
    assert raised.value.target == stranger.address
    assert len(node.arrived) == 2


@pytest.mark.parametrize("status", [307, 308])
def test_a_standby_may_point_to_a_listed_node(
    client_of: Callable[..., ClusterClient], nodes: Nodes, node: Node, status: int
) -> None:
    """What Vault does when it cannot pass on: the same request to the same path, once."""
    leader = nodes.start()
    node.tell("PUT", UPDATE, moved(f"{leader.address}/v1/{UPDATE}", status=status))
    leader.tell("PUT", UPDATE, says(OPEN))
    client = client_of(node, leader, token=TOKEN)
    assert client.offer(node.address, SHARE, NONCE).progress == 2
    assert leader.bodies("PUT") == [{"key": SHARE.hex(), "nonce": NONCE}]
    assert leader.arrived[0].headers["x-vault-token"] == TOKEN


def test_a_relative_redirect_to_the_same_path_comes_back(client: ClusterClient, node: Node) -> None:
    """It leads to the same node again, which points on: one is enough."""
    node.tell("GET", ATTEMPT, moved(f"/v1/{ATTEMPT}"))
    with pytest.raises(errors.RedirectRefused):
        client.attempt(node.address)
    assert len(node.arrived) == 2


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_change_the_request_is_refused(
    client_of: Callable[..., ClusterClient], nodes: Nodes, node: Node, status: int
) -> None:
    """By custom these turn a PUT into a GET; a share's request is not changed into another."""
    leader = nodes.start()
    node.tell("PUT", UPDATE, moved(f"{leader.address}/v1/{UPDATE}", status=status))
    with pytest.raises(errors.RedirectRefused):
        client_of(node, leader).offer(node.address, SHARE, NONCE)
    assert leader.arrived == []


TARGETS = {
    "another path": "{leader}/v1/sys/unseal",
    "another port": "http://127.0.0.1:1/v1/{path}",
    "another scheme": "https://{host}/v1/{path}",
    "a name in front": "http://{host}@192.0.2.1/v1/{path}",
    "no host": "http:///v1/{path}",
    "a broken host": "http://[::1/v1/{path}",
    "a script": "javascript:alert(1)",
    "letters of another script": "http://ß\xff/",
    "a host that is a lie": "http://127.0.0.1:8200@evil.invalid:80/v1/{path}",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_a_crafted_redirect_is_refused(
    client_of: Callable[..., ClusterClient], nodes: Nodes, node: Node, target: str
) -> None:
    """Only scheme, host, port and path of a listed node count, however the target is written."""
    leader = nodes.start()
    host = leader.address.removeprefix("http://")
    location = target.format(leader=leader.address, host=host, path=UPDATE)
    node.tell("PUT", UPDATE, moved(location))
    with pytest.raises(errors.RedirectRefused):
        client_of(node, leader).offer(node.address, SHARE, NONCE)
    assert leader.arrived == []


def test_a_redirect_to_a_dead_leader_sent_nothing(
    client_of: Callable[..., ClusterClient], nodes: Nodes, node: Node
) -> None:
    """After a leader's death standbys point to it for some seconds: the share was not taken."""
    dead = nodes.start()
    nodes.stop(dead)
    node.tell("PUT", UPDATE, moved(f"{dead.address}/v1/{UPDATE}"))
    with pytest.raises(errors.NotReachable) as raised:
        client_of(node, dead).offer(node.address, SHARE, NONCE)
    assert raised.value.node == dead.address


def test_both_halves_of_a_redirect_share_one_limit(
    client_of: Callable[..., ClusterClient], nodes: Nodes, node: Node
) -> None:
    """A redirect buys no second helping of time."""
    slow = nodes.start()
    node.tell("PUT", UPDATE, moved(f"{slow.address}/v1/{UPDATE}"))
    slow.tell("PUT", UPDATE, drips_body)
    began = time.monotonic()
    with pytest.raises(errors.NoReply):
        client_of(node, slow).offer(node.address, SHARE, NONCE)
    assert time.monotonic() - began < 2.5


def test_a_share_goes_to_no_node_that_is_not_listed(client: ClusterClient, nodes: Nodes) -> None:
    """A node that was pinned before the configuration changed gets nothing any more."""
    other = nodes.start()
    with pytest.raises(errors.NodeNotListed):
        client.offer(other.address, SHARE, NONCE)
    assert other.arrived == []
