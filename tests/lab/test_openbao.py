"""Real OpenBao clusters by themselves, without fronts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.openbao import BaoCluster
from lab.openbao_plan import new_seal_key, plan_cluster, start_clusters


@pytest.fixture
def pair(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[BaoCluster, BaoCluster]]:
    """Two clusters that know nothing of each other; the parameter: do they unseal themselves."""
    key = new_seal_key() if request.param else None
    clusters = tuple(plan_cluster(name, tmp_path, static_seal_key=key) for name in "ab")
    start_clusters(*clusters)
    yield clusters[0], clusters[1]
    for cluster in clusters:
        cluster.kill()


@pytest.mark.parametrize("pair", [False, True], indirect=True, ids=["shamir", "auto-unseal"])
def test_a_snapshot_makes_one_the_image_of_the_other(pair: tuple[BaoCluster, BaoCluster]) -> None:
    """Secrets, tokens, cluster id and keys are the other's, after a kill and a Vault seal too."""
    a, b = pair
    a.call("POST", "sys/mounts/kv", {"type": "kv"})
    a.call("POST", "kv/x", {"v": "on a"})
    b.restore_from(a)
    b.kill()
    b.revive()
    b.seal()
    b.unseal()
    assert b.call("GET", "kv/x", token=a.root_token)["data"] == {"v": "on a"}
    assert b.shares == a.shares
    ids = {c.active().request("GET", "sys/health").json()["cluster_id"] for c in pair}
    assert len(ids) == 1


@pytest.mark.parametrize("pair", [False], indirect=True, ids=["shamir"])
def test_no_secret_in_what_is_printed(pair: tuple[BaoCluster, BaoCluster]) -> None:
    """Neither shares nor the root token stand in a cluster's repr."""
    a, _ = pair
    shown = repr(a)
    assert a.root_token not in shown
    assert not any(share.hex() in shown or repr(share) in shown for share in a.shares)
    assert [len(share) for share in a.shares] == [33] * 5
