"""Every node is asked, and the cluster is what they say together; silence is an answer too."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ceremonies.vault import ClusterClient, Mode, Reach
from ceremonies.vault.views import Peer
from lab.scripted_node import Answer, Node, Nodes, drips_body, moved, refuses, says, silent
from tests.ceremonies.vault.furnished import CLUSTER_ID, dead, furnish, health


def test_a_cluster_is_seen_whole(client_of: Callable[..., ClusterClient], nodes: Nodes) -> None:
    """One leads, one stands by, one is sealed, one is away: each is shown as that."""
    leader, standby = furnish(nodes.start()), furnish(nodes.start(), leads=False)
    sealed, away = nodes.start(), dead(nodes)
    sealed.tell("GET", "sys/health", says(health(sealed=True, replication_dr_mode="unknown")))
    view = client_of(leader, standby, sealed, away).look(1.5)
    assert (view.name, view.at) == ("b", 1.5)
    assert [node.reached for node in view.nodes] == [
        Reach.ANSWERED,
        Reach.ANSWERED,
        Reach.SEALED,
        Reach.REFUSED,
    ]
    assert [node.active for node in view.nodes] == [True, False, None, None]
    assert view.active == leader.address
    assert view.sealed_nodes == (sealed.address,)
    assert (view.mode, view.cluster_id, view.answers) == (Mode.SECONDARY, CLUSTER_ID, True)
    assert view.recovery_keys is False
    assert view.nodes[0].version == "1.19.0+ent"
    assert view.nodes[0].problem is None
    assert view.nodes[2].problem == "sealed"
    assert view.nodes[3].problem == "The node refused the connection."


@pytest.mark.parametrize("status", [200, 429, 472, 473, 474, 501, 503, 530])
def test_the_body_of_health_counts_and_not_its_status(
    client_of: Callable[..., ClusterClient], node: Node, status: int
) -> None:
    """Every node of a secondary answers 472; what it says is read all the same."""
    furnish(node, status=status)
    view = client_of(node).look(0.0)
    assert view.nodes[0].reached is Reach.ANSWERED
    assert view.mode is Mode.SECONDARY
    asked = next(came for came in node.arrived if came.path == "sys/health")
    assert set(asked.query.split("&")) == {
        "drsecondarycode=200",
        "standbycode=200",
        "sealedcode=200",
        "uninitcode=200",
        "performancestandbycode=200",
        "haunhealthycode=200",
    }


def test_the_status_is_believed_before_health(
    client_of: Callable[..., ClusterClient], node: Node
) -> None:
    """Health on a standby tells its leader's mode and tells it late."""
    furnish(node, health_says=health(replication_dr_mode="secondary"), mode="primary")
    assert client_of(node).look(0.0).mode is Mode.PRIMARY


def test_health_tells_the_mode_where_the_status_does_not(
    client_of: Callable[..., ClusterClient], node: Node
) -> None:
    """An edition without replication has no status; a mode that nobody knows is unknown."""
    furnish(node, health_says=health(replication_dr_mode="bootstrapping"))
    node.tell("GET", "sys/replication/dr/status", refuses("unsupported path", status=404))
    seen = client_of(node).look(0.0).nodes[0]
    assert (seen.mode, seen.dr, seen.problem) == (Mode.BOOTSTRAPPING, None, None)
    node.tell("GET", "sys/health", says(health(replication_dr_mode="tertiary")))
    assert client_of(node).look(0.0).mode is Mode.UNKNOWN


STRANGERS: dict[str, tuple[Answer, Reach]] = {
    "a page": (says("<html>It works</html>", kind="text/html"), Reach.FAILED),
    "other JSON": (says({"status": "ok"}), Reach.FAILED),
    "a list": (says([]), Reach.FAILED),
    "a bad gateway": (says("<html>", status=502), Reach.FAILED),
    "a redirect": (moved("http://192.0.2.1/"), Reach.FAILED),
    "silence": (silent, Reach.TIMED_OUT),
    "a drip": (drips_body, Reach.TIMED_OUT),
}


