"""What people do themselves: because the configuration says so, or because the bot may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.crew import Crew
from lab.enterprise import ReplicationRange, practice_range
from lab.enterprise.furnish import BOT
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from lab.terminal import Terminal, commands
from tests.e2e.conftest import SetStage
from tests.e2e.plays import held, is_over, write
from tests.e2e.spots import SOON
from tests.e2e.traces import events, took

DEMOTE = "vault write -f sys/replication/dr/primary/demote"


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies and roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def told(stage: Stage) -> Seen | None:
    """Return the runbook's card once it has the command."""
    return stage.people["Sam"].look(DEMOTE, channel=CHANNEL)


def commanded(stage: Stage) -> bool:
    """Return whether anybody was told the command, or called to do it."""
    sam = stage.people["Sam"]
    return any(DEMOTE in s.text or "yours to do by hand" in s.text for s in sam.reads(CHANNEL))


@pytest.mark.parametrize("why", ["hands", "no right"])
def test_a_demotion_by_hand(
    vaults: ReplicationRange, set_stage: SetStage, tmp_path: Path, why: str
) -> None:
    """Nobody has the command before the token is there and people agree; the bot sees it done."""
    options = 'hands = ["demote"]' if why == "hands" else ""
    stage = set_stage(vaults=vaults, set_options=options, **SOON)
    if why == "no right":
        at = f"sys/policies/acl/{BOT}"
        policy = vaults["a"].bao.call("GET", at)["data"]["policy"]
        less = [line for line in policy.splitlines() if "primary/demote" not in line]
        vaults["a"].bao.call("PUT", at, {"policy": "\n".join(less)})
    write(stage, "a", "first")
    vaults.replicate("b")
    crew = Crew(stage)

    def asked_for() -> bool:
        ready = events(stage, "promotion_requested") and events(stage, "attempt_completed")
        assert ready or not commanded(stage)
        return told(stage) is not None

    crew.sees_through(
        "/dr run payments planned-failover cluster=b reason=drill", until=asked_for, within=90
    )
    card = told(stage)
    assert card is not None
    assert took(stage, "primary/demote") == took(stage, "secondary/promote") == 0
    stage.people["Sam"].waits_for("yours to do by hand", channel=CHANNEL, within=10)
    (demotes,) = commands(card)
    operator = {"VAULT_ADDR": vaults["a"].address, "VAULT_TOKEN": vaults["a"].bao.root_token}
    done = Terminal(home=tmp_path / "sam").types(demotes, **operator)
    assert done.returncode == 0, done.stderr

    crew.does_what_is_asked(until=lambda: is_over(stage), within=90)

    assert took(stage, "primary/demote") == took(stage, "secondary/promote") == 1
    write(stage, "b", "second")
    vaults.replicate("a")
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}
