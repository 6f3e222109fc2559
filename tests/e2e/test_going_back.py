"""The primary was demoted and the other cluster does not become primary: the set goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.crew import Crew
from lab.enterprise import ReplicationRange, practice_range
from lab.enterprise.state import Role
from lab.stage import CHANNEL, Stage
from tests.e2e.conftest import SetStage
from tests.e2e.plays import held, is_over, write
from tests.e2e.spots import PROMOTION, SOON, cut_before
from tests.e2e.traces import entries, events, took

RUN = "/dr run payments planned-failover cluster=b reason=maintenance"
OFFERED_S = 24  # two minutes, as the lab shortens its times here


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def stuck(stage: Stage) -> None:
    """Let `a` be demoted, and `b` answer each promotion that it is still catching up."""
    stage.vaults["b"].state.behaviour.catching_up = 1000
    crew = Crew(stage)
    crew.sees_through(RUN, until=lambda: took(stage, "primary/demote") == 1)


def test_the_demoted_cluster_is_promoted_back(
    set_stage: SetStage, vaults: ReplicationRange
) -> None:
    """The card offers it and calls; `a` is primary again, `b` follows it, nothing is lost."""
    stage = set_stage(vaults=vaults, **SOON)
    write(stage, "a", "first")
    vaults.replicate("b")
    stuck(stage)
    sam = stage.people["Sam"]

    sam.waits_for("payments has no primary", channel=CHANNEL, within=OFFERED_S + 20)
    card = sam.waits_for(
        "Runbook: Planned failover to payments/b", channel=CHANNEL, button="runbook.back"
    )
    assert "a ceremony there" in card.confirmation("runbook.back")
    before = len(entries(stage))
    sam.clicks("runbook.back", card)
    crew = Crew(stage)
    crew.does_what_is_asked(until=lambda: is_over(stage, since=before), within=120)

    assert (vaults["a"].role, vaults["b"].role) == (Role.PRIMARY, Role.SECONDARY)
    write(stage, "a", "second")
    vaults.replicate("b")
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}
    assert took(stage, "secondary/promote") == 1
    stopped = sam.waits_for("Runbook stopped: Planned failover", channel=CHANNEL)
    assert "runbook.back" not in stopped.buttons
    assert len(events(stage, "runbook_aborted")) == 1


def test_a_target_that_died_with_the_order_holds_nobody_up(
    set_stage: SetStage, vaults: ReplicationRange
) -> None:
    """Nobody knows whether `b` took the promotion on; `a` serves all the same."""
    stage = set_stage(vaults=vaults, **SOON)
    write(stage, "a", "first")
    vaults.replicate("b")
    fault = cut_before(stage, PROMOTION)
    Crew(stage).sees_through(RUN, until=lambda: fault.fired == 1)
    vaults["b"].kill()
    sam = stage.people["Sam"]

    card = sam.waits_for(
        "Runbook: Planned failover", channel=CHANNEL, button="runbook.back", within=OFFERED_S + 30
    )
    assert "keep its nodes off" in card.confirmation("runbook.back")
    before = len(entries(stage))
    sam.clicks("runbook.back", card)
    Crew(stage).does_what_is_asked(
        until=lambda: bool(events(stage, "promoted")) and len(entries(stage)) > before, within=120
    )

    assert vaults["a"].role is Role.PRIMARY
    write(stage, "a", "second")
    assert held(stage, "a") == {"first", "second"}
    assert took(stage, "secondary/promote") == 1
