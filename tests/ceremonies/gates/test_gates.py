"""Every gate, passing, warning, blocking, not knowing; in an emergency and where there is time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import Check, Evidence, Level
from ceremonies.gates import (
    Autopilot,
    Context,
    Licence,
    Performance,
    TokenLife,
    Vantage,
)
from tests.ceremonies.sights import (
    CLEAR,
    CLUSTER_ID,
    PLANNED,
    T0,
    UNPLANNED,
    WAL,
    Said,
    lost,
    node,
    peer,
    sample,
    sealed,
    seen,
    silent,
    streaming,
)

PASS, WARN, BLOCK, UNKNOWN = Level.PASS, Level.WARN, Level.BLOCK, Level.UNKNOWN
A_GONE = silent("a")
A_LIVES = node("a", "primary")
B = node("b")
B_STREAMS = node("b", dr=streaming())
DEMOTED = replace(PLANNED, demoted=True)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def verdict(evidence: Evidence, check: Check) -> tuple[Level, str]:
    """Return how this check stands, and its words."""
    (found,) = [finding for finding in evidence.findings if finding.check == check]
    return found.level, found.words


def holds(told: Evidence, check: Check, level: Level, words: str) -> None:
    """Hold that this check stands so, in these words among others."""
    found, said = verdict(told, check)
    assert (found, words in said) == (level, True), (found, said)


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


@pytest.mark.parametrize(
    ("wal", "level", "words"),
    [
        (WAL, PASS, "Lag 0: b has all 9000 records"),
        (WAL + 2, PASS, "Lag 0"),
        (WAL - 3, BLOCK, "3 records behind a. Stop the writers"),
        (None, BLOCK, "Unknown is not zero"),
    ],
)
def test_the_lag_of_a_planned_failover(wal: int | None, level: Level, words: str) -> None:
    """It is 0, or nothing is demoted."""
    b = node("b", dr=streaming(last_remote_wal=wal))
    holds(seen(A_LIVES, b, context=PLANNED), Check.LOSS, level, words)
    mute = node("a", "primary", dr=None)
    holds(seen(mute, b, context=PLANNED), Check.LOSS, BLOCK, "not told")


@pytest.mark.parametrize(
    ("wal", "level", "words"),
    [
        (WAL, PASS, "nothing was missing. What a wrote in the 60 s after that is not known"),
        (WAL + 5, PASS, "nothing was missing"),
        (WAL - 40, WARN, "b lacks 40 records that a had at the last good look. What a wrote in"),
        (None, UNKNOWN, "cannot be compared with the last good look at a, 60 s ago"),
    ],
)
def test_what_an_emergency_loses(wal: int | None, level: Level, words: str) -> None:
    """Estimated from the last good sample, as records and as age; unknown is not zero."""
    b = node("b", dr=lost(last_remote_wal=wal))
    holds(seen(A_GONE, b, sample=sample()), Check.LOSS, level, words)
    holds(seen(node("a"), b, sample=sample(), context=DEMOTED), Check.LOSS, level, words)


def test_a_sample_that_says_little() -> None:
    """None at all, an old one, one of another primary, one without the target."""
    holds(seen(A_GONE, B), Check.LOSS, UNKNOWN, "not seen healthy within 30 days")
    old = sample(at_ms=T0 - 6 * MINUTE)
    holds(seen(A_GONE, B, sample=old), Check.LOSS, WARN, "wrote in the 6 min after that")
    for other in (sample(primary="c"), sample(primary="b"), sample(secondaries=())):
        holds(seen(A_GONE, B, sample=other), Check.LOSS, UNKNOWN, "cannot be compared")
    swapped = sample(primary="c")
    context = replace(UNPLANNED, source="a")
    told = seen(A_GONE, silent("c"), B, sample=swapped, context=context)
    assert verdict(told, Check.LOSS)[0] is UNKNOWN


def test_the_merkle_tree() -> None:
    """Corrupted blocks, and not told is not the same as sound."""
    for told, level in ((False, PASS), (True, BLOCK), (None, UNKNOWN)):
        for context in (UNPLANNED, PLANNED):
            b = node("b", dr=lost(corrupted_merkle_tree=told))
            assert verdict(seen(A_GONE, b, context=context), Check.MERKLE)[0] is level


@pytest.mark.parametrize(
    ("b", "unplanned", "planned", "words"),
    [
        ("1.17.2+ent", PASS, PASS, "1.17.2 everywhere that answers"),
        ("1.17.1+ent", BLOCK, BLOCK, "never replicates from newer to older"),
        ("1.17.10+ent", WARN, BLOCK, "newer than a: it cannot follow b until it is upgraded"),
        ("?", UNKNOWN, UNKNOWN, "cannot be compared"),
        (None, UNKNOWN, UNKNOWN, "cannot be compared"),
    ],
)
def test_versions(b: str | None, unplanned: Level, planned: Level, words: str) -> None:
    """Data flows from older to newer only; a silent source is known from the last sample."""
    target = node("b", version=b, dr=streaming())
    holds(seen(A_LIVES, target), Check.VERSIONS, unplanned, words)
    holds(seen(A_GONE, target, sample=sample()), Check.VERSIONS, unplanned, words)
    holds(seen(A_LIVES, target, context=PLANNED), Check.VERSIONS, planned, words)


def test_versions_of_the_others() -> None:
    """Who could not follow the target is named; who does not tell is no pass."""
    c = node("c", version="1.16.0")
    holds(seen(A_LIVES, B, c), Check.VERSIONS, WARN, "newer than c")
    mute = node("c", version=None)
    holds(seen(A_LIVES, B, mute), Check.VERSIONS, UNKNOWN, "c does not tell its version")
    holds(seen(A_GONE, B), Check.VERSIONS, UNKNOWN, "cannot be compared")


def test_only_one_promotion() -> None:
    """Another one in the log blocks, and no override lifts it."""
    assert verdict(CLEAR, Check.ALONE)[0] is PASS
    for context in (UNPLANNED, PLANNED):
        busy = replace(context, other_promotion="Runbook 77 on payments/c")
        told = seen(A_GONE, B, context=busy)
        holds(told, Check.ALONE, BLOCK, "Runbook 77 on payments/c promotes already")


C_BEHIND = node("c", dr=lost("c", last_remote_wal=WAL - 1))
C_AHEAD = node("c", dr=lost("c", last_remote_wal=WAL + 1))
C_MUTE = node("c", dr=lost("c", last_remote_wal=None))
C_THEN = replace(sample().secondaries[0], name="c", last_remote_wal=WAL + 1)


@pytest.mark.parametrize(
    ("others", "level", "words"),
    [
        pytest.param([], PASS, "no other secondary", id="none"),
        pytest.param([C_BEHIND], PASS, "c will need update-primary", id="one that has less"),
        pytest.param([C_AHEAD], WARN, "c has more of the data than b", id="one that has more"),
        pytest.param([C_MUTE], UNKNOWN, "c has more of the data than b is not", id="not told"),
        pytest.param([silent("c")], WARN, "c has more", id="silent, and had more"),
        pytest.param([silent("d")], UNKNOWN, "Whether d has more", id="silent, and never seen"),
        pytest.param([node("d", "disabled")], PASS, "no other", id="one without replication"),
    ],
)
def test_other_secondaries(others: list[Said], level: Level, words: str) -> None:
    """The one with the most data is to be promoted; the rest is re-pointed."""
    before = sample(secondaries=(*sample().secondaries, C_THEN))
    holds(seen(A_GONE, B, *others, sample=before), Check.SECONDARIES, level, words)


def test_secondaries_that_nobody_configured() -> None:
    """The primary knows more of them than Conclave does."""
    stranger = peer("connected", node_id="id-x")
    known = peer("connected", node_id="id-b")
    dr = replace(A_LIVES.view.dr, secondaries=(known, stranger))  # type: ignore[type-var]
    told = seen(node("a", "primary", dr=dr), B_STREAMS, context=PLANNED)
    holds(told, Check.SECONDARIES, WARN, "1 more secondaries than Conclave is configured for")


@pytest.mark.parametrize(
    ("skew", "level"), [(0, PASS), (-5000, PASS), (5001, WARN), (-9000, WARN), (None, UNKNOWN)]
)
def test_clocks(skew: int | None, level: Level) -> None:
    """Five seconds apart is no accident: a batch token ends by the target's clock."""
    b = node("b", dr=lost(primaries=(peer("disconnected", clock_skew_ms=skew),)))
    assert verdict(seen(A_GONE, b), Check.CLOCKS)[0] is level
    assert verdict(seen(A_GONE, node("b", dr=None)), Check.CLOCKS)[0] is UNKNOWN


