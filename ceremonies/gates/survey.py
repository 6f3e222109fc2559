"""What a promotion is judged by: what every cluster said, what was seen before, what is planned."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.evidence import NodeSeen
from ceremonies.samples import Sample
from ceremonies.vault.views import ClusterView, NodeView, Reach

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """What another replica saw from where it runs, at `at` (ms).

    `primaries` are the clusters that answered it as primary, `silent` those of which no node
    answered it.
    """

    replica: str
    at: int
    primaries: tuple[str, ...]
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Autopilot:
    """`sys/storage/raft/autopilot/state` of the target; None: not told."""

    healthy: bool | None
    failure_tolerance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Everything that was seen for one judgement, at `at` (ms)."""

    at: int
    views: tuple[ClusterView, ...]
    sample: Sample | None = None
    vantages: tuple[Vantage, ...] = ()
    autopilot: Autopilot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLife:
    """The token that will do it. None: not known.

    `held` says whether we have it, `accepted` whether the target let it in when it was tried,
    `ends_at` (ms) when it ends. `endless`: a DR operation token, which does not end by itself.
    """

    held: bool
    accepted: bool | None = None
    ends_at: int | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is to be done.

    `source` is the cluster that is, or last was, primary; empty where nobody named one.
    `demoted`: a planned failover has demoted it already. `other_promotion` names another
    ceremony or runbook of this set that promotes. `clients` is what has to be pointed elsewhere.
    `needs_ms` is how long the token must still last.
    """

    planned: bool = False
    source: str = ""
    demoted: bool = False
    other_promotion: str = ""
    token: TokenLife | None = None
    clients: tuple[str, ...] = ()
    needs_ms: int = 15 * MINUTE_MS


def nodes_seen(views: tuple[ClusterView, ...]) -> tuple[NodeSeen, ...]:
    """Return a short row for each node, as it stands on cards and in the log."""
    return tuple(_node_seen(view.name, node) for view in views for node in view.nodes)


def _node_seen(cluster: str, node: NodeView) -> NodeSeen:
    return NodeSeen(
        cluster=cluster,
        node=node.address,
        answers=node.reached in (Reach.ANSWERED, Reach.SEALED),
        mode=node.mode.value,
        cluster_id=node.cluster_id,
        active=node.active,
        sealed=node.sealed,
        answer=node.problem or node.mode.value,
    )


def agreed_id(nodes: tuple[NodeSeen, ...]) -> str:
    """Return the cluster id on which a primary and a secondary of this set agree, or nothing.

    That is a healthy pair, so the id is the set's: it becomes the one that is last seen. One side
    alone proves nothing; a cluster that was set up anew would teach us its own.
    """
    primary = {n.cluster_id for n in nodes if n.answers and n.mode == "primary" and n.cluster_id}
    secondary = {n.cluster_id for n in nodes if n.answers and n.mode == "secondary"}
    both = primary & secondary
    return both.pop() or "" if len(primary) == 1 and both else ""
