"""The lead has left the workspace: Slack takes no message for them, and commanders are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange, practice_range
from lab.stage import CHANNEL
from tests.e2e.acts import DRILL, privately
from tests.e2e.conftest import SetStage
from tests.e2e.test_minting import LED, staged, waits_for
from tests.e2e.traces import events


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def test_a_lead_who_left(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """Their message is refused once; the commanders hear why; all else goes on, and it escalates.

    The token is there, a ceremony starts, and what nobody confirmed is told too.
    """
    stage = staged(set_stage, vaults, custody="lead", bots=0)
    stage.roles = {**LED, "Kim": ("incident_commander", "approver", "shift_lead")}
    stage.options = stage.options.replace('"30m"', '"24s"')
    stage.write_config()
    stage.chat.workspace.change_user("U0SAM", deleted=True)
    stage.add_bot().waits_until_ready()
    stage.chat.wait_for_connections(1)
    minted = waits_for(stage, "token_minted")
    kim = stage.people["Kim"]

    told = kim.waits_for("no message about shift day of payments", channel=CHANNEL, within=20)

    assert "@Kim: " in told.text
    assert "their Slack account is deactivated" in told.text
    key = f"duty:{minted['effect']}:U0SAM"
    failed = [one for event in events(stage, "messages_posted") for one in event["failed"]]
    assert failed == [{"key": key, "problem": "user_disabled"}]
    typed = kim.types("/dr shift payments", CHANNEL)
    privately(kim, typed, "waits to be collected")
    typed = kim.types(DRILL, CHANNEL)
    kim.waits_for("payments/b", "0 of 3", channel=CHANNEL, after=typed, within=20)
    late = waits_for(stage, "handover_late", within=30)
    assert late["missing"] == ["U0SAM"]
    kim.waits_for("the hand-over to shift day of payments is not confirmed", channel=CHANNEL)
    kim.waits_for("was not collected in time", channel=CHANNEL, within=30)
    assert not stage.people["Sam"].reads_direct()
