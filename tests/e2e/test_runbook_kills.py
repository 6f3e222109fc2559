"""A replica dies (SIGKILL) in each runbook, at what is dangerous there; another one ends it.

What clients wrote on either side is read again, and Vault took each change of roles once.
`make chaos` kills after every entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.enterprise import Fault, ReplicationRange, practice_range
from lab.enterprise.state import Role
from lab.stage import Stage
from tests.e2e.conftest import SetStage
from tests.e2e.plays import cast_off, hand_over, held, part, plays, write
from tests.e2e.spots import SOON, Spot, kill_after, kill_before, living
from tests.e2e.traces import repeated, took

DEMOTION = Spot(path="primary/demote", cluster="a")
DEMOTION_OF_B = Spot(path="primary/demote", cluster="b")
PROMOTION = Spot(path="secondary/promote")
ACTIVATION = Spot(path="primary/secondary-token")
JOINING = Spot(path="secondary/update-primary", cluster="a")
JOINING_OF_B = Spot(path="secondary/update-primary", cluster="b")
DISABLING = Spot(path="primary/disable", cluster="a")
ENABLING = Spot(path="secondary/enable", cluster="b")

Kill = Callable[[Stage, Spot], Fault]


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def survives(stage: Stage, words: str, kill: Kill, spot: Spot) -> None:
    """Play the runbook; a replica dies there, one is left, and no change was made twice."""
    stage.vaults.record.clear()
    fault = kill(stage, spot)

    plays(stage, words)

    assert fault.fired == 1
    assert len(living(stage)) == 1
    assert repeated(stage) == []


def roles(vaults: ReplicationRange) -> tuple[Role, Role]:
    """Return what `a` and `b` are now."""
    return vaults["a"].role, vaults["b"].role


@pytest.mark.parametrize(
    ("spot", "kill"),
    [
        pytest.param(DEMOTION, kill_after, id="demotion, after Vault"),
        pytest.param(PROMOTION, kill_before, id="promotion, before Vault"),
        pytest.param(ACTIVATION, kill_after, id="activation token, after Vault"),
        pytest.param(JOINING, kill_after, id="update-primary, after Vault"),
    ],
)
def test_planned_failover(
    set_stage: SetStage, vaults: ReplicationRange, spot: Spot, kill: Kill
) -> None:
    """`a` hands over to `b` and follows it, wherever the replica died."""
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    write(stage, "a", "first")
    vaults.replicate("b")

    survives(stage, "planned-failover cluster=b reason=maintenance", kill, spot)

    for path in ("primary/demote", "secondary/promote", "secondary/update-primary"):
        assert took(stage, path) == 1, path
    write(stage, "b", "second")
    vaults.replicate("a")
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}


def test_failback(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """The replica dies when `b` is demoted, with no primary left: the set comes home all the same.

    What was written on either side before is there.
    """
    hand_over(vaults)
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    write(stage, "b", "abroad")
    vaults.replicate("a")

    survives(stage, "failback reason=maintenance is over", kill_after, DEMOTION_OF_B)

    write(stage, "a", "home")
    vaults.replicate("b")
    assert held(stage, "a") == held(stage, "b") == {"abroad", "home"}
    assert (took(stage, "primary/demote"), took(stage, "secondary/promote")) == (1, 1)


def test_failover_and_rejoin(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """One dies when `b` is promoted, the next one when the old primary is demoted.

    `a` holds what `b` does then; what it took in as a second primary is gone, as people were told.
    """
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    write(stage, "a", "first")
    vaults.replicate("b")
    vaults["a"].kill()

    survives(stage, "failover cluster=b reason=a does not answer", kill_after, PROMOTION)

    assert took(stage, "secondary/promote") == 1
    write(stage, "b", "second")
    vaults["a"].revive()
    write(stage, "a", "stray")
    stage.add_bot().waits_until_ready()

    survives(stage, "rejoin cluster=a reason=a is back", kill_after, DEMOTION)

    assert (took(stage, "primary/demote"), took(stage, "secondary/update-primary")) == (1, 1)
    vaults.replicate("a")
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}


def test_retire(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """The replica dies when the old primary is disabled: it is, and the live one never was."""
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    vaults["a"].kill()
    plays(stage, "failover cluster=b reason=a does not answer")
    vaults["a"].revive()
    write(stage, "a", "stray")
    write(stage, "b", "second")

    survives(stage, "retire cluster=a reason=b stays", kill_after, DISABLING)

    assert took(stage, "disable") == 1
    assert roles(vaults) == (Role.DISABLED, Role.PRIMARY)
    assert (held(stage, "a"), held(stage, "b")) == ({"stray"}, {"second"})


def test_setup(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """The replica dies when `b` was wiped to follow `a`: `b` holds what `a` does, nothing else."""
    part(vaults)
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    write(stage, "a", "first")
    write(stage, "b", "wiped")

    survives(stage, "setup cluster=b reason=a new pair", kill_after, ENABLING)

    assert (took(stage, "primary/enable"), took(stage, "secondary/enable")) == (1, 1)
    write(stage, "a", "second")
    vaults.replicate("b")
    assert roles(vaults) == (Role.PRIMARY, Role.SECONDARY)
    assert held(stage, "a") == held(stage, "b") == {"first", "second"}


def test_repoint(set_stage: SetStage, vaults: ReplicationRange) -> None:
    """The replica dies before `b` is led to `a`: another one leads it there, and `b` catches up."""
    cast_off(vaults)
    stage = set_stage(bots=2, vaults=vaults, **SOON)
    write(stage, "a", "missed")

    survives(stage, "repoint cluster=b reason=it follows nobody", kill_before, JOINING_OF_B)

    assert took(stage, "secondary/update-primary") == 1
    write(stage, "a", "second")
    vaults.replicate("b")
    assert roles(vaults) == (Role.PRIMARY, Role.SECONDARY)
    assert held(stage, "a") == held(stage, "b") == {"missed", "second"}
