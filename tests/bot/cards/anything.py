"""States that no log may ever lead to, for properties: every field at its worst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from ceremonies.ceremony import (
    Approval,
    AttemptState,
    Ceremony,
    Ending,
    Given,
    Moments,
    Phase,
    Request,
    Round,
    TokenState,
)
from ceremonies.events import (
    ForeignAttemptFound,
    Intended,
    Kind,
    Purpose,
    RoundLoss,
    ShareConflicted,
    TailLost,
)
from ceremonies.evidence import Evidence, Finding, Level, NodeSeen
from ceremonies.state import MessageRef, SetState

SHAPED = "ab" * 33  # looks like a share: nothing that a card shows may look like one
WORST = ["<!channel> *x* `y` ~z~ & > <", "@here " * 500, "x" * 3000, "\U0001f525" * 3000, "\u202e"]

people = st.sampled_from([f"U0P{n}" for n in range(60)])
several = st.lists(people, unique=True, max_size=25).map(tuple)
times = st.integers(min_value=0, max_value=4_000_000_000_000)
counts = st.integers(min_value=0, max_value=300)
typed = st.text(max_size=60) | st.sampled_from(WORST)


def _built(kind: type[Any], **fields: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 — strategies
    return st.builds(kind, **fields)


nodes = _built(
    NodeSeen,
    cluster=st.sampled_from(["a", "b", "c" * 32]),
    node=st.sampled_from(["https://vault-a1.example:8200", "https://" + "n" * 300]),
    answers=st.booleans(),
    mode=st.sampled_from(["primary", "secondary", "disabled", "unknown"]),
    cluster_id=st.none() | typed,
    active=st.none() | st.booleans(),
    sealed=st.none() | st.booleans(),
    answer=typed,
)
findings = _built(Finding, check=typed, level=st.sampled_from(Level), words=typed)
evidences: st.SearchStrategy[Evidence] = _built(
    Evidence,
    at=times,
    target=st.just("b"),
    target_mode=st.just("secondary"),
    target_cluster_id=st.none(),
    nodes=st.lists(nodes, max_size=14).map(tuple),
    findings=st.lists(findings, max_size=10).map(tuple),
)
conflicts = _built(
    ShareConflicted,
    ceremony=st.just("c"),
    holder=people,
    round=st.just(1),
    other=people,
    x=st.integers(1, 255),
)
shares = _built(Given, holder=people, x=st.integers(1, 255), mark=st.just(SHAPED), at=times)


def _round(number: int) -> st.SearchStrategy[Any]:
    return _built(
        Round,
        number=st.just(number),
        nonce=st.uuids().map(str),
        opened_at=times,
        given=st.lists(shares, max_size=8).map(tuple),
        outside=counts,
        lost=st.none() | st.sampled_from(RoundLoss),
        lost_words=typed,
        conflicts=st.lists(conflicts, max_size=3).map(tuple),
        refused=st.lists(st.tuples(people, typed), max_size=8).map(tuple),
    )


rounds = st.integers(0, 4).flatmap(lambda n: st.tuples(*map(_round, range(1, n + 1))))
foreigners = _built(
    ForeignAttemptFound,
    ceremony=st.just("c"),
    effect=st.just("e"),
    nonce=st.uuids().map(str) | st.just("n" * 3000),
    progress=counts,
    required=counts,
    probably_ours=st.booleans(),
)
requests = _built(Request, by=people, at=times, reason=typed, evidence=evidences)
approvals = st.lists(_built(Approval, by=people, at=times), max_size=20).map(tuple)
moments = _built(Moments, **dict.fromkeys(Moments.__slots__, times))

ceremonies: st.SearchStrategy[Ceremony] = _built(
    Ceremony,
    id=st.sampled_from(["c1", "c2" * 8]),
    cluster=st.just("b"),
    purpose=st.sampled_from(Purpose),
    reason=typed,
    started_by=people,
    started_at=times,
    holders=several,
    roster_hash=st.just("0" * 64),
    evidence=evidences,
    deadline=times,
    max_at=times,
    roster_changed_at=times,
    phase=st.sampled_from(Phase),
    ending=st.sampled_from(Ending),
    ended_by=people,
    attempt=st.sampled_from(AttemptState),
    nonce=st.uuids().map(str),
    required=counts,
    recovery_keys=st.booleans(),
    rounds=rounds,
    declined=several,
    warned_deadline=times,
    frozen_by=st.just("") | people,
    frozen_at=times,
    thaw_agreed=several,
    foreign=st.none() | foreigners,
    trouble=typed,
    request=st.none() | requests,
    approvals=approvals,
    rejected_by=st.just("") | people,
    blocked=st.none() | evidences,
    promotion_tries=counts,
    retry_at=times,
    token=st.sampled_from(TokenState),
    token_words=typed,
    slow=st.booleans(),
    moments=moments,
)


def _keys(c: Ceremony, holders: tuple[str, ...]) -> list[str]:
    return [f"dm:{c.id}:{who}:{r.number}" for r in c.rounds for who in holders]


def _state(c: Ceremony, more: Mapping[str, Any]) -> SetState:
    ref = MessageRef(channel="C0INCIDENT", ts="1.1")
    return SetState(
        name="payments",
        n=9,
        head="f" * 64,
        ceremonies=(c,),
        messages=dict.fromkeys(_keys(c, c.holders[:5]), ref),
        unposted=dict.fromkeys(_keys(c, c.holders[5:]), "user_not_found"),
        **more,
    )


_SENDING = Intended(effect="e", kind=Kind.PROMOTE, lane="b", replica="r", until=1)
states: st.SearchStrategy[SetState] = st.builds(
    _state,
    ceremonies,
    st.fixed_dictionaries(
        {
            "intents": st.sampled_from([{}, {"b": _SENDING}]),
            "waking_failed": st.lists(typed, max_size=20).map(tuple),
            "tail_lost": st.none() | st.just(TailLost(after=3, lost=("a",))),
        }
    ),
)
