"""Tokens on duty as no log may ever lead to, for properties: every field at its worst."""

from __future__ import annotations

from hypothesis import strategies as st

from ceremonies.duty import (
    Duties,
    DutyToken,
    Handover,
    Kill,
    Minting,
    ProofSeen,
    Ring,
    Wrap,
    mint_key,
)
from ceremonies.events import HandoverAsked, Part, Proof, Spread, WrapLoss
from ceremonies.rota.rules import Custody
from ceremonies.rota.shift import PlannedShift

WORST = [
    "<!channel> *x* `y` ~z~ & > <",
    "@here " * 500,
    "&<>" * 1000,
    "\U0001f525" * 3000,
    "\u202e",
]
people = st.sampled_from([f"U0P{n}" for n in range(60)])
times = st.integers(min_value=0, max_value=4_000_000_000_000)
places = st.integers(1, 8)
typed = st.text(max_size=60) | st.sampled_from(WORST)
clusters = st.sampled_from(["a", "b", "c" * 32])
ids = st.sampled_from([f"{name}/2026-11-23T05:00Z" for name in ("day", "n" * 32, WORST[0])] + [""])

proofs = st.dictionaries(
    clusters, st.builds(ProofSeen, answer=st.sampled_from(Proof), words=typed, at=times)
)
tokens = st.builds(
    DutyToken,
    id=st.uuids().map(str),
    shift=ids,
    name=typed,
    part=st.sampled_from(Part),
    place=places,
    cluster=clusters,
    lead=people,
    starts=times,
    ends=times,
    until=times,
    minted_at=times,
    wrap=st.none() | st.sampled_from(Wrap),
    wrapped_until=times,
    shown_to=people,
    shown_at=times,
    collected_at=times,
    loss=st.none() | st.sampled_from(WrapLoss),
    proofs=proofs,
    killed_at=st.just(0) | times,
    revived_at=st.just(0) | times,
)
mintings = st.builds(
    Minting,
    tries=st.integers(0, 99),
    retry_at=times,
    words=typed,
    stray_until=times,
    late=st.booleans(),
    asked_by=people,
    failed_at=st.just(0) | times,
)
kills = st.builds(
    Kill,
    place=places,
    by=people,
    at=times,
    reason=typed,
    agreed_by=st.just("") | people,
    agreed_at=times,
    tries=st.integers(0, 99),
    retry_at=times,
    words=typed,
    over_at=st.just(0) | times,
    rejected_by=st.just("") | people,
    deleted=st.booleans(),
    cluster=st.just("") | clusters,
    others=st.lists(clusters, max_size=8).map(tuple),
    spread=st.dictionaries(clusters, st.sampled_from(Spread)),
)
asked = st.builds(
    HandoverAsked,
    shift=ids,
    name=typed,
    outgoing=st.just("") | people,
    incoming=people,
    collects=st.booleans(),
    starts=times,
    ends=times,
    grace=st.integers(0, 10**7),
)
handovers = st.builds(
    Handover,
    outgoing=st.just("") | people,
    incoming=st.just("") | people,
    late=st.booleans(),
    missing=st.lists(people, max_size=2).map(tuple),
    told=st.lists(people, max_size=4).map(tuple),
    times=st.integers(0, 9),
    asked=st.none() | asked,
    asked_at=times,
    since=st.dictionaries(people, times, max_size=6),
)
rings = st.builds(
    Ring,
    cluster=clusters,
    ready=st.lists(places, max_size=8).map(tuple),
    problems=st.lists(typed, max_size=20).map(tuple),
    at=times,
    changed=st.lists(places, max_size=8).map(tuple),
)
duties = st.builds(
    Duties,
    tokens=st.lists(tokens, max_size=16).map(tuple),
    minting=st.dictionaries(st.builds(mint_key, ids, st.sampled_from(Part)), mintings),
    handovers=st.dictionaries(ids, handovers),
    kill=st.none() | kills,
    past_kill=st.none() | kills,
    killed=st.dictionaries(places, times),
    ring=st.none() | rings,
    rota=st.lists(typed, max_size=20).map(tuple),
    rota_at=times,
    covered=st.none() | st.booleans(),
    covered_at=times,
    gap_planned=st.booleans(),
    next_at=times,
)


@st.composite
def _shift(draw: st.DrawFn) -> PlannedShift:
    start = draw(times)
    return PlannedShift(
        id=draw(ids),
        name=draw(typed),
        lead=draw(people),
        custody=draw(st.sampled_from(Custody)),
        start=start,
        end=start + draw(st.integers(1, 10**9)),
        overlap=draw(st.integers(0, 10**7)),
    )


shifts = st.lists(_shift(), max_size=40).map(lambda found: sorted(found, key=lambda s: s.start))
problems = st.lists(typed, max_size=40).map(tuple)
