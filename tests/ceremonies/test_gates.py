"""What the gate makes of what every node said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import Evidence, Level, NodeSeen, worsened
from tests.ceremonies.sights import (
    CLEAR,
    CLUSTER_ID,
    LIVE_PRIMARY,
    NOT_SECONDARY,
    STRANGER,
    T0,
    node,
    seen,
    silent,
)

SECOND_NODE = "https://vault-b2.example:8200"


def sealed(cluster: str, address: str = SECOND_NODE) -> NodeSeen:
    """Return a node that answers, but only that it is sealed."""
    return node(cluster, "unknown", node=address, cluster_id=None, active=None, sealed=True)


def level(evidence: Evidence, check: str) -> Level:
    """Return how this check's finding stands; the worst, where there are several."""
    order = (Level.PASS, Level.UNKNOWN, Level.WARN, Level.BLOCK)
    found = [finding.level for finding in evidence.findings if finding.check == check]
    return max(found, key=order.index)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(node("a", "primary"), Level.BLOCK, id="it answers as primary"),
        pytest.param(silent("a"), Level.WARN, id="it is not reachable from here"),
        pytest.param(sealed("a"), Level.WARN, id="it is sealed and does not say"),
        pytest.param(node("a", "secondary"), Level.PASS, id="it answers as secondary"),
        pytest.param(node("a", "disabled"), Level.PASS, id="it has no replication"),
    ],
)
def test_the_other_cluster(other: NodeSeen, expected: Level) -> None:
    """A primary blocks; silence is never taken for death, nor a sealed node for a safe one."""
    evidence = seen(other, node("b"))
    assert level(evidence, "no other primary") is expected
    assert bool(evidence.blocks) is (expected is Level.BLOCK)


def test_one_node_among_many_that_answers_as_primary_blocks() -> None:
    """Every node counts, whatever its neighbours say; the finding names cluster and address."""
    awake = node("a", "primary", node="https://vault-a3.example:8200")
    evidence = seen(silent("a"), node("a", "secondary"), awake, node("b"))

    (block,) = evidence.blocks
    assert "a answers as primary at https://vault-a3.example:8200" in block.words
    assert evidence.at == T0
    assert evidence.primaries == ("a",)


def test_each_living_primary_is_named() -> None:
    """Two nodes, two lines."""
    nodes = [node("a", "primary", node=f"https://vault-a{n}.example:8200") for n in (1, 2)]
    assert len(seen(*nodes, node("b")).blocks) == 2


def test_what_is_not_reachable_is_said_so() -> None:
    """The words are "not reachable from here", never "down"; each node is named."""
    (found,) = [f for f in CLEAR.findings if f.check == "no other primary"]
    assert "Not reachable from here: a https://vault-a1.example:8200." in found.words
    assert "down" not in " ".join(f.words for f in CLEAR.findings)


@pytest.mark.parametrize(
    ("ours", "mode", "expected"),
    [
        pytest.param([node("b")], "secondary", Level.PASS, id="a secondary"),
        pytest.param([silent("b")], "unknown", Level.BLOCK, id="nobody answers"),
        pytest.param([node("b", "primary")], "primary", Level.BLOCK, id="a primary"),
        pytest.param([node("b", "disabled")], "disabled", Level.BLOCK, id="no replication"),
        pytest.param([sealed("b")], "unknown", Level.BLOCK, id="sealed, the only node"),
        pytest.param(
            [node("b"), sealed("b")],
            "secondary",
            Level.PASS,
            id="one node of two is sealed",
        ),
        pytest.param(
            [node("b"), node("b", "primary", node=SECOND_NODE)],
            "mixed",
            Level.BLOCK,
            id="its nodes contradict each other",
        ),
        pytest.param(
            [silent("b"), node("b", node=SECOND_NODE)],
            "secondary",
            Level.PASS,
            id="one node of two answers",
        ),
        pytest.param([], "unknown", Level.BLOCK, id="a cluster without nodes"),
    ],
)
def test_the_target(ours: list[NodeSeen], mode: str, expected: Level) -> None:
    """Only what answers as secondary passes."""
    evidence = seen(silent("a"), *ours)
    assert (evidence.target_mode, level(evidence, "target is a secondary")) == (mode, expected)


@pytest.mark.parametrize(
    ("told", "known", "expected"),
    [
        pytest.param([CLUSTER_ID], CLUSTER_ID, Level.PASS, id="the one last seen"),
        pytest.param(["another"], CLUSTER_ID, Level.BLOCK, id="another one"),
        pytest.param([None], CLUSTER_ID, Level.BLOCK, id="not told, though one is known"),
        pytest.param([CLUSTER_ID], "", Level.UNKNOWN, id="nothing to compare it with"),
        pytest.param([None], "", Level.UNKNOWN, id="not told, and none is known"),
        pytest.param([CLUSTER_ID, "another"], CLUSTER_ID, Level.BLOCK, id="two ids"),
        pytest.param([CLUSTER_ID, None], CLUSTER_ID, Level.PASS, id="told by one node of two"),
    ],
)
def test_the_cluster_id(told: list[str | None], known: str, expected: Level) -> None:
    """Unknown is an answer of its own, never a pass."""
    nodes = [node("b", cluster_id=i, node=f"n{k}") for k, i in enumerate(told)]
    assert level(seen(silent("a"), *nodes, known=known), "cluster id") is expected


def test_a_sealed_node_of_the_target_is_shown() -> None:
    """It does not block: a cluster serves with a node sealed, but somebody should know."""
    evidence = seen(silent("a"), node("b"), sealed("b"))
    assert level(evidence, "nodes unsealed") is Level.WARN
    assert evidence.blocks == ()


@pytest.mark.parametrize(
    ("shown", "now", "worse"),
    [
        pytest.param(CLEAR, CLEAR, False, id="nothing changed"),
        pytest.param(CLEAR, LIVE_PRIMARY, True, id="the old primary woke up"),
        pytest.param(CLEAR, NOT_SECONDARY, True, id="the target is no secondary any more"),
        pytest.param(CLEAR, STRANGER, True, id="the target carries another cluster id"),
        pytest.param(CLEAR, seen(silent("a"), silent("b")), True, id="the target fell silent"),
        pytest.param(LIVE_PRIMARY, CLEAR, False, id="the old primary is not reachable any more"),
        pytest.param(
            CLEAR, seen(node("a", "secondary"), node("b")), False, id="the other is a secondary"
        ),
        pytest.param(CLEAR, replace(CLEAR, at=T0 + 1), False, id="only later"),
    ],
)
def test_what_makes_an_approval_void(shown: Evidence, now: Evidence, *, worse: bool) -> None:
    """Whoever agreed to what was shown has not agreed to something worse."""
    assert worsened(shown, now) is worse