@pytest.mark.parametrize(
    ("told", "level", "words"),
    [
        (None, UNKNOWN, "does not tell"),
        (Licence(terminated=False, ends_at=T0 + 90 * DAY), PASS, "another 90 days"),
        (Licence(ends_at=T0 + 90 * DAY), UNKNOWN, "is not told"),
        (Licence(terminated=False, ends_at=T0 + 3 * DAY), WARN, "ends in 3 days"),
        (Licence(terminated=False, ends_at=T0), WARN, "has ended"),
        (Licence(terminated=True), WARN, "has ended"),
    ],
)
def test_the_licence(told: Licence | None, level: Level, words: str) -> None:
    """One that ends within a week is said; it forbids nothing, since Vault still serves."""
    holds(seen(A_GONE, B, licence=told), Check.LICENCE, level, words)


@pytest.mark.parametrize(
    ("told", "level", "words"),
    [
        (None, UNKNOWN, "is not told"),
        (Performance(mode="disabled"), PASS, "none"),
        (Performance(mode="primary", secondaries=("eu", "us")), WARN, "eu, us must be pointed"),
        (Performance(mode="primary"), WARN, "its secondaries must be pointed"),
    ],
)
def test_performance_replication(told: Performance | None, level: Level, words: str) -> None:
    """The secondary of a performance primary becomes one, and whoever follows it must be told."""
    holds(seen(A_GONE, B, performance=told), Check.PERFORMANCE, level, words)


