"""The evidence of the gate: what every node said, when, and what follows for a promotion."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.cards.kit import section
from bot.cards.phrases import code, cut, fitting, ours, second
from ceremonies.evidence import Check, Evidence, Finding, Level, NodeSeen

_SIGNS = {
    Level.BLOCK: ":no_entry: *blocks*",
    Level.WARN: ":warning: warning",
    Level.UNKNOWN: ":grey_question: not known",
    Level.PASS: ":white_check_mark: ok",
}
_ORDER = tuple(_SIGNS)
_CHECK = 60
# What is not known of these is told in its own words; the rest is listed by name.
_SPOKEN = (Check.PRIMARY, Check.TARGET, Check.CLUSTER_ID, Check.STATE, Check.LOSS)

# Who approves agrees to these in so many words, however well they stand.
_AGREED = (Check.LOSS, Check.CONFIRMATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """How much of the evidence is shown: a message of Slack holds only so much."""

    nodes: int
    findings: int
    words: int  # characters of one answer
    room: int  # characters of one block
    names: int  # characters of one line that lists checks by name


FULL = Detail(nodes=12, findings=9, words=300, room=2300, names=250)
SHORT = Detail(nodes=4, findings=3, words=80, room=500, names=90)


def findings(evidence: Evidence, detail: Detail = FULL, *, drill: bool = False) -> Block:
    """Return the gate's findings, what forbids a promotion first; a drill promotes nothing.

    Whatever is well stands in one line, and so does what is merely not told.
    """
    ranked = sorted(evidence.findings, key=lambda found: _ORDER.index(found.level))
    told = [found for found in ranked if _is_told(found)]
    lines = _shown(told, detail)
    left = len(told) - len(lines)
    if left:
        lines.append(f"… and {left} more")
    rest = [found for found in ranked if not _is_told(found)]
    lines += [
        _folded(level, rest, detail) for level in _ORDER if any(f.level is level for f in rest)
    ]
    name = "The gate, if this were no drill" if drill else "The gate"
    return section(f"*{name}* (asked {second(evidence.at)})\n" + "\n".join(lines))


def _shown(told: list[Finding], detail: Detail) -> list[str]:
    """Return as many lines as there is room for.

    What blocks is cut last, and before it what people agree to, however much warns besides.
    """
    lines = [_finding(found, detail) for found in told]
    first = [n for n, found in enumerate(told) if found.level is Level.BLOCK]
    first += [n for n, found in enumerate(told) if found.check in _AGREED]
    chosen = list(dict.fromkeys([*first, *range(len(told))]))[: detail.findings]
    kept = chosen[: fitting([lines[n] for n in chosen], detail.room)]
    return [lines[n] for n in sorted(kept)]


def _is_told(found: Finding) -> bool:
    """Whether its words are shown: they ask for something, or say what is confirmed."""
    if found.level is Level.UNKNOWN:
        return found.check in _SPOKEN
    return found.level is not Level.PASS or found.check in _AGREED


def _folded(level: Level, rest: list[Finding], detail: Detail) -> str:
    checks = ", ".join(cut(found.check, _CHECK) for found in rest if found.level is level)
    return f"{_SIGNS[level]}: {ours(checks, detail.names)}"


def _finding(found: Finding, detail: Detail) -> str:
    words = ours(found.words, detail.words)
    return f"{_SIGNS[found.level]} · {ours(found.check, _CHECK)}: {words}"


def after_promotion(set_name: str, evidence: Evidence) -> Block | None:
    """Return the alarm that another cluster answers as primary too, or None.

    The findings are about a promotion that is still to come; after it they would mislead.
    """
    others = [node for node in evidence.nodes if _is_other_primary(node, evidence.target)]
    if not others:
        return None
    shown = others[: SHORT.nodes]
    where = ", ".join(f"*{set_name}/{n.cluster}* {code(_short(n.node))}" for n in shown)
    return section(
        f":rotating_light: *Two primaries:* {where} answered as primary too "
        f"({second(evidence.at)}). Both take writes, and one side will be lost. Fence it off now."
    )


def nodes(evidence: Evidence, detail: Detail = FULL) -> Block | None:
    """Return each node's address, mode, answer and the time, the many shortened to numbers."""
    if not evidence.nodes:
        return None
    ranked = sorted(evidence.nodes, key=lambda node: _rank(node, evidence.target))
    told = [_node(node, detail) for node in ranked[: detail.nodes]]
    count = fitting(told, detail.room)
    lines = told[:count]
    left = Counter(_role(node) for node in ranked[count:])
    if left:
        rest = ", ".join(f"{many} {ours(said, _CHECK)}" for said, many in left.most_common(5))
        lines.append(f"… and {sum(left.values())} more: {rest}")
    return section(f"*Every node's answer* (asked {second(evidence.at)})\n" + "\n".join(lines))


def _is_other_primary(node: NodeSeen, target: str) -> bool:
    return node.answers and node.mode == "primary" and node.cluster != target


def _rank(node: NodeSeen, target: str) -> int:
    """What answers as primary elsewhere comes first, the target's own nodes next."""
    if _is_other_primary(node, target):
        return 0
    return 1 if node.cluster == target else 2


def _node(node: NodeSeen, detail: Detail) -> str:
    said = ours(_said(node), detail.words)
    return f"• *{ours(node.cluster, _CHECK)}* {code(_short(node.node))} · {said}"


def _short(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://")


def _role(node: NodeSeen) -> str:
    return node.mode if node.answers else "not reachable from here"


def _said(node: NodeSeen) -> str:
    if not node.answers:
        return f"not reachable from here ({node.answer.rstrip('.')})"
    words = [node.mode]
    if node.active is not None:
        words.append("active" if node.active else "standby")
    if node.sealed:
        words.append("sealed")
    problem = node.answer.rstrip(".")
    if problem and problem not in words:
        words.append(problem)
    return ", ".join(words)
