"""What the clusters said, as a value: shown on cards, copied into the log, judged by the gates.

A finding is told apart by its check, and what it rests on by its cause. Both stay the same while
numbers in the words move, so agreements and overrides hold on to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a gate's finding stands. `UNKNOWN` is an answer of its own, never a pass."""

    PASS = "pass"  # noqa: S105 — a finding, not a password
    WARN = "warn"
    BLOCK = "block"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """What the gates look at, by the name that stands on the card."""

    PRIMARY = "no other primary"
    TARGET = "target is a secondary"
    CLUSTER_ID = "cluster id"
    QUORUM = "nodes unsealed"
    STATE = "replication state"
    LOSS = "data loss"
    MERKLE = "merkle tree"
    VERSIONS = "versions"
    SEAL = "Vault seal"
    ALONE = "only one promotion"
    SECONDARIES = "other secondaries"
    CLOCKS = "clocks"
    LICENCE = "licence"
    PERFORMANCE = "performance replication"
    FENCE = "fencing"
    TOKEN = "token"  # noqa: S105 — a check, not a token
    CONFIRMATION = "confirmation"


# The cause of a finding: a demoted primary has what the cluster to be promoted lacks.
LEFT_BEHIND = "left-behind"

# An attempt to make a token changes no role: only these forbid its start.
BEFORE_ATTEMPT = (Check.TARGET, Check.CLUSTER_ID)


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
    """One line of the gate's table.

    `cause` says in a stable word what it rests on, such as `answers:a`; it holds no number that
    moves. `final`: no override lifts this block.
    """

    check: str
    level: Level
    words: str
    cause: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """People agreed to go on in spite of one block, for the cause that they were shown."""

    check: str
    cause: str = ""
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
    def causes(self) -> frozenset[tuple[str, str]]:
        """What blocks, and for which cause: the same while numbers in the words move."""
        return frozenset((found.check, found.cause) for found in self.blocks)

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
    """Return whether `seen` would have made a careful person hesitate who agreed to `shown`.

    So it is where another cluster id is told, where something blocks that did not, or blocks for
    another cause, where the target is found out of step or lacks what a demoted primary has, and
    where a node fell silent.
    """
    if seen.target_cluster_id != shown.target_cluster_id:
        return True
    before = {found.check: found for found in shown.findings}
    if any(_is_worse(before.get(found.check), found) for found in seen.findings):
        return True
    return bool(fallen_silent(shown, seen))


def _is_worse(was: Finding | None, now: Finding) -> bool:
    if now.level is Level.BLOCK:
        return was is None or was.level is not Level.BLOCK or was.cause != now.cause
    if now.level is not Level.WARN or was is None or was.level is not Level.PASS:
        return False
    return now.check == Check.STATE or now.cause == LEFT_BEHIND


def fallen_silent(shown: Evidence, seen: Evidence) -> tuple[NodeSeen, ...]:
    """Return the nodes of other clusters that were no primary in `shown` and may be one in `seen`.

    Compared are nodes and not words, so that an order, or a list that shrinks, worsens nothing.
    """
    doubtful = {(node.cluster, node.node) for node in shown.unsaid}
    doubtful |= {(node.cluster, node.node) for node in shown.nodes if node.mode == "primary"}
    return tuple(node for node in seen.unsaid if (node.cluster, node.node) not in doubtful)


def standing_blocks(evidence: Evidence, overrides: Iterable[Override]) -> tuple[Finding, ...]:
    """Return the blocks that no override lifts: the final ones, and those nobody agreed to.

    An override lifts its check's block for its own cause only. Whether enough people agreed to
    an override is not asked here.
    """
    lifted = {(one.check, one.cause) for one in overrides}
    return tuple(
        found
        for found in evidence.blocks
        if found.final or (found.check, found.cause) not in lifted
    )


def could_start(evidence: Evidence) -> list[str]:
    """Return the clusters that answered as secondary; if none, those not known to be primary."""
    asked = list(dict.fromkeys(node.cluster for node in evidence.nodes))
    secondaries = {node.cluster for node in evidence.nodes if node.mode == "secondary"}
    others = set(asked) - set(evidence.primaries)
    return [name for name in asked if name in (secondaries or others or asked)]
