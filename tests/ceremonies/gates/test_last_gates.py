"""The gates on the token, on people, on fencing: every level of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import Check, Level
from ceremonies.gates import (
    Context,
    TokenLife,
)
from ceremonies.vault.readings import PerformanceStatus
from tests.ceremonies.gates.verdicts import (
    A_GONE,
    A_LIVES,
    B_STREAMS,
    BLOCK,
    HOUR,
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
    Said,
    node,
    sample,
    seen,
    silent,
)


@pytest.mark.parametrize(
    ("mode", "told", "level", "words"),
    [
        (None, None, UNKNOWN, "is not told"),
        ("disabled", None, PASS, "none"),
        ("primary", ("eu", "us"), WARN, "eu, us must be pointed"),
        ("primary", None, WARN, "its secondaries must be pointed"),
    ],
)
def test_performance_replication(
    mode: str | None, told: tuple[str, ...] | None, level: Level, words: str
) -> None:
    """The secondary of a performance primary becomes one, and whoever follows it must be told."""
    status = PerformanceStatus(mode="primary", secondaries=told) if told else None
    a = node("a", "primary", performance_mode=mode, performance=status)
    holds(seen(a, B_STREAMS), Check.PERFORMANCE, level, words)


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
        (TokenLife(held=True, endless=True), UNKNOWN, UNKNOWN, "whether b takes it is not told"),
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
