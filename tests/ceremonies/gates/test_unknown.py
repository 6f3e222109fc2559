"""Whatever is left unsaid, the gates answer; and saying less never makes anything look better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ceremonies.events import PromotionBlocked, from_plain, to_plain
from ceremonies.evidence import Check, Evidence, Level
from ceremonies.gates import Context, Survey, TokenLife, judge
from ceremonies.samples import Sample, Streamed
from ceremonies.vault import ClusterView, DrStatus, Mode, NodeView, Peer, Reach
from ceremonies.vault.readings import Licence
from tests.ceremonies.sights import CLUSTER_ID, T0

NUMBERS = st.none() | st.sampled_from((-9000, 0, 3, 9000, 9001, 60_000))
STATES = st.none() | st.sampled_from(("stream-wals", "idle", "merkle-sync", "transient_failure"))
CONNECTIONS = st.none() | st.sampled_from(("connected", "disconnected"))
MODES = st.sampled_from(Mode)
VERSIONS = st.none() | st.sampled_from(("1.17.2+ent", "1.17.10", "2.0.0", "new"))
peers = st.builds(
    Peer,
    node_id=st.none() | st.sampled_from(("id-a", "id-b", "id-x")),
    api_address=st.none(),
    cluster_address=st.none(),
    connection_status=CONNECTIONS,
    last_heartbeat=st.none() | st.sampled_from(("2026-05-28T20:25:00Z", "?")),
    clock_skew_ms=NUMBERS,
    canary_age_ms=NUMBERS,
)
several_peers = st.lists(peers, max_size=2).map(tuple)
replications = st.builds(
    DrStatus,
    mode=MODES,
    state=STATES,
    connection_state=st.none() | st.sampled_from(("ready", "idle")),
    last_dr_wal=NUMBERS,
    last_remote_wal=NUMBERS,
    corrupted_merkle_tree=st.none() | st.booleans(),
    secondary_id=st.none() | st.sampled_from(("id-a", "id-b", "id-c")),
    primaries=several_peers,
    secondaries=several_peers,
)


def _at_one(node: NodeView) -> NodeView:
    """What a node says of its replication is where its mode is read from."""
    return replace(node, dr=replace(node.dr, mode=node.mode)) if node.dr else node


licences = st.builds(
    Licence,
    terminated=st.none() | st.booleans(),
    ends_at=st.none() | st.sampled_from((0, T0 + 1, T0 + 90 * 86_400_000)),
)
awake = st.builds(
    NodeView,
    address=st.sampled_from(("https://one", "https://two")),
    reached=st.just(Reach.ANSWERED),
    active=st.none() | st.booleans(),
    sealed=st.sampled_from((None, False)),
    mode=MODES,
    cluster_id=st.none() | st.sampled_from((CLUSTER_ID, "another")),
    version=VERSIONS,
    licence=st.none() | licences,
    performance_mode=st.sampled_from((None, "disabled", "primary")),
    dr=st.none() | replications,
).map(_at_one)
sealed = st.builds(
    NodeView,
    address=st.just("https://three"),
    reached=st.just(Reach.SEALED),
    sealed=st.sampled_from((True,)),
)
silent = st.builds(
    NodeView,
    address=st.just("https://four"),
    reached=st.sampled_from((Reach.REFUSED, Reach.TIMED_OUT, Reach.FAILED)),
)
nodes = awake | awake | sealed | silent


def _led_by_one(told: list[NodeView]) -> tuple[NodeView, ...]:
    """Two leaders tell two stories: which one counts is another question (ClusterView)."""
    first = next((node for node in told if node.active), None)
    return tuple(n if n is first or not n.active else replace(n, active=False) for n in told)


def _view(name: str) -> st.SearchStrategy[ClusterView]:
    said = st.lists(nodes, max_size=3).map(_led_by_one)
    return st.builds(ClusterView, name=st.just(name), at=st.just(T0 / 1000), nodes=said)


streamed = st.builds(
    Streamed,
    name=st.sampled_from(("b", "c")),
    last_remote_wal=st.sampled_from((0, 9000, 9500)),
    state=st.sampled_from(("stream-wals", "idle", "")),
)
samples = st.builds(
    Sample,
    at_ms=st.sampled_from((T0 - 600_000, T0 - 1000, T0 + 1000)),
    primary=st.sampled_from(("a", "b", "z")),
    last_dr_wal=st.sampled_from((0, 9000, 9500)),
    secondaries=st.lists(streamed, max_size=2).map(tuple),
    version=st.sampled_from(("", "1.17.2+ent", "1.17.2+ent, ?")),
    seal_type=st.sampled_from(("", "shamir")),
    performance=st.sampled_from(("", "disabled", "primary")),
)
surveys = st.builds(
    Survey,
    at=st.just(T0),
    views=st.lists(st.sampled_from("abc"), unique=True).flatmap(
        lambda names: st.tuples(*map(_view, names))
    ),
    sample=st.none() | samples,
)
contexts = st.builds(
    Context,
    planned=st.booleans(),
    source=st.sampled_from(("", "a", "z")),
    demoted=st.booleans(),
    token=st.none()
    | st.builds(
        TokenLife,
        held=st.booleans(),
        accepted=st.none() | st.booleans(),
        ends_at=st.none() | st.sampled_from((0, T0 + 1, T0 + 9_000_000)),
        endless=st.booleans(),
    ),
)


def judged(survey: Survey, context: Context) -> Evidence:
    """Return the judgement on `b`."""
    return judge(survey, target="b", known_cluster_id=CLUSTER_ID, context=context)


def levels(evidence: Evidence) -> Mapping[str, Level]:
    """Return how each check stands."""
    return {found.check: found.level for found in evidence.findings}


@given(surveys, contexts)
def test_whatever_is_told_every_gate_answers(survey: Survey, context: Context) -> None:
    """One finding a check, in a sentence, and the log can hold it."""
    evidence = judged(survey, context)
    assert [found.check for found in evidence.findings] == list(Check)
    assert all(found.words.endswith((".", ")")) for found in evidence.findings)
    event = PromotionBlocked(ceremony="c1", evidence=evidence)
    assert from_plain(to_plain(event)) == event


NOTHING: Mapping[str, Any] = {"mode": Mode.UNKNOWN}
KEPT = ("address", "reached", "problem", "initialised", "active_since")


@given(surveys, contexts, st.data())
def test_saying_less_never_passes_more(
    survey: Survey, context: Context, data: st.DataObject
) -> None:
    """Take anything out of what was told: what did not pass before does not pass now."""
    sources = {view.name for view in survey.views for n in view.nodes if n.mode is Mode.PRIMARY}
    # Which cluster is meant must not change with what it says; else other questions are asked.
    context = replace(context, source=context.source or min(sources - {"b"}, default="a"))
    less = replace(survey, views=tuple(_forgetful(view, data) for view in survey.views))
    if data.draw(st.booleans()):
        less = replace(less, sample=None)

    before, after = levels(judged(survey, context)), levels(judged(less, context))

    for check, level in after.items():
        assert level is not Level.PASS or before[check] is Level.PASS, check


def _forgetful(view: ClusterView, data: st.DataObject) -> ClusterView:
    return replace(view, nodes=tuple(_less(node, data) for node in view.nodes))


def _less(node: NodeView, data: st.DataObject) -> NodeView:
    names = [field.name for field in fields(node) if field.name not in KEPT]
    chosen = data.draw(st.sets(st.sampled_from(names), max_size=3))
    left = replace(node, **{name: NOTHING.get(name) for name in chosen})
    if left.dr is None or not data.draw(st.booleans()):
        return left
    return replace(left, dr=_less_replication(left.dr, data))


OF_REPLICATION = (
    "state",
    "connection_state",
    "last_dr_wal",
    "last_remote_wal",
    "corrupted_merkle_tree",
)
OF_PEER = ("connection_status", "last_heartbeat", "clock_skew_ms", "canary_age_ms")


def _less_replication(dr: DrStatus, data: st.DataObject) -> DrStatus:
    chosen = data.draw(st.sets(st.sampled_from(OF_REPLICATION), max_size=2))
    lost: dict[str, Any] = dict.fromkeys(chosen)
    for side in ("primaries", "secondaries"):
        lost[side] = tuple(
            replace(peer, **dict.fromkeys(data.draw(st.sets(st.sampled_from(OF_PEER), max_size=2))))
            for peer in getattr(dr, side)
        )
    return replace(dr, **lost)
