"""The evidence of the gate: what every node said, when, and what follows for a promotion."""

from __future__ import annotations

from collections import Counter

from slack_sdk.models.blocks import Block

from bot.cards.kit import section
from bot.cards.phrases import code, ours, second
from ceremonies.evidence import Evidence, Finding, Level, NodeSeen

_SIGNS = {
    Level.BLOCK: ":no_entry: *blocks*",
    Level.WARN: ":warning: warning",
    Level.UNKNOWN: ":grey_question: not known",
    Level.PASS: ":white_check_mark: ok",
}
_ORDER = tuple(_SIGNS)
_NODES = 12
_FINDINGS = 8
_WORDS = 240


def findings(evidence: Evidence) -> Block:
    """Return the gate's findings, what forbids a promotion first."""
    ranked = sorted(evidence.findings, key=lambda found: _ORDER.index(found.level))
    lines = [_finding(found) for found in ranked[:_FINDINGS]]
    left = len(ranked) - len(lines)
    if left:
        lines.append(f"… and {left} more")
    return section(f"*The gate* (asked {second(evidence.at)})\n" + "\n".join(lines))


def _finding(found: Finding) -> str:
    return f"{_SIGNS[found.level]} · {found.check}: {ours(found.words, _WORDS)}"


def after_promotion(set_name: str, evidence: Evidence) -> Block | None:
    """Return the alarm that another cluster answers as primary too, or None.

    The findings are about a promotion that is still to come; after it they would mislead.
    """
    others = [n for n in evidence.nodes if n.mode == "primary" and n.cluster != evidence.target]
    if not others:
        return None
    where = ", ".join(f"*{set_name}/{n.cluster}* {code(_short(n.node))}" for n in others[:_NODES])
    return section(
        f":rotating_light: *Two primaries:* {where} answered as primary too "
        f"({second(evidence.at)}). Both take writes, and one side will be lost. Fence it off now."
    )


def nodes(evidence: Evidence) -> Block | None:
    """Return each node's address, mode, answer and the time, the many shortened to numbers."""
    if not evidence.nodes:
        return None
    ranked = sorted(evidence.nodes, key=lambda node: _rank(node, evidence.target))
    shown = ranked[:_NODES]
    kept = [node for node in evidence.nodes if node in shown]
    lines = [_node(node) for node in kept]
    left = Counter(_said(node) for node in ranked[_NODES:])
    if left:
        rest = ", ".join(f"{count} {ours(said, 60)}" for said, count in left.most_common(5))
        lines.append(f"… and {sum(left.values())} more: {rest}")
    return section(f"*Every node's answer* (asked {second(evidence.at)})\n" + "\n".join(lines))


def _rank(node: NodeSeen, target: str) -> int:
    """A node that answers as primary elsewhere is never left out."""
    if node.mode == "primary" and node.cluster != target:
        return 0
    return 1 if node.cluster == target else 2


def _node(node: NodeSeen) -> str:
    return f"• *{node.cluster}* {code(_short(node.node))} · {ours(_said(node), _WORDS)}"


def _short(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://")


def _said(node: NodeSeen) -> str:
    if not node.answers:
        return f"not reachable from here ({node.answer.rstrip('.')})"
    words = [node.mode]
    if node.active is not None:
        words.append("active" if node.active else "standby")
    if node.sealed:
        words.append("sealed")
    if node.answer and node.answer != node.mode:
        words.append(node.answer.rstrip("."))
    return ", ".join(words)
