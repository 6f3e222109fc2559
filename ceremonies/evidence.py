"""What the clusters said, as a value: shown on cards, copied into the log, judged by the gates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a gate's finding stands. `UNKNOWN` is an answer of its own, never a pass."""

    PASS = "pass"  # noqa: S105 — a finding, not a password
    WARN = "warn"
    BLOCK = "block"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeen:
    """What one node answered, or why it did not. `answer` is one short sentence for a card."""

    cluster: str
    node: str
    answers: bool
    mode: str
    cluster_id: str | None
    active: bool | None
    sealed: bool | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the gate's table."""

    check: str
    level: Level
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All nodes of all clusters of the set as seen at `at` (ms), judged for `target`."""

    at: int
    target: str
    target_mode: str
    target_cluster_id: str | None
    nodes: tuple[NodeSeen, ...]
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """The findings that forbid a promotion."""
        return tuple(found for found in self.findings if found.level is Level.BLOCK)

    @property
    def primaries(self) -> tuple[str, ...]:
        """Clusters of which at least one node answers as primary."""
        return tuple(dict.fromkeys(n.cluster for n in self.nodes if n.mode == "primary"))

    @property
    def unsaid(self) -> tuple[NodeSeen, ...]:
        """Nodes of other clusters that do not say what they are: silent, or without a mode.

        One of them may be a primary; nobody can tell from here.
        """
        others = [node for node in self.nodes if node.cluster != self.target]
        return tuple(node for node in others if not node.answers or node.mode == "unknown")


def worsened(shown: Evidence, seen: Evidence) -> bool:
    """Return whether `seen` would have made a careful person hesitate who agreed to `shown`."""
    fresh = {(found.check, found.words) for found in seen.blocks}
    agreed = {(found.check, found.words) for found in shown.blocks}
    if fresh - agreed or seen.target_cluster_id != shown.target_cluster_id:
        return True
    return bool(fallen_silent(shown, seen))


def fallen_silent(shown: Evidence, seen: Evidence) -> tuple[NodeSeen, ...]:
    """Return the nodes of other clusters that were no primary in `shown` and may be one in `seen`.

    Compared are nodes and not words, so that an order, or a list that shrinks, worsens nothing.
    """
    doubtful = {(node.cluster, node.node) for node in shown.unsaid}
    doubtful |= {(node.cluster, node.node) for node in shown.nodes if node.mode == "primary"}
    return tuple(node for node in seen.unsaid if (node.cluster, node.node) not in doubtful)


def could_start(evidence: Evidence) -> list[str]:
    """Return the clusters that answered as secondary; if none, those not known to be primary."""
    asked = list(dict.fromkeys(node.cluster for node in evidence.nodes))
    secondaries = {node.cluster for node in evidence.nodes if node.mode == "secondary"}
    others = set(asked) - set(evidence.primaries)
    return [name for name in asked if name in (secondaries or others or asked)]
