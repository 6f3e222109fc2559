"""`/dr health` through Slack: what a healthy pair says, and one whose primary is gone."""

from __future__ import annotations

from lab.stage import CHANNEL, Stage
from tests.e2e.acts import privately


def test_health_of_a_pair_and_of_half_of_it(stage: Stage) -> None:
    """Roles, lag and versions come from the clusters themselves; silence is said as silence."""
    ada = stage.people["Ada"]
    stage.vaults["a"].bao.call("POST", "kv/newer", {"text": "not replicated yet"})

    asked = ada.types("/dr health payments", CHANNEL)
    told = privately(ada, asked, "a is primary and every node answers", "behind", within=20)
    assert "stream-wals" in told.text
    assert "1.20.4+ent" in told.text

    stage.vaults["a"].kill()
    asked = ada.types("/dr health", CHANNEL)
    told = privately(ada, asked, "no primary answers from here", within=20)
    assert "lag unknown (by the last good sample" in told.text
    assert "Token on duty: none" in told.text


def test_health_is_for_the_roster(stage: Stage) -> None:
    """A stranger is told who may, and no node is asked."""
    mallory = stage.people["Mallory"]
    stage.vaults.record.clear()

    asked = mallory.types("/dr health", CHANNEL)

    privately(mallory, asked, "roster")
    assert not stage.vaults.record.find(path="sys/replication/dr/status")
