"""What nodes tell beside their part in DR replication: clocks, licence, seal, performance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ceremonies.vault import ClusterClient, Licence
from lab.scripted_node import Node, Nodes, says
from tests.ceremonies.vault.furnished import SINCE, furnish, health

TOLD: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "nothing more": ({}, {"performance_mode": None, "licence": None, "clock_skew_ms": None}),
    "clocks": (
        {"clock_skew_ms": -7, "replication_primary_canary_age_ms": "500"},
        {"clock_skew_ms": -7, "canary_age_ms": 500},
    ),
    "a canary that nobody saw": (
        {"replication_primary_canary_age_ms": -1},
        {"canary_age_ms": None},
    ),
    "no performance replication": (
        {"replication_performance_mode": "disabled"},
        {"performance_mode": "disabled", "performance": None},
    ),
    "a licence": (
        {
            "license": {
                "state": "autoloaded",
                "expiry_time": "2030-01-01T00:00:00Z",
                "terminated": False,
            }
        },
        {"licence": Licence(state="autoloaded", terminated=False, ends_at=1_893_456_000_000)},
    ),
    "a licence in other words": (
        {"license": {"expiry_time": "never", "terminated": "no"}},
        {"licence": Licence()},
    ),
    "no licence": ({"license": None}, {"licence": None}),
    "a licence that is none": ({"license": "stored"}, {"licence": None}),
}


@pytest.mark.parametrize(("said", "wanted"), TOLD.values(), ids=TOLD.keys())
def test_what_else_health_tells(
    client_of: Callable[..., ClusterClient],
    node: Node,
    said: dict[str, object],
    wanted: dict[str, object],
) -> None:
    """Clocks, licence, performance replication: told or not, the rest is seen."""
    furnish(node, health_says=health(**said))
    seen = client_of(node).look(0.0).nodes[0]
    assert {name: getattr(seen, name) for name in wanted} == wanted
    assert seen.problem is None
    assert "sys/replication/performance/status" not in [came.path for came in node.arrived]


def test_performance_secondaries_are_asked_for_where_there_may_be_some(
    client_of: Callable[..., ClusterClient], node: Node
) -> None:
    """One that is only disconnected needs its new primary too; without an answer none is told."""
    furnish(node, health_says=health(replication_performance_mode="primary"), mode="primary")
    client = client_of(node)
    assert client.look(0.0).performance_secondaries == ()
    status = {
        "mode": "primary",
        "known_secondaries": ["p1", "p2"],
        "secondaries": [{"node_id": "p2"}],
    }
    node.tell("GET", "sys/replication/performance/status", says({"data": status}))
    view = client.look(0.0)
    assert view.performance_secondaries == ("p2", "p1")
    assert view.nodes[0].performance_mode == "primary"
    assert view.nodes[0].problem is None


def test_performance_secondaries_are_bounded(
    client_of: Callable[..., ClusterClient], node: Node
) -> None:
    """Each becomes a step on a card: an id is one short line, and the last one counts the rest."""
    furnish(node, health_says=health(replication_performance_mode="primary"), mode="primary")
    known = ["  two\nlines ", "", "x" * 5000, *(f"p{n}" for n in range(500))]
    status = {"mode": "primary", "known_secondaries": known, "secondaries": [{"node_id": "p7"}]}
    node.tell("GET", "sys/replication/performance/status", says({"data": status}))
    ids = client_of(node).look(0.0).performance_secondaries
    assert ids[:4] == ("p7", "two lines", "x" * 64, "p0")
    assert (len(ids), ids[-1]) == (40, "463 others")
    status = {**status, "known_secondaries": [f"p{n}" for n in range(40)]}
    node.tell("GET", "sys/replication/performance/status", says({"data": status}))
    ids = client_of(node).look(0.0).performance_secondaries
    assert sorted(ids) == sorted(f"p{n}" for n in range(40))


def test_the_seal_and_the_leader_s_addresses_are_told(
    client_of: Callable[..., ClusterClient], nodes: Nodes
) -> None:
    """How a node unseals, and where its leader listens; each node for itself."""
    leader, standby = furnish(nodes.start()), furnish(nodes.start(), leads=False)
    at = {"leader_address": leader.address, "leader_cluster_address": "https://10.0.0.1:8201"}
    told = {"ha_enabled": True, "is_self": True, "active_time": SINCE}
    leader.tell("GET", "sys/leader", says(told | at))
    sealed = {"sealed": False, "recovery_seal": True, "type": "awskms"}
    standby.tell("GET", "sys/seal-status", says(sealed))
    view = client_of(leader, standby).look(0.0)
    assert view.leader_cluster_address == "https://10.0.0.1:8201"
    assert view.nodes[0].leader_address == leader.address
    assert [node.seal_type for node in view.nodes] == [None, "awskms"]
    assert [node.recovery_keys for node in view.nodes] == [False, True]
    assert view.nodes[1].leader_cluster_address is None
    assert view.licence is None
