"""A whole failover by raw HTTP: what the range is for."""

from __future__ import annotations

import base64

import pytest
import requests

from lab.enterprise import AfterPromotion, ReplicationRange
from lab.operator import Operator
from lab.process import wait_until

PROMOTING = (
    "This cluster is being promoted to a replication primary. Vault will be unavailable for a "
    "brief period and will resume service shortly."
)
SECONDARY = "sys/replication/dr/secondary"


def serves_as_primary(clusters: ReplicationRange, name: str) -> bool:
    """Return whether health answers 200 with mode primary."""
    reply = clusters.request(name, "GET", "sys/health")
    return reply.status_code == 200 and reply.json()["replication_dr_mode"] == "primary"


def test_the_whole_story(dr: ReplicationRange) -> None:
    """What was written on `a` before it died is read on `b` with a token made on `a`."""
    a, b = dr["a"], dr["b"]
    a.bao.call("POST", "kv/salaries", {"ada": "4711"})
    a.bao.call("PUT", "sys/policies/acl/reader", {"policy": 'path "kv/*" {capabilities=["read"]}'})
    made = a.bao.call("POST", "auth/token/create", {"policies": ["reader"], "ttl": "1h"})
    reader = made["auth"]["client_token"]
    dr.replicate()
    a.kill()
    with pytest.raises(requests.ConnectionError):
        dr.request("a", "GET", "sys/health")

    path = f"{SECONDARY}/generate-operation-token"
    started = dr.request("b", "PUT", f"{path}/attempt", {}).json()
    replies = [
        dr.request("b", "PUT", f"{path}/update", {"key": s.hex(), "nonce": started["nonce"]})
        for s in b.bao.shares[2:]
    ]
    assert [reply.json()["progress"] for reply in replies] == [1, 2, 3]
    done = replies[-1].json()
    assert done["complete"]
    assert done["encoded_root_token"] == ""
    encoded = done["encoded_token"]
    raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    token = bytes(x ^ y for x, y in zip(raw, started["otp"].encode(), strict=True)).decode()

    accepted = dr.request("b", "POST", f"{SECONDARY}/promote", {"dr_operation_token": token})
    assert accepted.json()["warnings"] == [PROMOTING]
    assert dr.request("b", "GET", "sys/health").status_code == 503
    wait_until(lambda: serves_as_primary(dr, "b"), seconds=10, what="b serves as primary")
    assert dr.request("b", "GET", "kv/salaries", token=reader).json()["data"] == {"ada": "4711"}

    body = {"dr_operation_token": token}
    deleted = dr.request("b", "POST", f"{SECONDARY}/operation-token/delete", body)
    assert deleted.status_code == 204
    assert b.bao.request("GET", "auth/token/lookup-self", token=token).status_code == 403


def test_a_deleted_token_promotes_nothing(attempt: Operator) -> None:
    """A token that was deleted, or never was one, is refused; the cluster stays a secondary."""
    token = attempt.gather()
    assert attempt.delete(token).status_code == 204
    for useless in (token, "s.hTqvJ0dZ8mU2kXcW5nB3rLpY"):
        reply = attempt.promote(useless)
        assert (reply.status_code, reply.json()["errors"]) == (403, ["permission denied"])
    assert attempt.clusters["b"].role == "secondary"


def test_no_token_at_all(operator: Operator) -> None:
    """A promotion without the field is told so in Vault's words."""
    reply = operator.call("POST", "promote", {"token": "misnamed"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == ["DR operation token was not provided"]


def test_the_primary_root_token_is_no_operation_token(operator: Operator) -> None:
    """On 1.x the primary's root token does not promote: it came out of no attempt."""
    reply = operator.promote(operator.clusters["a"].bao.root_token)
    assert reply.status_code == 403


def test_a_later_token_replaces_the_earlier(attempt: Operator) -> None:
    """Vault keeps one operation token: the next attempt's takes its place."""
    first = attempt.gather()
    attempt.start()
    second = attempt.gather()
    assert attempt.promote(first).status_code == 403
    assert attempt.promote(second).status_code == 200


def test_deletion_refused_after_promotion(attempt: Operator) -> None:
    """The other answer that a cluster just promoted may give (facts/vault 0.8)."""
    token = attempt.gather()
    attempt.clusters["b"].behaviour.deletion_after_promotion = AfterPromotion.REFUSED
    assert attempt.promote(token).status_code == 200
    wait_until(lambda: serves_as_primary(attempt.clusters, "b"), seconds=10, what="b is primary")
    reply = attempt.delete(token)
    assert (reply.status_code, reply.json()["errors"]) == (400, ["Not a DR secondary."])


def test_still_catching_up(attempt: Operator) -> None:
    """As often as was set, a promotion is told to try again; then it is accepted."""
    token = attempt.gather()
    attempt.clusters["b"].behaviour.catching_up = 1
    reply = attempt.promote(token)
    assert reply.status_code == 503
    assert reply.json()["errors"] == [
        'replication is still catching up, try again later or provide the "force" argument'
    ]
    assert attempt.promote(token).status_code == 200


def test_the_old_primary_wakes_up(attempt: Operator) -> None:
    """After a promotion the old primary comes back as one too: same cluster id, two primaries."""
    clusters = attempt.clusters
    clusters["a"].kill()
    assert attempt.promote(attempt.gather()).status_code == 200
    wait_until(lambda: serves_as_primary(clusters, "b"), seconds=10, what="b is primary")
    clusters["a"].revive()
    bodies = [clusters.request(name, "GET", "sys/health").json() for name in "ab"]
    assert [body["replication_dr_mode"] for body in bodies] == ["primary", "primary"]
    assert bodies[0]["cluster_id"] == bodies[1]["cluster_id"]
