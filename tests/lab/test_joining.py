"""Changes of role beyond the promotion: demote, activation, update-primary, disable, enable."""

from __future__ import annotations

import base64
import json
import time

import pytest

from lab.enterprise import ReplicationRange
from lab.operator import Operator
from lab.process import wait_until

PRIMARY = "sys/replication/dr/primary"
SECONDARY = "sys/replication/dr/secondary"


def status(clusters: ReplicationRange, name: str) -> dict[str, object]:
    """Return the cluster's DR status, {} while it is away."""
    reply = clusters.request(name, "GET", "sys/replication/dr/status")
    return dict(reply.json()["data"]) if reply.status_code == 200 else {}


def wait_for(clusters: ReplicationRange, name: str, **wanted: str) -> None:
    """Wait until the cluster's DR status says all this."""
    wait_until(
        lambda: wanted.items() <= status(clusters, name).items(),
        seconds=15,
        what=f"{name} says {wanted}",
    )


def test_planned_failover_and_rejoin(operator: Operator) -> None:
    """Demote `a`, promote `b`, let `a` follow `b`: what `b` writes then is on `a`."""
    clusters = operator.clusters
    root = clusters["a"].bao.root_token
    batch = clusters["a"].batch_token()
    reply = clusters.request("a", "POST", f"{PRIMARY}/demote", {}, token=root)
    assert "being demoted to a replication secondary" in reply.json()["warnings"][0]
    wait_for(clusters, "a", mode="secondary", state="idle")
    assert operator.promote(batch).status_code == 200
    wait_for(clusters, "b", mode="primary", state="running")

    made = clusters.request("b", "POST", f"{PRIMARY}/secondary-token", {"id": "a"}, token=root)
    activation = made.json()["wrap_info"]
    assert activation["ttl"] == 1800
    clusters["b"].bao.call("POST", "kv/after", {"v": "b wrote this"})
    body = {"dr_operation_token": batch, "token": activation["token"]}
    followed = clusters.request("a", "POST", f"{SECONDARY}/update-primary", body)
    assert "successfully found secondary information" in followed.json()["warnings"][0]
    wait_for(clusters, "a", mode="secondary", state="stream-wals", secondary_id="a")
    peers = status(clusters, "a")["primaries"]
    assert [peer["api_address"] for peer in peers] == [clusters["b"].address]  # type: ignore[attr-defined]
    assert clusters["a"].bao.call("GET", "kv/after")["data"] == {"v": "b wrote this"}

    again = clusters.request("a", "POST", f"{SECONDARY}/update-primary", body)
    assert again.json()["errors"] == ["wrapping token is not valid or does not exist"]


def test_what_an_activation_token_says(dr: ReplicationRange) -> None:
    """It is a JWT with the primary's address, a wrapping token, and half an hour to live."""
    root = dr["a"].bao.root_token
    made = dr.request("a", "POST", f"{PRIMARY}/secondary-token", {"id": "c"}, token=root).json()
    payload = made["wrap_info"]["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["addr"] == dr["a"].address
    assert claims["type"] == "wrapping"
    assert claims["exp"] - claims["iat"] == 1800
    assert claims["exp"] > time.time()
    assert status(dr, "a")["known_secondaries"] == ["b", "c"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param('capabilities = ["update"]', 403, id="without sudo"),
        pytest.param('capabilities = ["update", "sudo"]', 200, id="with sudo"),
    ],
)
def test_who_may_make_an_activation_token(dr: ReplicationRange, policy: str, expected: int) -> None:
    """The caller needs sudo on the path, as OpenBao judges it."""
    bao, path = dr["a"].bao, f"{PRIMARY}/secondary-token"
    bao.call("PUT", "sys/policies/acl/joiner", {"policy": f'path "{path}" {{ {policy} }}'})
    made = bao.call("POST", "auth/token/create", {"policies": ["joiner"]})
    token = made["auth"]["client_token"]
    assert dr.request("a", "POST", path, {"id": "c"}, token=token).status_code == expected


def test_disable_and_enable(operator: Operator) -> None:
    """A disabled secondary serves by itself; enabled anew it holds the primary's data again."""
    clusters = operator.clusters
    root, batch = clusters["a"].bao.root_token, clusters["a"].batch_token()
    body = {"dr_operation_token": batch}
    assert clusters.request("b", "POST", f"{SECONDARY}/disable", body).status_code == 200
    wait_for(clusters, "b", mode="disabled")
    clusters["b"].bao.call("POST", "kv/lost", {"v": "gone soon"})
    revoked = clusters.request("a", "POST", f"{PRIMARY}/revoke-secondary", {"id": "b"}, token=root)
    assert revoked.status_code == 204
    made = clusters.request("a", "POST", f"{PRIMARY}/secondary-token", {"id": "b2"}, token=root)
    activation = made.json()["wrap_info"]["token"]
    joined = clusters.request("b", "POST", f"{SECONDARY}/enable", {"token": activation}, token=root)
    assert joined.status_code == 200
    wait_for(clusters, "b", mode="secondary", state="stream-wals", secondary_id="b2")
    assert clusters["b"].bao.request("GET", "kv/lost").status_code == 404


def test_a_secondary_endpoint_on_a_primary(dr: ReplicationRange) -> None:
    """It says that it is not a secondary."""
    for leaf in ("promote", "disable", "update-primary"):
        reply = dr.request("a", "POST", f"{SECONDARY}/{leaf}", {"dr_operation_token": "x"})
        assert (reply.status_code, reply.json()["errors"]) == (400, ["Not a DR secondary."])


def test_a_severed_link(dr: ReplicationRange) -> None:
    """Both ends show it, though both live."""
    dr["b"].behaviour.link_up = False
    assert status(dr, "b")["connection_state"] == "transient_failure"
    (seen,) = status(dr, "a")["secondaries"]  # type: ignore[misc]
    assert seen["connection_status"] == "disconnected"  # type: ignore[has-type]


def test_what_an_order_was_about(dr: ReplicationRange) -> None:
    """The record tells orders of one kind apart by the secondary's id, and holds no token."""
    operator = Operator(clusters=dr, cluster="a")
    activation = operator.activation_token("c")
    operator.at("b").update_primary(dr["a"].batch_token(), activation)
    made, joined = dr.record.accepted(path="secondary-token|update-primary")
    assert made.about == "c"
    assert joined.about
    assert joined.about not in activation
