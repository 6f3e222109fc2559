"""Who plays which part in a runbook that promotes: nobody is forgotten for being silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.commands import Reason, Refusal
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
    found = cast(play, SetState(name=SET), SERVED, views(*said), cluster=cluster)
    assert isinstance(found, Cast), found
    return found


def refused(play: Play, *said: Said, cluster: str | None = None, primary: str = "") -> Refusal:
    """Return why `play` is not cast, where the log says that `primary` was promoted last."""
    state = SetState(name=SET, primary=primary)
    found = cast(play, state, SERVED, views(*said), cluster=cluster)
    assert isinstance(found, Refusal), found
    return found


def views(*said: Said) -> dict[str, ClusterView]:
    """Return the clusters, of one node each, that say this."""
    return {one.cluster: ClusterView(name=one.cluster, at=0.0, nodes=(one.view,)) for one in said}


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


# -- two primaries, neither of which the log promoted ----------------------------------------------

TWO = (node("a", "primary"), node("b", "primary"), node("c"))


@pytest.mark.parametrize("play", [Play.REJOIN, Play.RETIRE])
@pytest.mark.parametrize(("gives_way", "stays"), [("a", "b"), ("b", "a")])
def test_who_names_the_one_has_chosen_the_other(play: Play, gives_way: str, stays: str) -> None:
    """Either can be led by the other: only people know which one is right."""
    found = parts(play, *TWO, cluster=gives_way)
    assert (found.target, found.source) == (gives_way, stays)


@pytest.mark.parametrize("play", [Play.REJOIN, Play.RETIRE])
@pytest.mark.parametrize("cluster", [None, "c"], ids=["none named", "another named"])
def test_it_is_asked_which_one_gives_way(play: Play, cluster: str | None) -> None:
    """Conclave does not choose by the order of the configuration."""
    found = refused(play, *TWO, cluster=cluster)
    assert found.reason is Reason.AMBIGUOUS
    assert found.choices == ("a", "b")


@pytest.mark.parametrize("play", [Play.REJOIN, Play.RETIRE])
def test_the_one_that_was_promoted_gives_way_to_none(play: Play) -> None:
    """The log knows which one is right: a slip of the hand does not change it."""
    assert "b" not in refused(play, *TWO, cluster="b", primary="b").choices
