"""What the gates say, and what the clusters said before: words for their tests."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.evidence import Check, Evidence, Level
from tests.ceremonies.sights import (
    PLANNED,
    node,
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
