"""Which node leads: the newest that claims it, and why none does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ceremonies.vault import ClusterClient, Mode, NodeView, Reach, errors
from ceremonies.vault.views import ClusterView
from lab.scripted_node import Answer, Node, Nodes, refuses, says
from tests.ceremonies.vault.furnished import CLUSTER_ID, LATER, OTHER_ID, SINCE, dead, furnish


def view_of(*nodes: NodeView) -> ClusterView:
    """Return a cluster of these nodes."""
    return ClusterView(name="b", at=0.0, nodes=nodes)


def seen(address: str, **told: object) -> NodeView:
    """Return what one node says."""
    return NodeView(address=address, reached=Reach.ANSWERED, **told)


def test_of_two_leaders_the_newer_is_believed() -> None:
    """After an election the old leader may claim it for a moment longer."""
    old = seen("old", active=True, active_since=SINCE, mode=Mode.PRIMARY, cluster_id="x")
    new = seen("new", active=True, active_since=LATER, mode=Mode.SECONDARY, cluster_id="y")
    for view in (view_of(old, new), view_of(new, old)):
        assert (view.active, view.mode, view.cluster_id) == ("new", Mode.SECONDARY, "y")


def test_nodes_that_disagree_without_a_leader_amount_to_nothing() -> None:
    """Unknown is an answer; nothing is guessed from a majority."""
    one = seen("one", mode=Mode.PRIMARY, cluster_id=CLUSTER_ID)
    two = seen("two", mode=Mode.SECONDARY, cluster_id=OTHER_ID)
    mute = seen("mute")
    assert (view_of(one, two).mode, view_of(one, two).cluster_id) == (Mode.UNKNOWN, None)
    assert (view_of(one, mute).mode, view_of(one, mute).cluster_id) == (Mode.PRIMARY, CLUSTER_ID)
    assert view_of(mute).active is None


def test_the_active_node_is_the_newest_that_claims_it(
    client_of: Callable[..., ClusterClient], nodes: Nodes
) -> None:
    """Two nodes may both claim it briefly; nanoseconds and zones do not confuse the order."""
    old = furnish(nodes.start(), since=SINCE)
    new = furnish(nodes.start(), since=LATER)
    standby = furnish(nodes.start(), leads=False)
    client = client_of(old, standby, new, dead(nodes))
    assert client.active_node() == new.address


def test_a_single_node_without_high_availability_leads(client: ClusterClient, node: Node) -> None:
    """It says that it is not the leader, since it knows of no leading."""
    node.tell("GET", "sys/leader", says({"ha_enabled": False, "is_self": False}))
    assert client.active_node() == node.address


NOBODY_LEADS: dict[str, tuple[list[Answer | None], type[errors.VaultError]]] = {
    "standbys only": ([says({"is_self": False})] * 2, errors.NoActiveNode),
    "a standby and one away": ([says({"is_self": False}), None], errors.NoActiveNode),
    "an election": (
        [refuses("local node not active but active cluster node not found", status=500), None],
        errors.NoActiveNode,
    ),
    "one sealed, one away": ([refuses("Vault is sealed", status=503), None], errors.Sealed),
    "uninitialised": ([refuses("server is not yet initialized"), None], errors.Uninitialised),
    "all away": ([None, None], errors.NotReachable),
    "a page and one away": ([says("<html>"), None], errors.UnexpectedReply),
}


@pytest.mark.parametrize(("answers", "error"), NOBODY_LEADS.values(), ids=NOBODY_LEADS.keys())
def test_no_active_node_says_why(
    client_of: Callable[..., ClusterClient],
    nodes: Nodes,
    answers: list[Answer | None],
    error: type[errors.VaultError],
) -> None:
    """The most telling of all that the nodes said is raised."""
    listed = []
    for answer in answers:
        node = nodes.start() if answer else dead(nodes)
        if answer:
            node.tell("GET", "sys/leader", answer)
        listed.append(node)
    with pytest.raises(error):
        client_of(*listed).active_node()


def test_the_address_serves_where_no_node_can_be_reached(
    client_of: Callable[..., ClusterClient], nodes: Nodes
) -> None:
    """Behind a load balancer standbys pass requests on, so it will do for an attempt."""
    balancer = nodes.start()
    balancer.tell("GET", "sys/leader", says({"ha_enabled": True, "is_self": False}))
    client = client_of(dead(nodes), address=balancer.address)
    assert client.active_node() == balancer.address
