"""What the nodes of the set payments may answer, and what the gate makes of it."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.evidence import Evidence, NodeSeen
from ceremonies.gates import judge

T0 = 1_780_000_000_000
CLUSTER_ID = "c0ffee00-1111-2222-3333-444455556666"


def node(cluster: str, mode: str = "secondary", **changes: object) -> NodeSeen:
    """Return what the cluster's first node answers."""
    answer = NodeSeen(
        cluster=cluster,
        node=f"https://vault-{cluster}1.example:8200",
        answers=True,
        mode=mode,
        cluster_id=CLUSTER_ID,
        active=True,
        sealed=False,
        answer=mode,
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def silent(cluster: str) -> NodeSeen:
    """Return a node that cannot be reached from here."""
    return node(
        cluster, "unknown", answers=False, cluster_id=None, active=None, sealed=None, answer="-"
    )


def seen(*nodes: NodeSeen, target: str = "b", known: str = CLUSTER_ID, at: int = T0) -> Evidence:
    """Return these answers, judged for a promotion of `target`."""
    return judge(nodes, at=at, target=target, known_cluster_id=known)


CLEAR = seen(silent("a"), node("b"))
LIVE_PRIMARY = seen(node("a", "primary"), node("b"))
NOT_SECONDARY = seen(silent("a"), node("b", "primary"))
STRANGER = seen(silent("a"), node("b", cluster_id="another"))
