"""What a cluster can be made to say of itself: one thing at a time, until the reset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.enterprise import ReplicationRange
from lab.enterprise.sayings import Said
from lab.operator import Operator


def ends_of_the_link(dr: ReplicationRange) -> list[Mapping[str, Any]]:
    """Return what `b` says of `a`, and `a` of `b`."""
    a, b = (Operator(clusters=dr, cluster=name).replication() for name in "ab")
    return [b["primaries"][0], a["secondaries"][0]]


def standing(operator: Operator) -> dict[str, Any]:
    """Return what `b` says of itself and does not change from one look to the next."""
    return {k: v for k, v in operator.replication().items() if k != "primaries"}


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        pytest.param({"state": "merkle-diff"}, "state", "merkle-diff", id="comparing"),
        pytest.param({"state": "merkle-sync"}, "state", "merkle-sync", id="syncing"),
        pytest.param({"state": "idle"}, "state", "idle", id="idle"),
        pytest.param({"connection_state": "shutdown"}, "connection_state", "shutdown", id="link"),
        pytest.param({"corrupted_merkle_tree": True}, "corrupted_merkle_tree", True, id="corrupt"),
    ],
)
def test_state_of_a_secondary(operator: Operator, said: Said, field: str, told: object) -> None:
    """The secondary's status says it; after the reset it tells the truth again."""
    before = standing(operator)
    operator.clusters["b"].says(**said)
    assert standing(operator) == {**before, field: told}
    operator.clusters.reset()
    assert standing(operator)[field] == before[field]


def test_lag(operator: Operator) -> None:
    """The secondary is as many records behind as was said, and its tree is another."""
    root = operator.replication()["merkle_root"]
    operator.clusters["b"].says(lag=7)
    said = operator.replication()
    ahead = operator.at("a").replication()
    assert ahead["last_dr_wal"] - said["last_remote_wal"] == 7
    assert said["merkle_root"] != root == ahead["merkle_root"]


def test_the_link_at_both_ends(dr: ReplicationRange) -> None:
    """Skew, canary and heartbeat are told by both sides; numbers are texts, as Vault has them."""
    dr["b"].says(clock_skew_ms=4200, canary_age_ms=90_000, heartbeat_age=75.0)
    for peer in ends_of_the_link(dr):
        assert peer["clock_skew_ms"] == "4200"
        assert peer["replication_primary_canary_age_ms"] == "90000"
        silent = datetime.now(tz=UTC) - datetime.fromisoformat(peer["last_heartbeat"])
        assert 75 <= silent.total_seconds() < 80


def test_a_primary_that_is_gone_was_heard_once(dr: ReplicationRange) -> None:
    """The last heartbeat stands where it was, and the canary's age with it."""
    dr["a"].kill()
    (peer,) = Operator(clusters=dr).replication()["primaries"]
    first = datetime.fromisoformat(peer["last_heartbeat"])
    assert datetime.now(tz=UTC) - first < timedelta(seconds=10)
    (later,) = Operator(clusters=dr).replication()["primaries"]
    assert later["last_heartbeat"] == peer["last_heartbeat"]
    assert int(later["replication_primary_canary_age_ms"]) >= 500


def test_version_and_vault_seal(dr: ReplicationRange) -> None:
    """Health and seal-status of that cluster alone say so."""
    dr["b"].says(version="1.21.1+ent", seal_type="awskms")
    told = {
        name: [dr.request(name, "GET", f"sys/{leaf}").json() for leaf in ("health", "seal-status")]
        for name in "ab"
    }
    assert [body["version"] for body in told["b"]] == ["1.21.1+ent"] * 2
    assert [body["version"] for body in told["a"]] == ["1.20.4+ent"] * 2
    assert [told[name][1]["type"] for name in "ab"] == ["shamir", "awskms"]


def test_licence(dr: ReplicationRange) -> None:
    """Health says when it ends, and whether it has; the primary tells it to who may read it."""
    ends = datetime(2031, 5, 1, tzinfo=UTC)
    for name in "ab":
        dr[name].says(licence_ends=ends, licence_terminated=True)
        said = dr.request(name, "GET", "sys/health").json()["license"]
        assert said == {
            "state": "autoloaded",
            "expiry_time": "2031-05-01T00:00:00+00:00",
            "terminated": True,
        }
    path, root = "sys/license/status", dr["a"].bao.root_token
    assert dr.request("a", "GET", path).status_code == 403
    told = dr.request("a", "GET", path, token=root).json()["data"]["autoloaded"]
    assert told["expiration_time"] == "2031-05-01T00:00:00+00:00"


def test_no_performance_replication(dr: ReplicationRange) -> None:
    """There is none unless it is said."""
    said = dr.request("a", "GET", "sys/replication/performance/status").json()["data"]
    assert said == {"mode": "disabled"}
    assert dr.request("a", "GET", "sys/health").json()["replication_performance_mode"] == "disabled"


def test_a_performance_primary(dr: ReplicationRange) -> None:
    """It knows its secondaries, and says so wherever replication is told of."""
    dr["a"].says(performance="primary", performance_secondaries=["emea", "apac"])
    said = dr.request("a", "GET", "sys/replication/performance/status").json()["data"]
    assert (said["mode"], said["state"]) == ("primary", "running")
    assert said["known_secondaries"] == ["emea", "apac"]
    assert [peer["node_id"] for peer in said["secondaries"]] == ["emea", "apac"]
    both = dr.request("a", "GET", "sys/replication/status").json()["data"]
    assert (both["dr"]["mode"], both["performance"]["mode"]) == ("primary", "primary")
    assert dr.request("a", "GET", "sys/health").json()["replication_performance_mode"] == "primary"


def test_a_performance_secondary(dr: ReplicationRange) -> None:
    """It names the primary that it streams from."""
    dr["b"].says(performance="secondary")
    said = dr.request("b", "GET", "sys/replication/performance/status").json()["data"]
    assert (said["mode"], said["state"]) == ("secondary", "stream-wals")
    assert said["known_primary_cluster_addrs"] == ["https://performance.example:8201"]
    health = dr.request("b", "GET", "sys/health").json()
    assert health["replication_performance_mode"] == "secondary"
