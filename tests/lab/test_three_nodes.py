"""Clusters of three nodes: standbys, a leader that changes or dies, and a load balancer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from lab.enterprise import ReplicationRange, VaultLine
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
    third = next(n.name for n in bao.nodes if n.name not in (old.name, bao.active().name))
    wide["b"].kill(third)  # of two nodes, the other one leads when one steps down
    wide["b"].lead(old.name)
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


def test_a_ghost_attempt(wide: ReplicationRange) -> None:
    """When leadership returns, the old attempt is there again: its nonce, its progress."""
    operator, cluster = Operator(clusters=wide), wide["b"]
    wide["b"].behaviour.promotion_takes = 0.0
    old = cluster.bao.active().name
    address = cluster.address_of(old)
    nonce = wide.request("b", "PUT", ATTEMPT, {}, node=old).json()["nonce"]
    body = {"key": operator.shares[0].hex(), "nonce": nonce}
    path = ATTEMPT.replace("attempt", "update")
    assert wide.request("b", "PUT", path, body, node=old).json()["progress"] == 1
    cluster.pause(old)
    new = cluster.bao.active().name
    assert wide.request("b", "GET", ATTEMPT, node=new).json()["started"] is False
    cluster.resume(old)
    cluster.lead(old)
    ghost = wide.request("b", "GET", ATTEMPT, node=old).json()
    assert (ghost["nonce"], ghost["progress"]) == (nonce, 1)
    assert wide.request("b", "GET", "sys/leader", node=new).json()["leader_address"] == address


def sealed_nodes(wide: ReplicationRange) -> set[str]:
    """Return which nodes of `b` say that they are Vault-sealed."""
    names = [node.name for node in wide["b"].bao.nodes]
    said = {n: wide.request("b", "GET", "sys/seal-status", node=n).json() for n in names}
    return {name for name, body in said.items() if body["sealed"]}


def test_a_standby_seals_itself(wide: ReplicationRange) -> None:
    """After a promotion one standby is sealed, says why in its log, and people open it again."""
    cluster, operator = wide["b"], Operator(clusters=wide)
    cluster.behaviour.standbys_seal, cluster.behaviour.standbys_seal_after = 1, 0.0
    cluster.behaviour.promotion_takes = 0.0
    path, body = "sys/replication/dr/secondary/promote", {"dr_operation_token": ""}
    body["dr_operation_token"] = wide["a"].batch_token()
    leader = cluster.bao.active().name
    assert wide.request("b", "POST", path, body, node=leader).status_code == 200
    wait_until(lambda: bool(sealed_nodes(wide)), seconds=20, what="a standby is sealed")
    (name,) = sealed_nodes(wide)
    assert name != leader
    log = cluster.node(name).child
    assert log is not None
    assert log.said("encryption keys have changed out from underneath us")
    assert wide.request("b", "GET", "sys/health", node=name).status_code == 503
    operator.unseal(name)
    wait_until(lambda: not sealed_nodes(wide), seconds=20, what="it is unsealed")
    cluster.behaviour.standbys_seal = 0


def test_break_glass_on_one_node_only(wide: ReplicationRange) -> None:
    """A node that is not opened refuses; one that is refuses too while the active one is not."""
    operator = Operator(clusters=wide)
    wide["b"].behaviour.line = VaultLine.TWO
    leader = wide["b"].bao.active().name
    standby, other = (n.name for n in wide["b"].bao.nodes if n.name != leader)

    def statuses() -> list[int]:
        asked = (leader, standby, other)
        return [wide.request("b", "GET", ATTEMPT, node=n).status_code for n in asked]

    operator.open_attempts(standby)
    assert statuses() == [403, 403, 403]
    operator.open_attempts(leader)
    assert statuses() == [200, 200, 403]
    operator.open_attempts()
    assert statuses() == [200, 200, 200]
    operator.close_attempts()
    assert statuses() == [403, 403, 403]


def test_a_primary_of_three(wide: ReplicationRange) -> None:
    """Any of its nodes makes an activation token, wraps a reply, logs the bot in, tells the WAL."""
    wide["b"].behaviour.promotion_takes = 0.0
    body = {"dr_operation_token": wide["a"].batch_token()}
    path = "sys/replication/dr/secondary/promote"
    names = [node.name for node in wide["b"].bao.nodes]
    assert wide.request("b", "POST", path, body, node=names[0]).status_code == 200
    root = wide["b"].bao.root_token
    login = {"role_id": wide.bot_login.role_id, "secret_id": wide.bot_login.secret_id}
    for name in names:
        said = wide.request("b", "POST", "auth/approle/login", login, node=name).json()
        token = said["auth"]["client_token"]
        path = "sys/replication/dr/primary/secondary-token"
        made = wide.request("b", "POST", path, {"id": name}, token=token, node=name)
        assert made.json()["wrap_info"]["ttl"] == 1800
    headers = {"X-Vault-Token": root, "X-Vault-Wrap-TTL": "60s"}
    for name in names:
        url = f"{wide['b'].address_of(name)}/v1/auth/token/create/failover-handler"
        wrapped = requests.post(url, json={"ttl": "1h"}, headers=headers, timeout=10)
        assert wrapped.json()["wrap_info"]["creation_path"] == "auth/token/create/failover-handler"
    status = "sys/replication/dr/status"
    wals = {wide.request("b", "GET", status, node=n).json()["data"]["last_dr_wal"] for n in names}
    assert len(wals) == 1
