"""A runbook through Slack, on real parts: led by people, and read again in what clusters hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange, practice_range
from lab.stage import CHANNEL
from tests.e2e.conftest import SetStage
from tests.e2e.plays import held, plays, write
from tests.e2e.test_canary import nowhere
from tests.e2e.traces import took


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


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
