"""A replica dies as it mints, a reply is lost, a grant is not as asked: nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.policies import policy_name
from lab.enterprise import Answer, Fault, ReplicationRange, practice_range
from lab.process import wait_until
from lab.stage import CHANNEL, ROLES, Stage
from tests.e2e.conftest import SetStage
from tests.e2e.spots import SOON, Spot, cut_after, kill_after, kill_before, living
from tests.e2e.traces import events, took

MINTING = Spot(path="auth/token/create/", cluster="a")
LED = {**ROLES, "Sam": ("incident_commander", "shift_lead"), "Kim": ("approver", "shift_lead")}


def shift(custody: str) -> str:
    """Return a shift that is on, as the configuration has it."""
    now = datetime.now(UTC)
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=7)
    return f"""
[[shifts]]
name = "day"
replication_set = "payments"
lead = "U0SAM"
custody = "{custody}"
zone = "UTC"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "{begins:%H:%M}"
end = "{ends:%H:%M}"
overlap = "30m"
"""


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def staged(
    set_stage: SetStage,
    vaults: ReplicationRange,
    *,
    custody: str = "bot",
    bots: int = 2,
    shifts: str = "",
) -> Stage:
    """Return a stage with the ring laid by an operator, before any replica serves."""
    options = shifts or shift(custody)
    stage = set_stage(bots=0, vaults=vaults, roles=LED, options=options, **SOON)
    laid = stage.runs_as_operator("policy", "--apply")
    assert laid.returncode == 0, laid.stderr
    vaults.replicate("b")
    vaults.record.clear()
    for _ in range(bots):
        stage.add_bot()
    return stage


def waits_for(
    stage: Stage, kind: str, *, within: float = 40, **fields: object
) -> dict[str, object]:
    """Return the first event of this type, as soon as it is in the log."""
    wait_until(lambda: bool(events(stage, kind, **fields)), seconds=within, what=kind)
    return events(stage, kind, **fields)[0]


@pytest.mark.parametrize(
    ("kill", "made"), [(kill_before, 1), (kill_after, 2)], ids=["before Vault", "after Vault"]
)
def test_a_replica_is_killed_as_it_mints(
    vaults: ReplicationRange, set_stage: SetStage, kill: Callable[[Stage, Spot], object], made: int
) -> None:
    """What it made is told as held by nobody; the shift has its one token from the other."""
    stage = staged(set_stage, vaults, bots=0)
    stage.add_bot()
    stage.add_bot()
    kill(stage, MINTING)
    waits_for(stage, "mint_lost")
    waits_for(stage, "token_minted")
    assert len(living(stage)) == 1
    assert len(events(stage, "mint_lost")) == 1
    assert len(events(stage, "token_minted")) == 1
    assert took(stage, "auth/token/create/") == made


def test_the_reply_is_lost(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """Made, held by nobody, bounded by its TTL; another one is minted from the same place."""
    stage = staged(set_stage, vaults, bots=0)
    cut_after(stage, MINTING)
    stage.add_bot()
    lost = waits_for(stage, "mint_lost")
    minted = waits_for(stage, "token_minted")
    assert lost["place"] == minted["place"]
    assert isinstance(lost["until"], int)
    assert abs(lost["until"] - int(str(minted["until"]))) < 120_000
    assert took(stage, "auth/token/create/") == 2


def test_a_grant_that_is_not_as_asked(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """The system's longest TTL cuts it: it is not relied on, and everybody is told why."""
    stage = staged(set_stage, vaults, bots=0)
    vaults["a"].bao.call("POST", "sys/auth/token/tune", {"max_lease_ttl": "1h"})
    stage.add_bot()
    refused = waits_for(stage, "mint_refused")
    assert refused["problem"] == "not-as-asked"
    assert "It would last 3600 s at most" in str(refused["words"])
    assert took(stage, "auth/token/create/") == 0
    checked = waits_for(stage, "ring_checked")
    assert "max_lease_ttl" in str(checked["problems"])
    waits_for(stage, "mint_late", within=90)
    assert not events(stage, "token_minted")
    vaults["a"].bao.call("POST", "sys/auth/token/tune", {"max_lease_ttl": "768h"})
    stage.people["Sam"].types("/dr shift payments issue", CHANNEL)
    waits_for(stage, "token_minted", within=90)


def test_the_wraps_content_is_looked_at_before(
    vaults: ReplicationRange, set_stage: SetStage
) -> None:
    """What is wrong inside of a wrap cannot be seen: so a sample of one second is looked at."""
    stage = staged(set_stage, vaults, custody="lead", bots=0)
    bao = vaults["a"].bao
    for place in range(1, 9):
        name = policy_name(place)
        # Tuned behind the linter's back, between its look and the minting.
        answer = {
            "auth": {
                "client_token": "hvs.service",
                "token_type": "service",
                "lease_duration": 1,
                "policies": ["default", name],
                "renewable": True,
                "orphan": True,
            }
        }
        vaults.inject(Fault(effect=Answer(200, answer), path=f"create/{name}$", cluster="a"))
    stage.add_bot()
    refused = waits_for(stage, "mint_refused")
    assert "no batch token" in str(refused["words"])
    assert not vaults.record.accepted(path="auth/token/create/")
    vaults.clear_faults()
    minted = waits_for(stage, "token_minted", within=60)
    assert minted["part"] == "lead"
    assert bao.request("GET", f"sys/policies/acl/{policy_name(int(str(minted['place'])))}").ok


def test_nobody_laid_the_ring(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """Nothing is minted; what an operator has to mend is told, and then it goes by itself."""
    stage = set_stage(bots=0, vaults=vaults, roles=LED, options=shift("bot"), **SOON)
    stage.add_bot()
    checked = waits_for(stage, "ring_checked")
    assert checked["ready"] == []
    assert "conclave policy --apply" in str(checked["problems"])
    assert took(stage, "auth/token/create/") == 0
    stage.environment["VAULT_TOKEN"] = vaults["a"].bao.root_token
    stage.runs("policy", "--apply")
    waits_for(stage, "token_minted", within=60)