def test_performance_replication_as_last_seen() -> None:
    """A primary that is gone said so while it was there."""
    assert (
        verdict(seen(A_GONE, B, sample=sample(performance="disabled")), Check.PERFORMANCE)[0]
        is PASS
    )
    assert (
        verdict(seen(A_GONE, B, sample=sample(performance="primary")), Check.PERFORMANCE)[0] is WARN
    )


def test_fencing() -> None:
    """An old primary comes back as primary; a demoted one does not."""
    clients = ("DNS vault.example", "load balancer pool")
    told = seen(A_GONE, B, context=replace(UNPLANNED, clients=clients))
    holds(told, Check.FENCE, WARN, "Cut it off now: load balancer, DNS, firewall. Point at b: DNS")
    planned = seen(A_LIVES, B_STREAMS, context=replace(PLANNED, clients=clients))
    holds(planned, Check.FENCE, PASS, "a is demoted, so it takes no writes. Point at b: DNS")


@pytest.mark.parametrize(
    ("life", "unplanned", "planned", "words"),
    [
        (None, UNKNOWN, UNKNOWN, "none yet"),
        (TokenLife(held=False), UNKNOWN, UNKNOWN, "none yet"),
        (TokenLife(held=True, endless=True), UNKNOWN, UNKNOWN, "not tried at b yet"),
        (TokenLife(held=True, accepted=True), UNKNOWN, UNKNOWN, "when it ends is not known"),
        (TokenLife(held=True, accepted=True, endless=True), PASS, PASS, "b takes it."),
        (TokenLife(held=True, accepted=True, ends_at=T0 + HOUR), PASS, PASS, "another 60 min"),
        (TokenLife(held=True, accepted=True, ends_at=T0 + MINUTE), WARN, BLOCK, "ends in 60 s"),
        (TokenLife(held=True, ends_at=T0), BLOCK, BLOCK, "has ended"),
        (TokenLife(held=True, accepted=False, endless=True), BLOCK, BLOCK, "b refuses the token"),
    ],
)
def test_the_token(life: TokenLife | None, unplanned: Level, planned: Level, words: str) -> None:
    """Held, tried, and lasting longer than the whole thing takes."""
    for context, level in ((UNPLANNED, unplanned), (PLANNED, planned)):
        told = seen(A_GONE, B, context=replace(context, token=life))
        holds(told, Check.TOKEN, level, words)


def test_what_people_confirm() -> None:
    """The card says which of the two it is, and who does what."""
    holds(CLEAR, Check.CONFIRMATION, PASS, "Unplanned: b is promoted without its primary's word")
    planned = seen(A_LIVES, B_STREAMS, context=PLANNED)
    holds(planned, Check.CONFIRMATION, PASS, "Planned: a is demoted, then b promoted")
    assert planned.blocks == ()


@pytest.mark.parametrize(
    ("told", "more", "context", "source"),
    [
        pytest.param([A_GONE, B], {}, Context(), "a", id="the only other one"),
        pytest.param([A_LIVES, silent("c"), B], {}, Context(), "a", id="the one that answers"),
        pytest.param([A_GONE, silent("c"), B], {"sample": True}, Context(), "a", id="as sampled"),
        pytest.param([A_GONE, silent("c"), B], {}, Context(source="c"), "c", id="as named"),
        pytest.param([A_GONE, silent("c"), B], {}, Context(), "The old primary", id="unknown"),
    ],
)
def test_which_one_is_the_source(
    told: list[Said], more: dict[str, bool], context: Context, source: str
) -> None:
    """Named, or seen, or remembered; of several silent ones none is guessed."""
    remembered = {"sample": sample()} if more else {}
    words = verdict(seen(*told, context=context, **remembered), Check.FENCE)[1]
    assert words.startswith(f"{source} will come back")
