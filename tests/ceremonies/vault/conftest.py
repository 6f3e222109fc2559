"""Scripted nodes, a client of them with limits that a test reaches; a primary with the ring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ceremonies.topology import AppRole, Cluster
from ceremonies.vault import ClusterClient
from ceremonies.vault.deadline import Limits
from lab.enterprise import ReplicationRange, practice_range
from lab.scripted_node import Node, Nodes
from tests.ceremonies.vault.duty_desk import Desk, desk_at
from tests.ceremonies.vault.logins import SECRET_ID

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


@pytest.fixture
def approle(tmp_path: Path) -> AppRole:
    """A login by AppRole, its secret id in a file with a line break."""
    path = tmp_path / "secret-id"
    path.write_text(f"{SECRET_ID}\n")
    return AppRole(role_id="r-1", secret_id_file=path)


@pytest.fixture(scope="module")
def ring_vaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """Two clusters of one node for one file: what is changed there nobody else may meet."""
    with practice_range(tmp_path_factory.mktemp("ring")) as started:
        yield started


@pytest.fixture
def desk(ring_vaults: ReplicationRange) -> Desk:
    """Give out a primary with the ring as it has to be."""
    return desk_at(ring_vaults)
