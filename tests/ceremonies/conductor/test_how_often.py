"""When a set is looked at often, and when it rests."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.conductor import sightings
from ceremonies.conductor.sightings import (
    Patience,
)
from ceremonies.state import SetState
from tests.ceremonies.desk import HOUR, MINUTE
from tests.ceremonies.sights import T0

PATIENCE = Patience(node_ms=10_000, cluster_ms=30_000)
AFTER_B = SetState(name="payments", primary="b", roles_changed_at=T0)


def test_busy_or_at_rest() -> None:
    """Often after a promotion for as long as the set exists, and while roles change."""
    rest = SetState(name="payments")
    assert not sightings.is_busy(rest, now=T0)
    assert sightings.is_busy(replace(rest, primary="b"), now=T0 + 1000 * HOUR)
    changed = replace(rest, roles_changed_at=T0)
    assert sightings.is_busy(changed, now=T0 + 9 * MINUTE)
    assert not sightings.is_busy(changed, now=T0 + 11 * MINUTE)
