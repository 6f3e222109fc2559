"""A primary that is there and of no use: hung, or Vault-sealed."""

from __future__ import annotations

import pytest
import requests

from lab.enterprise import ReplicationRange
from lab.operator import Operator


def test_a_hung_primary(operator: Operator) -> None:
    """It takes connections and answers nothing; its secondary has lost it, and can be promoted."""
    clusters = operator.clusters
    token = clusters["a"].batch_token()
    clusters["a"].pause()
    with pytest.raises(requests.ReadTimeout):
        clusters.request("a", "GET", "sys/health", seconds=0.3)
    said = operator.replication()
    assert (said["state"], said["connection_state"]) == ("idle", "transient_failure")
    assert said["primaries"][0]["connection_status"] == "disconnected"
    assert operator.promote(token).status_code == 200
    operator.wait_until_it_says(mode="primary")
    clusters["a"].resume()
    assert operator.at("a").replication()["mode"] == "primary"


def test_what_was_sent_to_a_hung_primary(dr: ReplicationRange) -> None:
    """It is done when the primary goes on, long after the client has left."""
    operator = Operator(clusters=dr, cluster="a")
    dr["a"].pause()
    with pytest.raises(requests.ReadTimeout):
        dr.request(
            "a",
            "POST",
            "sys/replication/dr/primary/demote",
            {},
            token=dr["a"].bao.root_token,
            seconds=0.3,
        )
    dr["a"].resume()
    operator.wait_until_it_says(mode="secondary", state="idle")
    (seen,) = dr.record.accepted(path="demote")
    assert seen.vault_status == 200


def test_a_sealed_primary(operator: Operator) -> None:
    """Its secondary has lost it; unsealed, it is back."""
    operator.clusters["a"].seal()
    assert operator.replication()["state"] == "idle"
    operator.clusters["a"].unseal()
    operator.wait_until_it_says(state="stream-wals", seconds=5)
