"""Runbooks through Slack, on real parts: led by people, and read again in what clusters hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.crew import Crew
from lab.enterprise import ReplicationRange, practice_range
from lab.stage import CHANNEL, Stage
from tests.e2e.conftest import SetStage
from tests.e2e.spots import SOON, Spot, kill_after, kill_before, living
from tests.e2e.test_canary import nowhere
from tests.e2e.traces import entries, events, took

DEMOTION = Spot(path="primary/demote", cluster="a")
PROMOTION = Spot(path="secondary/promote")
ACTIVATION = Spot(path="primary/secondary-token")
JOINING = Spot(path="secondary/update-primary", cluster="a")


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def plays(stage: Stage, words: str, *, within: float = 120) -> None:
    """Sam begins a runbook, everybody does what is asked, until it is done in the log."""
    count = len(events(stage, "runbook_started"))
    crew = Crew(stage)
    crew.sees_through(
        f"/dr run payments {words}",
        until=lambda: len(events(stage, "runbook_started")) > count and is_over(stage),
        within=within,
    )


def is_over(stage: Stage) -> bool:
    """Return whether every step of the newest runbook is done or left out."""
    started = events(stage, "runbook_started")[-1]
    of_it = [e for entry in entries(stage) for e in entry["events"]]
    over = {e["step"] for e in of_it if e["type"] in ("step_done", "step_skipped")}
    promoted = any(e["type"] == "promoted" for e in of_it)
    rest = [s for s in started["steps"] if s["action"] not in ("token", "promote")]
    return promoted and all(f"{s['action']}:{s['cluster']}" in over for s in rest)


def write(stage: Stage, cluster: str, name: str) -> None:
    """A client writes a letter."""
    stage.vaults[cluster].bao.call("POST", f"kv/{name}", {"text": name})


def held(stage: Stage, cluster: str) -> set[str]:
    """Return the letters that the cluster holds."""
    keys = stage.vaults[cluster].bao.call("LIST", "kv/")["data"]["keys"]
    return set(keys) - {"conclave-canary"}


def test_a_planned_failover_by_the_whole_bot(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """The card tells each step; every write is on both sides; each change is made once.

    And no secret leaves: neither the shares' token nor an activation token nor the bot's login.
    """
    stage = set_stage(vaults=vaults)
    vaults.record.listen("secret_id", "client_token", "token")
    write(stage, "a", "first")
    vaults.replicate("b")

    plays(stage, "planned-failover cluster=b reason=maintenance")

    write(stage, "b", "second")
    vaults.replicate("a")
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}
    for path in ("primary/demote", "secondary/promote", "secondary/update-primary"):
        assert took(stage, path) == 1, path
    sam = stage.people["Sam"]
    card = sam.waits_for("Runbook done", "Planned failover to payments/b", channel=CHANNEL)
    for words in ("Demote payments/a", "Promote payments/b", "Let payments/a follow payments/b"):
        assert words in card.text
    nowhere(stage)


@pytest.mark.parametrize("kill", [kill_before, kill_after], ids=["before Vault", "after Vault"])
@pytest.mark.parametrize(
    "spot",
    [DEMOTION, PROMOTION, ACTIVATION, JOINING],
    ids=["demotion", "promotion", "activation token", "update-primary"],
)
def test_a_replica_is_killed_in_a_runbook(
    set_stage: SetStage, vaults: ReplicationRange, spot: Spot, kill: Callable[[Stage, Spot], object]
) -> None:
    """Another replica ends the runbook; Vault takes each change of roles once."""
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    kill(stage, spot)

    plays(stage, "planned-failover cluster=b reason=maintenance")

    assert len(living(stage)) == 1
    for path in ("primary/demote", "secondary/promote", "secondary/update-primary"):
        assert took(stage, path) == 1, path
    write(stage, "b", "second")
    vaults.replicate("a")
    assert held(stage, "a") == held(stage, "b") == {"second"}
