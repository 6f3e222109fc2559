"""Two shifts adjoin: each lead is asked in Slack, obeys what they read, and nobody is called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange, practice_range
from lab.stage import CHANNEL
from tests.e2e.acts import privately
from tests.e2e.conftest import SetStage
from tests.e2e.test_minting import shift, staged, waits_for
from tests.e2e.traces import events


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def adjoining() -> str:
    """Return Sam's shift, that began a few minutes ago, and Kim's, that ended then."""
    now = datetime.now(UTC)
    begins, before = f"{now - timedelta(hours=1):%H:%M}", f"{now - timedelta(hours=9):%H:%M}"
    met = f"{now - timedelta(minutes=3):%H:%M}"
    sams = shift("bot")
    kims = sams.replace('"day"', '"night"').replace("U0SAM", "U0KIM")
    ends = next(line for line in kims.splitlines() if line.startswith("end"))
    return sams.replace(f'start = "{begins}"', f'start = "{met}"') + kims.replace(
        ends, f'end = "{met}"'
    ).replace(f'start = "{begins}"', f'start = "{before}"')


def test_both_are_asked_and_both_obey(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """Kim in a message of its own, Sam in that about the token; both stand there as done then."""
    stage = staged(set_stage, vaults, bots=1, shifts=adjoining())
    stage.bots[0].waits_until_ready()
    stage.chat.wait_for_connections(1)
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    asked = waits_for(stage, "handover_asked", incoming="U0SAM")
    assert asked["outgoing"] == "U0KIM"

    told = kim.waits_for("Hand payments over to shift day", direct=True, within=20)
    assert "@Sam leads from" in told.text
    assert "/dr shift payments handover" in told.text
    typed = kim.types("/dr shift payments handover", CHANNEL)
    privately(kim, typed, "Confirmed")
    kim.waits_until(told, "@Sam has not confirmed it yet", within=20)

    mine = sam.waits_for("Your shift day of payments", direct=True, within=20)
    assert "Now confirm that you have taken over" in mine.text
    typed = sam.types("/dr shift payments handover", CHANNEL)
    privately(sam, typed, "Confirmed")
    sam.waits_until(mine, "You have confirmed that you have taken over", within=20)
    kim.waits_until(told, "@Sam has confirmed it too", within=20)
    said = [(e["by"], e["incoming"]) for e in events(stage, "handover_confirmed")]
    assert said == [("U0KIM", False), ("U0SAM", True)]
    typed = sam.types("/dr shift payments", CHANNEL)
    assert "Hand-over" not in privately(sam, typed, "Tokens")
    assert not events(stage, "handover_late")