@pytest.mark.parametrize(("answer", "reach"), STRANGERS.values(), ids=STRANGERS.keys())
def test_a_stranger_is_no_node(
    client_of: Callable[..., ClusterClient], nodes: Nodes, answer: Answer, reach: Reach
) -> None:
    """What is not Vault's is shown as a problem; the other nodes are seen, and in time."""
    good, strange = furnish(nodes.start()), nodes.start()
    strange.tell("GET", "sys/health", answer)
    began = time.monotonic()
    view = client_of(good, strange).look(0.0)
    assert time.monotonic() - began < 2.5
    assert [node.reached for node in view.nodes] == [Reach.ANSWERED, reach]
    assert view.nodes[1].problem
    assert view.mode is Mode.SECONDARY


def test_one_nodes_words_are_not_taken_for_anothers(
    client_of: Callable[..., ClusterClient], nodes: Nodes
) -> None:
    """A redirect from one listed node to another is not followed when each is asked for itself."""
    leader, standby = furnish(nodes.start()), nodes.start()
    standby.tell("GET", "sys/health", moved(f"{leader.address}/v1/sys/health"))
    view = client_of(leader, standby).look(0.0)
    assert view.nodes[1].reached is Reach.FAILED


def test_an_uninitialised_node_is_shown(client: ClusterClient, node: Node) -> None:
    """It answers, and is not what anybody looks for."""
    node.tell("GET", "sys/health", says({"initialized": False, "sealed": True}))
    seen = client.look(0.0).nodes[0]
    assert (seen.reached, seen.initialised) == (Reach.ANSWERED, False)
    assert seen.problem == "not initialised"


def test_the_address_is_asked_only_if_no_node_speaks(
    client_of: Callable[..., ClusterClient], nodes: Nodes
) -> None:
    """A load balancer is the last resort: the nodes' own words come first."""
    balancer, good = furnish(nodes.start()), furnish(nodes.start())
    assert len(client_of(good, dead(nodes), address=balancer.address).look(0.0).nodes) == 2
    assert balancer.arrived == []
    view = client_of(dead(nodes), dead(nodes), address=balancer.address).look(0.0)
    assert [node.address for node in view.nodes][2:] == [balancer.address]
    assert view.answers


def test_a_secondarys_status_is_read(client: ClusterClient, node: Node) -> None:
    """Log positions are numbers, ages are texts; both arrive as numbers."""
    furnish(node)
    told = {
        "mode": "secondary",
        "state": "stream-wals",
        "connection_state": "ready",
        "last_remote_wal": 417,
        "merkle_root": "ab12",
        "corrupted_merkle_tree": False,
        "secondary_id": "b",
        "known_primary_cluster_addrs": ["https://a1.example:8201"],
        "primaries": [
            {
                "api_address": "https://a1.example:8200",
                "cluster_address": "https://a1.example:8201",
                "connection_status": "connected",
                "last_heartbeat": "2026-11-22T21:08:00Z",
                "clock_skew_ms": "-3",
                "replication_primary_canary_age_ms": "120",
            }
        ],
    }
    node.tell("GET", "sys/replication/dr/status", says({"data": told}))
    status = client.look(0.0).dr
    assert status is not None
    assert (status.state, status.connection_state) == ("stream-wals", "ready")
    assert (status.last_remote_wal, status.corrupted_merkle_tree) == (417, False)
    assert status.known_primary_cluster_addrs == ("https://a1.example:8201",)
    assert status.primaries == (
        Peer(
            node_id=None,
            api_address="https://a1.example:8200",
            cluster_address="https://a1.example:8201",
            connection_status="connected",
            last_heartbeat="2026-11-22T21:08:00Z",
            clock_skew_ms=-3,
            canary_age_ms=120,
        ),
    )


def test_a_primarys_status_is_read(client: ClusterClient, node: Node) -> None:
    """Unknown is None and never 0; a list that is null is empty."""
    furnish(node)
    told = {
        "mode": "primary",
        "state": "running",
        "last_dr_wal": 418,
        "known_secondaries": None,
        "secondaries": [{"node_id": "b", "connection_status": "connected"}, "junk"],
    }
    node.tell("GET", "sys/replication/dr/status", says({"data": told}))
    status = client.look(0.0).dr
    assert status is not None
    assert (status.last_dr_wal, status.last_remote_wal) == (418, None)
    assert (status.known_secondaries, status.secondaries[0].node_id) == ((), "b")
    assert len(status.secondaries) == 1
