"""What the nodes of the set payments may answer, and what the gates make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ceremonies.evidence import Evidence
from ceremonies.gates import Context, Survey, judge
from ceremonies.samples import Sample, sample_of
from ceremonies.vault import ClusterView, DrStatus, Mode, NodeView, Peer, Reach

T0 = 1_780_000_000_000
CLUSTER_ID = "c0ffee00-1111-2222-3333-444455556666"
VERSION = "1.17.2+ent"
WAL = 9000

UNPLANNED = Context(source="a")
PLANNED = Context(planned=True, source="a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one node of a cluster says."""

    cluster: str
    view: NodeView


def node(cluster: str, mode: str = "secondary", *, number: int = 1, **changes: object) -> Said:
    """Return what a cluster's node answers; the first one leads."""
    view = NodeView(
        address=f"https://vault-{cluster}{number}.example:8200",
        reached=Reach.ANSWERED,
        active=number == 1,
        sealed=False,
        initialised=True,
        mode=Mode(mode),
        cluster_id=CLUSTER_ID,
        version=VERSION,
        dr=_dr(cluster, mode),
    )
    return Said(cluster=cluster, view=replace(view, **changes))  # type: ignore[arg-type]


def _dr(cluster: str, mode: str) -> DrStatus:
    match mode:
        case "primary":
            return leading()
        case "secondary":
            return lost(cluster)
        case _:
            return DrStatus(mode=Mode(mode))


def peer(connection: str | None, **changes: Any) -> Peer:  # noqa: ANN401 — any field of a peer
    """Return the other side of a link, heard a second ago."""
    fresh = Peer(
        node_id=None,
        api_address="https://vault-a1.example:8200",
        cluster_address="https://vault-a1.example:8201",
        connection_status=connection,
        last_heartbeat=None,
        clock_skew_ms=3,
        canary_age_ms=1000,
    )
    return replace(fresh, **changes)


def leading(**changes: Any) -> DrStatus:  # noqa: ANN401 — any field of a status
    """Return what a primary says that counts `b` as connected."""
    follower = replace(peer("connected"), node_id="id-b")
    well = DrStatus(mode=Mode.PRIMARY, state="running", last_dr_wal=WAL, secondaries=(follower,))
    return replace(well, **changes)


def streaming(cluster: str = "b", **changes: Any) -> DrStatus:  # noqa: ANN401 — as above
    """Return what a secondary in step says of its replication."""
    in_step = DrStatus(
        mode=Mode.SECONDARY,
        state="stream-wals",
        connection_state="ready",
        last_remote_wal=WAL,
        corrupted_merkle_tree=False,
        secondary_id=f"id-{cluster}",
        primaries=(peer("connected"),),
    )
    return replace(in_step, **changes)


def lost(cluster: str = "b", **changes: Any) -> DrStatus:  # noqa: ANN401 — as above
    """Return what a secondary says that has lost its primary."""
    away = streaming(
        cluster,
        state="idle",
        connection_state="transient_failure",
        primaries=(peer("disconnected", canary_age_ms=95_000),),
    )
    return replace(away, **changes)


def silent(cluster: str, number: int = 1) -> Said:
    """Return a node that cannot be reached from here."""
    address = f"https://vault-{cluster}{number}.example:8200"
    view = NodeView(address=address, reached=Reach.REFUSED, problem="-")
    return Said(cluster=cluster, view=view)


def sealed(cluster: str, number: int = 1) -> Said:
    """Return a node that answers, but only that it is sealed."""
    address = f"https://vault-{cluster}{number}.example:8200"
    view = NodeView(
        address=address, reached=Reach.SEALED, sealed=True, initialised=True, problem="sealed"
    )
    return Said(cluster=cluster, view=view)


def sample(**changes: Any) -> Sample:  # noqa: ANN401 — any field of a sample
    """Return what was seen a minute ago, when `b` was in step with `a`."""
    views = clusters([node("a", "primary"), node("b", dr=streaming())])
    found = sample_from(views)
    return replace(found, **changes)


def sample_from(views: Iterable[ClusterView]) -> Sample:
    """Return the sample of these views, taken a minute ago."""
    found = sample_of(views, at=T0 - 60_000)
    assert found is not None
    return found


def clusters(told: Iterable[Said]) -> tuple[ClusterView, ...]:
    """Return the views of the clusters whose nodes these are."""
    nodes: dict[str, list[NodeView]] = {}
    for one in told:
        nodes.setdefault(one.cluster, []).append(one.view)
    return tuple(
        ClusterView(name=name, at=T0 / 1000, nodes=tuple(views)) for name, views in nodes.items()
    )


def seen(
    *told: Said,
    target: str = "b",
    known: str = CLUSTER_ID,
    at: int = T0,
    context: Context = UNPLANNED,
    **more: Any,  # noqa: ANN401 — what else a survey holds
) -> Evidence:
    """Return these answers, judged for a promotion of `target`."""
    survey = Survey(at=at, views=clusters(told), **more)
    return judge(survey, target=target, known_cluster_id=known, context=context)


CLEAR = seen(silent("a"), node("b"))
LIVE_PRIMARY = seen(node("a", "primary"), node("b", dr=streaming()))
NOT_SECONDARY = seen(silent("a"), node("b", "primary"))
STRANGER = seen(silent("a"), node("b", cluster_id="another"))
