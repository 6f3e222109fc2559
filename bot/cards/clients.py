"""What the clients of a set are to be told once another cluster is its primary: ready to copy."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.cards.phrases import cut, escape
from ceremonies.events import Action
from ceremonies.evidence import LEFT_BEHIND
from ceremonies.runbook import Runbook, StepState
from ceremonies.topology import ReplicationSet

_ADDRESSES = 5
_ADDRESS = 120  # letters of one address


def notification(set_name: str, r: Runbook, rules: ReplicationSet) -> str:
    """Return the text, as a block to copy; nothing before the promotion was seen done.

    It is made to be sent elsewhere, where Slack's dates are not understood: its time is in UTC.
    """
    step = r.of(Action.PROMOTE)
    if step is None or step.state is not StepState.DONE:
        return ""
    at = datetime.fromtimestamp(step.done_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    lines = [
        f"Vault of {set_name}: cluster {r.target} serves since {at}.",
        *_addresses(rules, r.target),
        f"Do not use cluster {r.source} any more." if r.source else "",
        "Your tokens and leases go on there. Whoever is refused: log in again.",
        _kept(r, step.done_at),
    ]
    words = escape("\n".join(line for line in lines if line)).replace("`", "'")
    return f"*For the clients, to copy:*\n```{words}```"


def _addresses(rules: ReplicationSet, name: str) -> list[str]:
    """Return the line with where the new primary is reached, as far as it is configured."""
    cluster = rules.cluster(name)
    nodes = [cut(node, _ADDRESS) for node in cluster.nodes[:_ADDRESSES]] if cluster else []
    return [f"Its nodes: {', '.join(nodes)}"] if nodes else []


def _kept(r: Runbook, at: int) -> str:
    """Return what became of writes: in order, both sides held the same; else nobody knows.

    A demotion of which people said that it is done, nobody saw done. And the old primary may have
    taken something in between the last look and its demotion.
    """
    demoted, promoted = r.of(Action.DEMOTE), r.of(Action.PROMOTE)
    agreed = promoted.request.evidence.findings if promoted and promoted.request else ()
    if any(found.cause == LEFT_BEHIND for found in agreed):
        return "What you wrote last before the move may be missing: look, and write it again."
    was_seen = demoted is not None and demoted.state is StepState.DONE and not demoted.done_by
    if demoted is not None and was_seen and demoted.done_at <= at:
        return "It was moved in order: what was written before is there."
    return "What you wrote last before the outage may be missing: look, and write it again."
