"""Clusters of three nodes: standbys, a leader that changes or dies, and a load balancer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.enterprise import ReplicationRange
from lab.operator import Operator
from lab.process import wait_until

ATTEMPT = "sys/replication/dr/secondary/generate-operation-token/attempt"


@pytest.fixture(scope="module")
def wide_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """A primary of one node, a secondary of three, load balancers before both."""
    directory = tmp_path_factory.mktemp("wide")
    with ReplicationRange(directory=directory, nodes={"b": 3}, balancers=True) as clusters:
        yield clusters


@pytest.fixture
def wide(wide_range: ReplicationRange) -> ReplicationRange:
    """The same, everything back."""
    wide_range.reset()
    return wide_range


def test_a_load_balancer_drops_a_secondary(wide: ReplicationRange) -> None:
    """It wants 200: the primary is served, and no node of the secondary."""
    assert wide.request("a", "GET", "sys/health").status_code == 200
    assert wide.request("b", "GET", "sys/health").status_code == 503
    statuses = {wide.request("b", "GET", "sys/health", node=n).status_code for n in ("b1", "b3")}
    assert statuses == {472}


def test_standbys_forward(wide: ReplicationRange) -> None:
    """An attempt started at one node is seen at every other."""
    nonce = wide.request("b", "PUT", ATTEMPT, {}, node="b1").json()["nonce"]
    seen = {wide.request("b", "GET", ATTEMPT, node=n).json()["nonce"] for n in ("b1", "b2", "b3")}
    assert seen == {nonce}


def test_a_leader_change_loses_the_attempt(wide: ReplicationRange) -> None:
    """The new leader knows of no attempt: it was in the old one's memory (facts/vault 1.4)."""
    wide.request("b", "PUT", ATTEMPT, {}, node="b1")
    leader = wide["b"].step_down()
    status = wide.request("b", "GET", ATTEMPT, node=leader).json()
    assert status["started"] is False


def test_a_ghost_of_an_attempt(wide: ReplicationRange) -> None:
    """A node that led once remembers the attempt (facts/vault 1.4); after a reset it does not."""
    bao = wide["b"].bao
    wide.request("b", "PUT", ATTEMPT, {}, node="b1")
    old = bao.active()
    wide["b"].step_down()
    wide.reset()

    def leads_again() -> bool:
        return wide["b"].step_down() == old.name

    wait_until(leads_again, seconds=60, what="the old node leads again")
    assert wide.request("b", "GET", ATTEMPT, node=old.name).json()["started"] is False


def test_a_dead_leader(wide: ReplicationRange) -> None:
    """Its front refuses; the standbys send clients to it all the same, then one of them leads."""
    old = wide["b"].bao.active().name
    wide["b"].kill(old)
    standby = next(node.name for node in wide["b"].bao.nodes if node.name != old)
    reply = wide.request("b", "GET", "sys/replication/dr/status", node=standby)
    assert reply.status_code == 307
    assert reply.headers["Location"].startswith(wide["b"].address_of(old))
    new = wide["b"].bao.active()
    assert new.name != old
    assert wide.request("b", "GET", ATTEMPT, node=new.name).json()["started"] is False


def test_replication_reaches_every_node(wide: ReplicationRange) -> None:
    """All three nodes hold what the primary wrote."""
    wide["a"].bao.call("POST", "kv/x", {"v": "three"})
    wide.replicate()
    bao = wide["b"].bao
    for node in bao.nodes:
        reply = bao.request("GET", "kv/x", node=node)
        assert reply.json()["data"] == {"v": "three"}


def test_a_promotion_of_three(wide: ReplicationRange) -> None:
    """After the promotion the active node answers 200 and the standbys 429."""
    operator = Operator(clusters=wide)
    wide["b"].behaviour.promotion_takes = 0.0
    token = wide["a"].batch_token()
    body = {"dr_operation_token": token}
    path = "sys/replication/dr/secondary/promote"
    assert wide.request(operator.cluster, "POST", path, body, node="b2").status_code == 200
    codes = [wide.request("b", "GET", "sys/health", node=n).status_code for n in ("b1", "b2", "b3")]
    assert sorted(codes) == [200, 429, 429]
