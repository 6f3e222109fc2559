"""The gates on data, versions, others, clocks, token, people: every level of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import Check, Level, worsened
from ceremonies.vault.readings import Licence
from tests.ceremonies.gates.verdicts import (
    A_GONE,
    A_LIVES,
    B_STREAMS,
    BLOCK,
    DAY,
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
    PLANNED,
    T0,
    UNPLANNED,
    WAL,
    Said,
    leading,
    lost,
    node,
    peer,
    sample,
    seen,
    silent,
    streaming,
)


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
    ("root", "before", "after"),
    [
        ("ab12", PASS, PASS),
        ("cd34", BLOCK, WARN),
        (None, PASS, PASS),
    ],
    ids=["the same", "another", "not told"],
)
def test_lag_zero_is_not_yet_the_same_data(root: str | None, before: Level, after: Level) -> None:
    """Where both tell their merkle root: before the demotion, and when it is done once more."""
    a = node("a", "primary", dr=leading(merkle_root="ab12"))
    told = seen(a, node("b", dr=streaming(merkle_root=root)), context=PLANNED)
    assert verdict(told, Check.LOSS)[0] is before
    demoted = node("a", dr=lost("a", state="idle", primaries=(), merkle_root="ab12"))
    b = node("b", dr=lost(merkle_root=root))
    then = seen(demoted, b, sample=sample(), context=DEMOTED)
    assert verdict(then, Check.LOSS)[0] is after
    assert worsened(told, then) is (before is PASS and after is WARN)


def test_what_the_old_primary_wrote_last_of_all() -> None:
    """Agreed to with lag 0, then it is on the demoted one alone: people are asked once more."""
    a = node("a", "primary", dr=leading(merkle_root="ab12"))
    agreed = seen(a, node("b", dr=streaming(merkle_root="ab12")), context=PLANNED)
    demoted = node("a", dr=lost("a", state="idle", primaries=(), merkle_root="ff00"))
    b = node("b", dr=lost(merkle_root="ab12"))
    then = seen(demoted, b, sample=sample(), context=DEMOTED)
    holds(then, Check.LOSS, WARN, "It is on a alone, and is lost once that follows b")
    assert worsened(agreed, then)
    assert not worsened(then, then), "who agrees to that has agreed to it"


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


def test_an_id_that_nobody_uses_is_no_secondary() -> None:
    """The primary knows every id that it ever gave out; only those that it hears of count."""
    known = peer("connected", node_id="id-b")
    dr = replace(  # type: ignore[type-var]
        A_LIVES.view.dr, secondaries=(known,), known_secondaries=("id-b", "given-out")
    )
    told = seen(node("a", "primary", dr=dr), B_STREAMS, context=PLANNED)
    holds(told, Check.SECONDARIES, PASS, "There is no other secondary")


def test_a_standby_s_wal_is_not_believed() -> None:
    """Only the active node of a secondary tells how far it is."""
    standby = node("b", number=2, dr=streaming(last_remote_wal=WAL - 500))
    holds(seen(A_LIVES, B_STREAMS, standby, context=PLANNED), Check.LOSS, PASS, "Lag 0")
    alone = node("b", active=False, dr=streaming())
    holds(seen(A_LIVES, alone, context=PLANNED), Check.LOSS, BLOCK, "not told")


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
    b = node("b", licence=told)
    holds(seen(A_GONE, b), Check.LICENCE, level, words)
    mute = node("b", number=2)
    holds(seen(A_GONE, b, mute), Check.LICENCE, UNKNOWN if level is PASS else level, "licence")
    good = node("b", number=2, licence=Licence(terminated=False, ends_at=T0 + 90 * DAY))
    assert verdict(seen(A_GONE, b, good), Check.LICENCE)[0] is level
