"""What makes an agreement void, and which blocks an override lifts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import (
    Check,
    Evidence,
    Finding,
    Level,
    Override,
    standing_blocks,
    worsened,
)
from ceremonies.gates import Context, TokenLife
from tests.ceremonies.sights import (
    CLEAR,
    LIVE_PRIMARY,
    NOT_SECONDARY,
    PLANNED,
    STRANGER,
    T0,
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

DEMOTED = seen(node("a", "secondary"), node("b"))
HEARS = seen(silent("a"), node("b", dr=streaming()))
CORRUPTED = seen(silent("a"), node("b", dr=lost(corrupted_merkle_tree=True)))


@pytest.mark.parametrize(
    ("shown", "now", "worse"),
    [
        pytest.param(CLEAR, CLEAR, False, id="nothing changed"),
        pytest.param(CLEAR, LIVE_PRIMARY, True, id="the old primary woke up"),
        pytest.param(CLEAR, NOT_SECONDARY, True, id="the target is no secondary any more"),
        pytest.param(CLEAR, STRANGER, True, id="the target carries another cluster id"),
        pytest.param(CLEAR, seen(silent("a"), silent("b")), True, id="the target fell silent"),
        pytest.param(CLEAR, HEARS, True, id="the target hears its primary again"),
        pytest.param(CLEAR, CORRUPTED, True, id="the target's data turned out to be unsound"),
        pytest.param(HEARS, LIVE_PRIMARY, True, id="it blocks as before, for another cause"),
        pytest.param(LIVE_PRIMARY, CLEAR, False, id="the old primary is not reachable any more"),
        pytest.param(CLEAR, DEMOTED, False, id="the other is a secondary"),
        pytest.param(DEMOTED, CLEAR, True, id="the demoted one fell silent"),
        pytest.param(
            seen(silent("a"), node("b", dr=streaming(primaries=(peer("disconnected"),)))),
            seen(silent("a"), node("b", dr=lost(state="merkle-sync"))),
            True,
            id="it was in step and synchronises now",
        ),
        pytest.param(
            CLEAR,
            seen(silent("a"), node("b"), node("b", number=2), sealed("b", 3)),
            False,
            id="a standby sealed itself",
        ),
        pytest.param(CLEAR, replace(CLEAR, at=T0 + 1), False, id="only later"),
    ],
)
def test_what_makes_an_approval_void(shown: Evidence, now: Evidence, *, worse: bool) -> None:
    """Whoever agreed to what was shown has not agreed to something worse."""
    assert worsened(shown, now) is worse


@pytest.mark.parametrize("minutes", [1, 6, 600])
def test_time_alone_makes_nothing_void(minutes: int) -> None:
    """Ages and counts move in the words; checks and causes stay."""
    then = seen(silent("a"), node("b"), sample=sample())
    now = seen(silent("a"), node("b"), sample=sample(), at=T0 + minutes * 60_000)
    assert then.findings != now.findings
    assert not worsened(then, now)


def test_a_lag_that_moves_makes_nothing_void() -> None:
    """It blocks before and after, for the same cause."""
    a = node("a", "primary")
    three, nine = (
        seen(a, node("b", dr=streaming(last_remote_wal=9000 - n)), context=PLANNED) for n in (3, 9)
    )
    assert three.blocks != nine.blocks
    assert three.causes == nine.causes == {(Check.LOSS, "behind")}
    assert not worsened(three, nine)


def test_evidence_of_an_older_version_is_compared() -> None:
    """It lacks checks: what blocks now was not agreed to, the rest does not matter."""
    old = Finding(check=Check.PRIMARY, level=Level.WARN, words="Not reachable from here: a.")
    shown = replace(CLEAR, findings=(old,))
    assert not worsened(shown, CLEAR)
    assert worsened(shown, CORRUPTED)


@pytest.mark.parametrize(
    ("told", "worse"),
    [
        pytest.param([node("a"), node("b")], False, id="it says so"),
        pytest.param([silent("a"), node("b")], False, id="it restarts"),
        pytest.param([silent("a"), node("b", dr=streaming())], False, id="b has not noticed"),
        pytest.param([node("a"), node("b", dr=streaming())], False, id="b has not noticed yet"),
        pytest.param([node("a", "primary"), node("b")], True, id="it is primary after all"),
        pytest.param([node("a"), silent("b")], True, id="the target fell silent"),
    ],
)
def test_a_demotion_makes_no_agreement_void(told: list[Said], *, worse: bool) -> None:
    """Between demotion and promotion nobody is primary: what was agreed must not fall for that."""
    shown = seen(node("a", "primary"), node("b", dr=streaming()), context=PLANNED)
    now = seen(*told, context=replace(PLANNED, demoted=True), sample=sample())
    assert not shown.blocks
    assert worsened(shown, now) is worse
    assert bool(now.blocks) is worse


def lifted(evidence: Evidence) -> list[Override]:
    """Return an override of everything that blocks."""
    return [
        Override(check=found.check, cause=found.cause, words="a is dead, I stood before it")
        for found in evidence.blocks
    ]


@pytest.mark.parametrize(
    ("evidence", "stands"),
    [
        pytest.param(LIVE_PRIMARY, [], id="a primary that answers"),
        pytest.param(HEARS, [], id="a primary that the target still hears"),
        pytest.param(CORRUPTED, [], id="a corrupted merkle tree"),
        pytest.param(
            seen(silent("a"), node("b"), sealed("b", 2), sealed("b", 3)),
            [],
            id="no majority of unsealed nodes",
        ),
        pytest.param(
            seen(silent("a"), node("b", version="1.16.9"), sample=sample()), [], id="an older one"
        ),
        pytest.param(
            seen(silent("a"), node("b"), context=Context(token=TokenLife(held=True, ends_at=T0))),
            [],
            id="a token that has ended",
        ),
        pytest.param(NOT_SECONDARY, [Check.TARGET], id="no secondary"),
        pytest.param(STRANGER, [Check.CLUSTER_ID], id="another cluster"),
        pytest.param(
            seen(node("a", "primary"), node("c", "primary"), node("b")),
            [Check.PRIMARY],
            id="two primaries",
        ),
        pytest.param(
            seen(silent("a"), node("b"), context=Context(other_promotion="Runbook 77 on c")),
            [Check.ALONE],
            id="another promotion runs",
        ),
        pytest.param(
            seen(
                node("a", "primary"),
                node("b", dr=streaming(last_remote_wal=1)),
                context=PLANNED,
            ),
            [Check.LOSS],
            id="lag in a planned failover",
        ),
    ],
)
def test_what_an_override_lifts(evidence: Evidence, stands: list[Check]) -> None:
    """docs/decisions/gates.md has the table; without an override every block stands."""
    assert standing_blocks(evidence, ()) == evidence.blocks != ()
    assert [found.check for found in standing_blocks(evidence, lifted(evidence))] == stands


def test_an_override_is_for_its_cause_only() -> None:
    """Who agreed to a primary that cannot be reached has not agreed to one that answers."""
    agreed = lifted(HEARS)
    assert standing_blocks(HEARS, agreed) == ()
    assert [found.check for found in standing_blocks(LIVE_PRIMARY, agreed)] == [Check.PRIMARY]
    assert [found.check for found in standing_blocks(CORRUPTED, agreed)] == [Check.MERKLE]
