"""Who plays which part in a runbook that promotes: nobody is forgotten for being silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.conductor.casting import Cast, cast
from ceremonies.events import Play
from ceremonies.state import SetState
from ceremonies.vault import ClusterView
from tests.ceremonies.cast import rules
from tests.ceremonies.sights import Said, node, silent
from tests.table import SET

SERVED = replace(rules(), home_primary="a")


def parts(play: Play, *said: Said, cluster: str | None = None) -> Cast:
    """Return the cast of `play` where the clusters, of one node each, say this."""
    views = {one.cluster: ClusterView(name=one.cluster, at=0.0, nodes=(one.view,)) for one in said}
    found = cast(play, SetState(name=SET), SERVED, views, cluster=cluster)
    assert isinstance(found, Cast), found
    return found


def test_a_failover_leads_a_silent_cluster_too() -> None:
    """`a` is gone and `c` says nothing for a minute: it is to follow `b` all the same."""
    found = parts(Play.FAILOVER, silent("a"), node("b", "secondary"), silent("c"), cluster="b")
    assert (found.target, found.source, found.secondaries) == ("b", "a", ("c",))


@pytest.mark.parametrize("play", [Play.PLANNED_FAILOVER, Play.FAILOVER])
def test_whoever_is_in_no_replication_is_led_nowhere(play: Play) -> None:
    """Its data would be replaced: that takes a setup."""
    found = parts(
        play, node("a", "primary"), node("b", "secondary"), node("c", "disabled"), cluster="b"
    )
    assert found.secondaries == ()


def test_a_second_primary_is_led_by_a_rejoin() -> None:
    """A failover re-points secondaries; what is a primary has to be demoted first."""
    found = parts(
        Play.FAILOVER, silent("a"), node("b", "secondary"), node("c", "primary"), cluster="b"
    )
    assert "c" not in found.secondaries
