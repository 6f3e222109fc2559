"""Scripted nodes, and a client of them whose limits are short enough to be reached in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ceremonies.topology import Cluster
from ceremonies.vault import ClusterClient
from ceremonies.vault.deadline import Limits
from lab.scripted_node import Node, Nodes

SHORT = Limits(connect=0.5, call=1.5)


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    """Give out as many nodes as a test starts."""
    with Nodes() as started:
        yield started


@pytest.fixture
def node(nodes: Nodes) -> Node:
    """Give out the node of a cluster of one."""
    return nodes.start()


@pytest.fixture
def client_of() -> Callable[..., ClusterClient]:
    """Give out how a client of some nodes is made: `client_of(node, other, token=…)`."""

    def make(
        *listed: Node, token: str | None = None, limits: Limits = SHORT, **cluster: object
    ) -> ClusterClient:
        addresses = tuple(node.address for node in listed)
        told = {"name": "b", "address": addresses[0], "nodes": addresses} | cluster
        return ClusterClient(Cluster(**told), token=lambda: token, limits=limits)

    return make


@pytest.fixture
def client(client_of: Callable[..., ClusterClient], node: Node) -> ClusterClient:
    """Give out a client of `node` alone, without a token."""
    return client_of(node)
