"""The old primary comes back after a failover: everybody is told, and one click brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.crew import Crew
from lab.enterprise import ReplicationRange, practice_range
from lab.enterprise.state import Role
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import privately
from tests.e2e.conftest import SetStage
from tests.e2e.plays import held, is_over, plays, write
from tests.e2e.spots import SOON
from tests.e2e.traces import entries, took

BUTTON = "runbook.rejoin"


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def back_again(stage: Stage) -> Seen:
    """`a` dies, `b` takes over, `a` comes back and takes in a write; return the alarm."""
    write(stage, "a", "first")
    stage.vaults.replicate("b")
    stage.vaults["a"].kill()
    plays(stage, "failover cluster=b reason=a does not answer")
    write(stage, "b", "second")
    stage.vaults["a"].revive()
    write(stage, "a", "stray")
    return stage.people["Sam"].waits_for("Two primaries", channel=CHANNEL, button=BUTTON, within=60)


def test_rejoin_is_one_click_away(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """A holder's click does nothing. Sam's begins the runbook, whose end is read in the data.

    The button goes with the click, and the alarm says when it is over.
    """
    stage = set_stage(vaults=vaults, **SOON)
    alarm = back_again(stage)
    sam, ada = stage.people["Sam"], stage.people["Ada"]
    for who in ("@Sam", "@Kim"):
        assert who in alarm.text
    assert "Keep clients off payments/a now" in alarm.text
    privately(ada, ada.clicks(BUTTON, alarm), "This is for")

    before = len(entries(stage))
    pressed = sam.clicks(BUTTON, alarm)
    privately(sam, pressed, "nothing is done before you press")
    begun = sam.waits_until(alarm, "The runbook rejoin is open")
    assert BUTTON not in begun.buttons
    Crew(stage).does_what_is_asked(until=lambda: is_over(stage, since=before))

    over = sam.waits_until(alarm, "One primary again")
    assert BUTTON not in over.buttons
    assert (vaults["a"].role, vaults["b"].role) == (Role.SECONDARY, Role.PRIMARY)
    assert took(stage, "primary/demote") == 1
    vaults.replicate("a")
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}
