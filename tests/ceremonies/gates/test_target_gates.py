"""The gates on the old primary and on the target itself: every level of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import Check, Level
from ceremonies.gates import (
    Autopilot,
    Vantage,
)
from tests.ceremonies.gates.verdicts import (
    A_GONE,
    A_LIVES,
    B_STREAMS,
    BLOCK,
    DEMOTED,
    MINUTE,
    PASS,
    UNKNOWN,
    WARN,
    B,
    holds,
    verdict,
)
from tests.ceremonies.sights import (
    CLEAR,
    CLUSTER_ID,
    PLANNED,
    T0,
    Said,
    lost,
    node,
    peer,
    sample,
    sealed,
    seen,
    silent,
)


def test_one_finding_a_check() -> None:
    """Each of them is there, once, in the order in which people should read."""
    assert [found.check for found in CLEAR.findings] == list(Check)


LINK_UNTOLD = replace(lost(), primaries=(), connection_state=None)
HANGS = peer("connected", last_heartbeat="2026-05-28T20:25:00Z", canary_age_ms=95_000)


@pytest.mark.parametrize(
    ("told", "level", "words"),
    [
        pytest.param(
            [A_LIVES, B_STREAMS], BLOCK, "Demote it first: planned-failover", id="it answers"
        ),
        pytest.param(
            [A_GONE, B], WARN, "b has lost its primary too (disconnected, last", id="both lost it"
        ),
        pytest.param(
            [A_GONE, B_STREAMS], BLOCK, "still hears its primary (connected", id="b still hears it"
        ),
        pytest.param(
            [A_GONE, node("b", dr=lost(primaries=(HANGS,)))],
            WARN,
            "has lost its primary too (connected, last heard 95 s ago)",
            id="it hangs: the link is open, and nothing comes",
        ),
        pytest.param(
            [A_GONE, node("b", dr=LINK_UNTOLD)], WARN, "does not tell", id="b does not say"
        ),
        pytest.param(
            [A_GONE, node("b", dr=lost(primaries=(), connection_state="ready"))],
            BLOCK,
            "still hears its primary (ready)",
            id="only the connection is told",
        ),
        pytest.param([sealed("a"), B], WARN, "Does not say its mode: a http", id="it is sealed"),
        pytest.param([node("a"), B], PASS, "No other node answers", id="it was demoted"),
        pytest.param([node("a", "disabled"), B], PASS, "No other node", id="it has no replication"),
        pytest.param(
            [node("a", "disabled"), node("b", dr=None)], UNKNOWN, "does not tell", id="b is mute"
        ),
        pytest.param(
            [node("a"), B_STREAMS],
            BLOCK,
            "a cluster that Conclave does not know",
            id="b hears a primary that is none of ours",
        ),
        pytest.param(
            [A_LIVES, B, node("c", "primary")], BLOCK, "two primaries already", id="two of them"
        ),
        pytest.param(
            [silent("a"), node("a", number=2), node("a", "primary", number=3), B],
            BLOCK,
            "a answers as primary at https://vault-a3.example:8200",
            id="one node among many",
        ),
    ],
)
def test_the_other_cluster(told: list[Said], level: Level, words: str) -> None:
    """A primary blocks; silence is never taken for death, nor a sealed node for a safe one."""
    holds(seen(*told), Check.PRIMARY, level, words)


def test_what_is_not_reachable_is_said_so() -> None:
    """The words are "not reachable from here", never "down"; each node is named with its why."""
    _, words = verdict(CLEAR, Check.PRIMARY)
    assert words.endswith(
        "Not reachable from here: a https://vault-a1.example:8200 (refuses connections)."
    )
    assert "down" not in " ".join(found.words for found in CLEAR.findings)


@pytest.mark.parametrize(
    ("age", "level"), [(1000, BLOCK), (MINUTE, BLOCK), (MINUTE + 1, WARN)], ids=["1", "60", "60+"]
)
def test_another_replica_sees_it(age: int, level: Level) -> None:
    """From a second place it answers: that blocks, as long as it was seen just now."""
    there = Vantage(replica="r2", at=T0 - age, primaries=("a", "b"))
    assert verdict(seen(A_GONE, B, vantages=(there,)), Check.PRIMARY)[0] is level


def test_another_replica_sees_what_says_here_what_it_is() -> None:
    """Roles change between two looks: whoever speaks for itself here is believed."""
    there = Vantage(replica="r2", at=T0 - 1000, primaries=("a",))
    assert verdict(seen(node("a"), B, vantages=(there,)), Check.PRIMARY)[0] is PASS


@pytest.mark.parametrize(
    ("told", "silent_there", "words"),
    [
        pytest.param([A_GONE], ("a",), "not reachable from 2 replicas of Conclave", id="neither"),
        pytest.param([A_GONE], ("c",), "Look from a second place", id="another one is silent"),
        pytest.param([A_GONE], (), "Look from a second place", id="it answers there"),
        pytest.param([sealed("a")], ("a",), "Look from a second place", id="sealed here"),
    ],
)
def test_another_replica_does_not_see_it_either(
    told: list[Said], silent_there: tuple[str, ...], words: str
) -> None:
    """It is said from how many places; it stays a warning, since they may be in one network."""
    there = Vantage(replica="r2", at=T0 - 1000, primaries=(), silent=silent_there)
    for b in (B, node("b", dr=None)):
        holds(seen(*told, b, vantages=(there,)), Check.PRIMARY, WARN, words)
    old = replace(there, at=T0 - MINUTE - 1)
    holds(seen(*told, B, vantages=(old,)), Check.PRIMARY, WARN, "Look from a second place")


@pytest.mark.parametrize(
    ("told", "level", "words"),
    [
        pytest.param([A_LIVES, B_STREAMS], PASS, "a answers as the one primary", id="in order"),
        pytest.param([A_GONE, B], BLOCK, "this is a failover", id="it is gone"),
        pytest.param([node("a"), B], BLOCK, "one active primary", id="it is a secondary"),
        pytest.param(
            [node("a", "primary", active=False), B_STREAMS], BLOCK, "one active", id="nobody leads"
        ),
        pytest.param(
            [A_LIVES, node("a", number=2), B_STREAMS], BLOCK, "one active", id="it disagrees"
        ),
        pytest.param([A_LIVES, B_STREAMS, node("c", "primary")], BLOCK, "two primaries", id="two"),
        pytest.param([A_LIVES, B_STREAMS, silent("c")], BLOCK, "Not reachable", id="c is silent"),
        pytest.param([A_LIVES, B_STREAMS, node("c")], PASS, "one primary", id="c is a secondary"),
        pytest.param([B_STREAMS, node("c")], BLOCK, "not known which cluster", id="no source"),
    ],
)
def test_a_planned_failover_needs_its_primary(told: list[Said], level: Level, words: str) -> None:
    """The source is there as the one primary, and every other cluster says what it is."""
    holds(seen(*told, context=PLANNED), Check.PRIMARY, level, words)


@pytest.mark.parametrize(
    ("told", "level"),
    [
        pytest.param([node("a"), B], PASS, id="it says so"),
        pytest.param([A_LIVES, B], BLOCK, id="it does not say so yet"),
        pytest.param([A_GONE, B_STREAMS], WARN, id="it restarts"),
        pytest.param([node("a"), B_STREAMS], WARN, id="b has not noticed"),
    ],
)
def test_after_the_demotion(told: list[Said], level: Level) -> None:
    """What this runbook demoted may be away for a moment; it must not answer as primary."""
    assert verdict(seen(*told, context=DEMOTED), Check.PRIMARY)[0] is level


@pytest.mark.parametrize(
    ("ours", "mode", "level"),
    [
        pytest.param([B], "secondary", PASS, id="a secondary"),
        pytest.param([silent("b")], "unknown", BLOCK, id="nobody answers"),
        pytest.param([node("b", "primary")], "primary", BLOCK, id="a primary"),
        pytest.param([node("b", "disabled")], "disabled", BLOCK, id="no replication"),
        pytest.param([sealed("b")], "unknown", BLOCK, id="sealed, the only node"),
        pytest.param([node("b", "unknown")], "unknown", BLOCK, id="it does not say"),
        pytest.param([B, sealed("b", 2)], "secondary", PASS, id="one node of two is sealed"),
        pytest.param([B, node("b", "unknown", number=2)], "secondary", UNKNOWN, id="one is vague"),
        pytest.param([B, node("b", "primary", number=2)], "mixed", BLOCK, id="they contradict"),
        pytest.param([silent("b"), node("b", number=2)], "secondary", PASS, id="one of two"),
        pytest.param([], "unknown", BLOCK, id="a cluster without nodes"),
    ],
)
def test_the_target(ours: list[Said], mode: str, level: Level) -> None:
    """Only what answers as secondary passes."""
    evidence = seen(A_GONE, *ours)
    assert (evidence.target_mode, verdict(evidence, Check.TARGET)[0]) == (mode, level)


@pytest.mark.parametrize(
    ("told", "known", "level"),
    [
        pytest.param([CLUSTER_ID], CLUSTER_ID, PASS, id="the one last seen"),
        pytest.param(["another"], CLUSTER_ID, BLOCK, id="another one"),
        pytest.param([None], CLUSTER_ID, BLOCK, id="not told, though one is known"),
        pytest.param([CLUSTER_ID], "", UNKNOWN, id="nothing to compare it with"),
        pytest.param([None], "", UNKNOWN, id="not told, and none is known"),
        pytest.param([CLUSTER_ID, "another"], CLUSTER_ID, BLOCK, id="two ids"),
        pytest.param([CLUSTER_ID, None], CLUSTER_ID, UNKNOWN, id="told by one node of two"),
    ],
)
def test_the_cluster_id(told: list[str | None], known: str, level: Level) -> None:
    """Unknown is an answer of its own, never a pass."""
    nodes = [node("b", cluster_id=told_id, number=k) for k, told_id in enumerate(told, 1)]
    assert verdict(seen(A_GONE, *nodes, known=known), Check.CLUSTER_ID)[0] is level


B2, B3 = node("b", number=2), node("b", number=3)
NO_LEADER = [node("b", number=n, active=False) for n in (1, 2, 3)]
MUTE_LEADER = [node("b", number=n, active=None) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("ours", "unplanned", "planned", "words"),
    [
        pytest.param([B, B2, B3], PASS, PASS, "All 3 nodes of b answer unsealed", id="all"),
        pytest.param([B], PASS, PASS, "The one node of b answers unsealed", id="the only one"),
        pytest.param([B, B2, sealed("b", 3)], WARN, WARN, "Sealed: https://vault-b3", id="2 of 3"),
        pytest.param([B, B2, silent("b", 3)], WARN, WARN, "Not reachable from", id="1 is silent"),
        pytest.param(
            [B, sealed("b", 2), silent("b", 3)], BLOCK, BLOCK, "1 of 3 nodes", id="1 of 3"
        ),
        pytest.param([B, sealed("b", 2)], BLOCK, BLOCK, "1 of 2 nodes", id="half is no majority"),
        pytest.param(NO_LEADER, WARN, BLOCK, "No node of b leads just now", id="nobody leads"),
        pytest.param(MUTE_LEADER, UNKNOWN, BLOCK, "leads is not told", id="the leader is not told"),
        pytest.param([silent("b")], UNKNOWN, UNKNOWN, "No node of b answers", id="nobody answers"),
    ],
)
def test_the_target_s_nodes(ours: list[Said], unplanned: Level, planned: Level, words: str) -> None:
    """A majority answers unsealed and one leads; an election in an emergency is waited for."""
    holds(seen(A_GONE, *ours), Check.QUORUM, unplanned, words)
    holds(seen(A_LIVES, *ours, context=PLANNED), Check.QUORUM, planned, words)


def test_autopilot_is_believed_where_it_warns() -> None:
    """It knows of Raft what no node says of itself."""
    for healthy, level in ((True, PASS), (None, PASS), (False, WARN)):
        told = seen(A_GONE, B, autopilot=Autopilot(healthy=healthy))
        assert verdict(told, Check.QUORUM)[0] is level


@pytest.mark.parametrize(
    ("state", "unplanned", "planned"),
    [
        ("stream-wals", PASS, PASS),
        ("merkle-diff", WARN, BLOCK),
        ("merkle-sync", WARN, BLOCK),
        ("idle", PASS, BLOCK),
        ("transient_failure", PASS, BLOCK),
        ("running", WARN, BLOCK),
        (None, UNKNOWN, BLOCK),
    ],
)
def test_the_replication_s_state(state: str | None, unplanned: Level, planned: Level) -> None:
    """Idle is as it should be without a primary, if it was in step before."""
    b = node("b", dr=lost(state=state))
    assert verdict(seen(A_GONE, b, sample=sample()), Check.STATE)[0] is unplanned
    assert verdict(seen(A_LIVES, b, context=PLANNED), Check.STATE)[0] is planned


def test_idle_is_not_always_well() -> None:
    """Not while the primary answers, not where it was behind before, not where nobody looked."""
    syncing = replace(sample().secondaries[0], state="merkle-sync")
    before = sample(secondaries=(syncing,))
    holds(seen(A_LIVES, B, sample=sample()), Check.STATE, WARN, "idle though a answers")
    holds(seen(A_GONE, B, sample=before), Check.STATE, WARN, "60 s ago, b said merkle-sync")
    holds(seen(A_GONE, B), Check.STATE, UNKNOWN, "never seen in step")
    holds(seen(node("a"), B, context=DEMOTED, sample=sample()), Check.STATE, PASS, "60 s ago")
