"""The login that the range makes for the bot: what it may, what it may not, where it lives."""

from __future__ import annotations

import pytest

from lab.enterprise import ReplicationRange
from lab.operator import Operator

PRIMARY = "sys/replication/dr/primary"


def log_in(dr: ReplicationRange, cluster: str) -> str:
    """Return a fresh token of the bot's on this cluster."""
    login = dr.bot_login
    body = {"role_id": login.role_id, "secret_id": login.secret_id}
    said = dr.request(cluster, "POST", "auth/approle/login", body)
    assert said.status_code == 200, said.text
    return str(said.json()["auth"]["client_token"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("POST", f"{PRIMARY}/secondary-token", {"id": "x"}, 200, id="activation token"),
        pytest.param("POST", f"{PRIMARY}/revoke-secondary", {"id": "x"}, 204, id="revocation"),
        pytest.param("GET", "sys/storage/raft/snapshot", None, 200, id="snapshot"),
        pytest.param("GET", "sys/storage/raft/autopilot/state", None, 200, id="autopilot"),
        pytest.param("GET", "sys/license/status", None, 200, id="licence"),
        pytest.param("GET", "kv/conclave-canary", None, 200, id="canary"),
        pytest.param("POST", "kv/conclave-canary", {"canary": "x"}, 403, id="canary written"),
        pytest.param("GET", "kv/salaries", None, 403, id="another secret"),
        pytest.param("GET", "sys/policies/acl/conclave", None, 403, id="its own policy"),
        pytest.param("POST", "auth/token/create", {}, 403, id="another token"),
        pytest.param("POST", "sys/seal", {}, 403, id="seal"),
        pytest.param("POST", f"{PRIMARY}/disable", {}, 200, id="disable"),
        pytest.param("POST", f"{PRIMARY}/demote", {}, 200, id="demote"),
    ],
)
def test_what_it_may(
    dr: ReplicationRange, method: str, path: str, body: object, status: int
) -> None:
    """What the operations take, and nothing else."""
    token = log_in(dr, "a")
    assert dr.request("a", method, path, body, token=token).status_code == status


def test_enabling_again(dr: ReplicationRange) -> None:
    """With it replication is ended and begun on both sides."""
    batch = dr["a"].batch_token()
    Operator(clusters=dr).disable_secondary(batch)
    token = log_in(dr, "a")
    assert dr.request("a", "POST", f"{PRIMARY}/disable", {}, token=token).status_code == 200
    on_a, on_b = (Operator(clusters=dr, cluster=name) for name in "ab")
    for person in (on_a, on_b):
        person.wait_until_it_says(mode="disabled")
    assert dr.request("a", "POST", f"{PRIMARY}/enable", {}, token=token).status_code == 200
    on_a.wait_until_it_says(mode="primary")
    made = dr.request("a", "POST", f"{PRIMARY}/secondary-token", {"id": "b"}, token=token)
    body = {"token": made.json()["wrap_info"]["token"]}
    own = log_in(dr, "b")
    path = "sys/replication/dr/secondary/enable"
    assert dr.request("b", "POST", path, body, token=own).status_code == 200
    on_b.wait_until_it_says(mode="secondary", state="stream-wals")


def test_a_demoted_cluster_knows_it_no_more(dr: ReplicationRange) -> None:
    """Neither token nor login count there; on the new primary the same login does."""
    token, batch = log_in(dr, "a"), dr["a"].batch_token()
    on_a, on_b = (Operator(clusters=dr, cluster=name) for name in "ab")
    assert dr.request("a", "POST", f"{PRIMARY}/demote", {}, token=token).status_code == 200
    on_a.wait_until_it_says(mode="secondary")
    told = on_a.update_primary(token, "x")
    assert (told.status_code, told.json()["errors"]) == (403, ["permission denied"])
    refused = dr.request("a", "GET", "kv/conclave-canary", token=token)
    assert refused.json()["errors"] == ["path disabled in replication DR secondary mode"]
    body = {"role_id": dr.bot_login.role_id, "secret_id": dr.bot_login.secret_id}
    assert dr.request("a", "POST", "auth/approle/login", body).status_code == 400
    assert on_b.promote(batch).status_code == 200
    on_b.wait_until_it_says(mode="primary")
    assert dr.request("b", "GET", "kv/conclave-canary", token=log_in(dr, "b")).status_code == 200


def test_it_is_in_every_snapshot(dr: ReplicationRange) -> None:
    """It works on a cluster that was filled from another just now, and is in no print."""
    dr.replicate()
    dr["a"].kill()
    operator = Operator(clusters=dr)
    assert operator.promote(dr["b"].batch_token()).status_code == 200
    operator.wait_until_it_says(mode="primary")
    assert log_in(dr, "b")
    assert dr.bot_login.secret_id not in repr(dr.bot_login)


def test_its_secrets_are_overheard_on_demand(dr: ReplicationRange) -> None:
    """Who looks for leaks knows the login's secret, its token and an activation token."""
    dr.record.listen("secret_id", "client_token", "token")
    token = log_in(dr, "a")
    made = Operator(clusters=dr, cluster="a").activation_token("c")
    heard = dr.record.overheard()
    assert heard["secret_id"] == {dr.bot_login.secret_id}
    assert token in heard["client_token"]
    assert made in heard["token"]
