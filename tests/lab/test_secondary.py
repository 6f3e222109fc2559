"""What a DR secondary tells and refuses, and what a primary tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.enterprise import ReplicationHeld, ReplicationRange, VaultLine
from lab.operator import Operator
from lab.process import wait_until

SECONDARY = "sys/replication/dr/secondary"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "kv/anything"),
        ("GET", "sys/mounts"),
        ("GET", "auth/token/lookup-self"),
        ("POST", "auth/userpass/login/ada"),
        ("POST", "auth/token/create"),
        ("PUT", "sys/unseal"),
        ("PUT", "sys/generate-root/attempt"),
        ("POST", "sys/replication/dr/primary/demote"),
    ],
)
def test_everything_else_is_disabled(dr: ReplicationRange, method: str, path: str) -> None:
    """A secondary serves nothing but replication, not even to root."""
    reply = dr.request("b", method, path, {}, token=dr["a"].bao.root_token)
    assert reply.status_code == 400
    assert reply.json()["errors"] == ["path disabled in replication DR secondary mode"]


@pytest.mark.parametrize(
    ("query", "status"), [("", 472), ("?drsecondarycode=200", 200), ("?standbycode=200", 472)]
)
def test_health_of_a_secondary(dr: ReplicationRange, query: str, status: int) -> None:
    """Health answers 472 unless another code is asked for; the body tells the mode."""
    reply = dr.request("b", "GET", f"sys/health{query}")
    assert reply.status_code == status
    assert reply.json()["replication_dr_mode"] == "secondary"


def test_health_by_head(dr: ReplicationRange) -> None:
    """HEAD answers with the code and no body."""
    reply = dr.request("b", "HEAD", "sys/health")
    assert (reply.status_code, reply.content) == (472, b"")


def test_health_of_a_sealed_node(dr: ReplicationRange) -> None:
    """A sealed node answers 503 and knows no mode."""
    dr["b"].seal()
    reply = dr.request("b", "GET", "sys/health")
    assert reply.status_code == 503
    assert reply.json()["replication_dr_mode"] == "unknown"


def test_status_of_a_healthy_pair(dr: ReplicationRange) -> None:
    """Both tell the same cluster id, name each other, and are in step."""
    primary = dr.request("a", "GET", "sys/replication/dr/status").json()["data"]
    secondary = dr.request("b", "GET", "sys/replication/dr/status").json()["data"]
    assert (primary["mode"], primary["state"]) == ("primary", "running")
    assert primary["known_secondaries"] == ["b"]
    assert primary["secondaries"][0]["connection_status"] == "connected"
    assert primary["secondaries"][0]["clock_skew_ms"] == "0"
    assert (secondary["mode"], secondary["state"]) == ("secondary", "stream-wals")
    assert secondary["connection_state"] == "ready"
    assert secondary["primaries"][0]["api_address"] == dr["a"].address
    assert secondary["last_remote_wal"] == primary["last_dr_wal"]
    assert secondary["cluster_id"] == primary["cluster_id"]


def test_status_without_a_primary(dr: ReplicationRange) -> None:
    """When the primary is dead the secondary idles, and still knows where it was."""
    dr["a"].kill()
    status = dr.request("b", "GET", "sys/replication/dr/status").json()["data"]
    assert (status["state"], status["connection_state"]) == ("idle", "transient_failure")
    assert status["primaries"][0]["connection_status"] == "disconnected"


def test_writes_show_as_lag_until_replicated(dr: ReplicationRange) -> None:
    """The primary's WAL rises with a write; the secondary's follows with the next replication."""
    dr["a"].bao.call("POST", "kv/x", {"v": "1"})
    ahead = dr.request("a", "GET", "sys/replication/dr/status").json()["data"]["last_dr_wal"]
    behind = dr.request("b", "GET", "sys/replication/dr/status").json()["data"]["last_remote_wal"]
    assert behind < ahead
    dr.replicate()
    then = dr.request("b", "GET", "sys/replication/dr/status").json()["data"]["last_remote_wal"]
    assert then >= ahead


def test_replication_now_and_then(dr_range: ReplicationRange, tmp_path: Path) -> None:
    """A range that replicates by itself has a write on the secondary soon after, unasked."""
    assert dr_range.replicate_every is None
    with ReplicationRange(directory=tmp_path, replicate_every=0.2) as clusters:
        clusters["a"].bao.call("POST", "kv/x", {"v": "soon"})
        ahead = clusters.request("a", "GET", "sys/replication/dr/status").json()["data"]

        def in_step() -> bool:
            behind = clusters.request("b", "GET", "sys/replication/dr/status").json()["data"]
            return bool(behind["last_remote_wal"] >= ahead["last_dr_wal"])

        wait_until(in_step, seconds=10, what="b is in step")
        assert clusters["b"].bao.call("GET", "kv/x")["data"] == {"v": "soon"}


def test_no_replication_into_an_open_attempt(attempt: Operator) -> None:
    """An attempt is the secondary's own and not overwritten; its operation token outlives that."""
    with pytest.raises(ReplicationHeld):
        attempt.clusters.replicate()
    token = attempt.gather()
    attempt.clusters.replicate()
    assert attempt.promote(token).status_code == 200


