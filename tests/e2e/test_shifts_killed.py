"""A replica dies as it puts tokens out of force: the other one ends it, and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ceremonies.policies import policy_name
from lab.enterprise import Fault, ReplicationRange, practice_range
from lab.stage import CHANNEL, Stage
from tests.e2e.conftest import SetStage
from tests.e2e.spots import Spot, kill_after, kill_before, living
from tests.e2e.test_minting import staged, waits_for
from tests.e2e.test_shifts import collects, unwrapped
from tests.e2e.traces import events, took

POLICIES = "sys/policies/acl/conclave-shift-"
DELETION = Spot(path=POLICIES, method="DELETE", cluster="a")
PROBE = "sys/storage/raft/autopilot/state"


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def two_agree(stage: Stage) -> None:
    """Sam asks to put their token's ring place out of force, and Kim agrees."""
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    sam.types("/dr shift payments kill reason=my laptop is gone", CHANNEL)
    card = kim.waits_for("out of force", channel=CHANNEL, button="kill.agree", within=20)
    kim.clicks("kill.agree", card)


@pytest.mark.parametrize(
    ("kill", "most"), [(kill_before, 1), (kill_after, 2)], ids=["before Vault", "after Vault"]
)
def test_a_replica_is_killed_as_it_deletes_the_policy(
    vaults: ReplicationRange,
    set_stage: SetStage,
    kill: Callable[[Stage, Spot], Fault],
    most: int,
) -> None:
    """The policy goes, told once; the token that is out there opens nothing from then on.

    Where Vault's answer died with the replica it is asked once more: a policy that is not there is
    as good as deleted. The shift has another token, from another place.
    """
    stage = staged(set_stage, vaults, custody="lead", bots=2)
    for bot in stage.bots:
        bot.waits_until_ready()
    stage.chat.wait_for_connections(2)
    place = int(str(waits_for(stage, "token_minted")["place"]))
    stolen = unwrapped(*collects(stage)).json()["auth"]["client_token"]
    waits_for(stage, "wrap_collected")
    assert vaults.request("a", "GET", PROBE, token=stolen).status_code == 200
    fault = kill(stage, DELETION)

    two_agree(stage)

    waits_for(stage, "policy_deleted", place=place)
    assert fault.fired == 1
    assert len(living(stage)) == 1
    sam = stage.people["Sam"]
    told = sam.waits_for(
        f"ring place {place} of payments are out of force", channel=CHANNEL, within=20
    )
    assert "@Sam asked for it, @Kim agreed" in told.text
    assert not {"kill.agree", "kill.reject"} & set(told.buttons)
    name = policy_name(place)
    assert vaults["a"].bao.request("GET", f"sys/policies/acl/{name}").status_code == 404
    assert vaults.request("a", "GET", PROBE, token=stolen).status_code == 403
    another = waits_for(stage, "token_minted", place=place % 8 + 1)
    assert another["part"] == "lead"
    assert len(events(stage, "policy_deleted")) == 1
    assert 1 <= took(stage, POLICIES, "DELETE") <= most
    assert vaults.request("a", "GET", PROBE, token=stolen).status_code == 403
