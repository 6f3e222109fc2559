"""Setup and performance replication: a cluster becomes a performance secondary before its DR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ceremonies.commands import Reason, Refusal
from ceremonies.conductor.casting import Cast, cast
from ceremonies.conductor.setting_up import performance_forbids
from ceremonies.events import Action, Play
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.vault import ClusterView
from ceremonies.vault.readings import PerformanceStatus
from tests.ceremonies.cast import SAM, rules
from tests.ceremonies.conductor.seats import seated
from tests.ceremonies.sights import Said, node
from tests.table import SET

OF_ITS_OWN = replace(rules(), home_primary="a")
BELOW_ANOTHER = replace(OF_ITS_OWN, performance_secondary=True)
STREAMS = PerformanceStatus(mode="secondary", state="stream-wals")
BEGINS = PerformanceStatus(mode="secondary", state="merkle-sync")
NOBODY = "disabled"


def views(*said: Said) -> dict[str, ClusterView]:
    """Return what the clusters amount to."""
    names = dict.fromkeys(one.cluster for one in said)
    return {
        name: ClusterView(
            name=name, at=0.0, nodes=tuple(one.view for one in said if one.cluster == name)
        )
        for name in names
    }


def pair(
    mode: str | None = NOBODY, status: PerformanceStatus | None = None, *, b: str | None = NOBODY
) -> Mapping[str, ClusterView]:
    """Return `a`, which has this part in performance replication, and `b`; neither has DR."""
    return views(
        node("a", "disabled", performance_mode=mode, performance=status),
        node("b", "disabled", performance_mode=b),
    )


@pytest.mark.parametrize(
    ("served", "seen"),
    [
        pytest.param(OF_ITS_OWN, pair(), id="no performance replication"),
        pytest.param(OF_ITS_OWN, pair(None, b=None), id="none is told"),
        pytest.param(OF_ITS_OWN, pair("primary", PerformanceStatus(mode="primary")), id="primary"),
        pytest.param(BELOW_ANOTHER, pair("secondary", STREAMS), id="a secondary that streams"),
        pytest.param(OF_ITS_OWN, pair("secondary", STREAMS), id="one that nobody wrote down"),
    ],
)
def test_what_may_be_set_up(served: ReplicationSet, seen: Mapping[str, ClusterView]) -> None:
    """Performance replication is settled, or there is none."""
    found = cast(Play.SETUP, SetState(name="payments"), served, seen, cluster="b")
    assert isinstance(found, Cast), found
    assert (found.source, found.target) == ("a", "b")


@pytest.mark.parametrize(
    ("served", "seen", "words"),
    [
        pytest.param(
            BELOW_ANOTHER,
            pair(),
            "a is to be a performance secondary, and answers as disabled",
            id="not set up",
        ),
        pytest.param(BELOW_ANOTHER, pair(None), "nothing that Conclave can read", id="not told"),
        pytest.param(BELOW_ANOTHER, pair("primary"), "answers as primary", id="a primary instead"),
        pytest.param(
            OF_ITS_OWN, pair("bootstrapping"), "not a performance secondary in full", id="begins"
        ),
        pytest.param(OF_ITS_OWN, pair("secondary", BEGINS), "Wait until it streams", id="syncs"),
        pytest.param(
            OF_ITS_OWN, pair(b="secondary"), "b takes part in performance", id="to be wiped"
        ),
        pytest.param(
            OF_ITS_OWN, pair(b="primary"), "b takes part in performance", id="a primary, wiped"
        ),
    ],
)
def test_what_is_refused(
    served: ReplicationSet, seen: Mapping[str, ClusterView], words: str
) -> None:
    """Its DR would be wiped with it: the refusal says what comes first."""
    found = cast(Play.SETUP, SetState(name="payments"), served, seen, cluster="b")
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NOT_NOW
    assert words in found.words
    assert found.words == performance_forbids(served, seen, source="a", target="b")


@pytest.mark.parametrize(
    ("play", "role", "choices"),
    [
        (Play.FAILOVER, {"a": "primary", "b": "secondary", "c": "secondary"}, ("b", "c")),
        (Play.REPOINT, {"a": "primary", "b": "secondary", "c": "secondary"}, ("b", "c")),
        (Play.RETIRE, {"a": "primary", "b": "secondary", "c": "secondary"}, ("b", "c")),
        (Play.SETUP, {"a": "primary", "b": "disabled", "c": "disabled"}, ("b", "c")),
    ],
)
def test_the_clusters_that_fit_are_named(
    play: Play, role: Mapping[str, str], choices: tuple[str, ...]
) -> None:
    """Where a name is missing and several fit, the refusal has them for buttons."""
    seen = views(*(node(name, mode) for name, mode in role.items()))
    found = cast(play, SetState(name="payments"), OF_ITS_OWN, seen, cluster=None)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.AMBIGUOUS
    assert found.choices == choices


def test_a_failover_has_a_step_for_each_performance_secondary(
    redis_url: str, tmp_path: Path
) -> None:
    """Also where the primary is dead: those that it named at the last healthy look."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        said = {"performance": "primary", "performance_secondaries": ("perf-eu", "perf-us")}
        vaults["a"].says(**said)
        commander.conductor.look(SET, target="b")
        vaults["a"].kill()

        r = commander.begins(Play.FAILOVER, "b")

        steps = [step.cluster for step in r.steps if step.action is Action.PERFORMANCE]
        assert steps == ["perf-eu", "perf-us"]
        assert r.started_by == SAM
        warned = [f.words for f in r.evidence.findings if f.check == "performance replication"]
        assert "perf-eu, perf-us" in " ".join(warned)