def test_an_operation_token_that_a_sync_ends(attempt: Operator) -> None:
    """Nobody knows whether Vault keeps it: it can be lost as well."""
    token = attempt.gather()
    attempt.clusters["b"].behaviour.operation_token_survives = False
    attempt.clusters.replicate()
    assert attempt.promote(token).status_code == 403


def test_an_attempt_on_2_x(operator: Operator) -> None:
    """With a batch token all steps go, nested in `data`; errors come as 500 (facts/vault 1.3)."""
    clusters = operator.clusters
    clusters["b"].behaviour.line = VaultLine.TWO
    operator.token = clusters["a"].batch_token()
    operator.start()
    assert "request_id" in operator.call("GET", "generate-operation-token/attempt").json()
    wrong = operator.offer(operator.shares[0], nonce="wrong")
    assert wrong.status_code == 500
    assert f'operation is "{operator.nonce}"' in wrong.json()["errors"][0]
    assert operator.promote(operator.gather()).status_code == 200


def test_whose_token_counts_on_2_x(operator: Operator) -> None:
    """A batch token and the primary's root token do; a service token with a lease does not."""
    clusters, path = operator.clusters, f"{SECONDARY}/generate-operation-token/attempt"
    clusters["b"].behaviour.line = VaultLine.TWO
    bao = clusters["a"].bao
    leased = bao.call("POST", "auth/token/create", {"ttl": "1h"})["auth"]["client_token"]
    clusters.replicate()
    statuses = [
        clusters.request("b", "GET", path, token=token).status_code
        for token in (clusters["a"].batch_token(), bao.root_token, leased, "hvb.AAAAgarbage")
    ]
    assert statuses == [200, 200, 403, 403]


def test_break_glass_on_2_x(operator: Operator) -> None:
    """With unauthenticated access switched on, a 2.x cluster takes an attempt without a token."""
    behaviour = operator.clusters["b"].behaviour
    behaviour.line, behaviour.break_glass = VaultLine.TWO, True
    operator.start()
    assert operator.status()["started"] is True


def test_a_batch_token_promotes(operator: Operator) -> None:
    """A batch token of the role promotes without a ceremony, and cannot be deleted."""
    token = operator.clusters["a"].batch_token()
    reply = operator.delete(token)
    assert (reply.status_code, reply.json()["errors"]) == (400, ["batch tokens cannot be revoked"])
    assert operator.promote(token).status_code == 200


def test_probing_a_batch_token(operator: Operator) -> None:
    """Raft's autopilot state may be read with a good batch token, and tells it from a bad one."""
    clusters, path = operator.clusters, "sys/storage/raft/autopilot/state"
    good = clusters["a"].batch_token()
    assert clusters.request("b", "GET", path, token=good).status_code == 200
    assert clusters.request("b", "GET", path, token=good[:-4]).status_code == 403
