"""The promised promotion: minted before the primary died, after its unseal keys were rotated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange, practice_range
from lab.operator import Operator
from tests.e2e.conftest import SetStage
from tests.e2e.plays import held, plays, write
from tests.e2e.test_shifts import served
from tests.e2e.traces import events, took

ATTEMPT = "generate-operation-token"


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Three clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults", names=("a", "b", "c")) as three:
        yield three


def test_promoted_by_the_bot_after_new_unseal_keys(
    vaults: ReplicationRange, set_stage: SetStage
) -> None:
    """Minted on `a`, whose unseal keys are rotated before it is killed: no quorum all the same.

    With the keychain's token `b` is promoted and `c` led to it, after one other person's approval.
    """
    stage = served(set_stage, vaults, "bot")
    Operator(clusters=vaults, cluster="a").rotate_shares()
    write(stage, "a", "first")
    for name in ("b", "c"):
        vaults.replicate(name)
    vaults["a"].kill()
    vaults.record.clear()

    plays(stage, "failover cluster=b reason=a is gone")

    write(stage, "b", "second")
    vaults.replicate("c")
    assert held(stage, "b") == held(stage, "c") == {"first", "second"}
    assert took(stage, ATTEMPT) == 0
    assert took(stage, "secondary/promote") == took(stage, "secondary/update-primary") == 1
    assert [e["by"] for e in events(stage, "promotion_approved")] == ["U0KIM"]
    assert not [s for name in ("Ada", "Ben", "Cat") for s in stage.people[name].reads_direct()]
