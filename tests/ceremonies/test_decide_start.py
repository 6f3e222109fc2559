"""Who may start a ceremony when: the gate before an attempt, and one ceremony a cluster."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from ceremonies.ceremony import Phase
from ceremonies.commands import Reason, Refusal, RequestPromotion, Start
from ceremonies.events import CeremonyStarted, ClusterIdSeen, Purpose
from ceremonies.evidence import Evidence
from ceremonies.topology import CeremonyRules
from tests.ceremonies.cast import HOLDERS, SAM
from tests.ceremonies.desk import HOUR, MINUTE, Desk, only
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import (
    CLEAR,
    CLUSTER_ID,
    LIVE_PRIMARY,
    NOT_SECONDARY,
    STRANGER,
    T0,
    node,
    seen,
    silent,
)


def wish(
    evidence: Evidence = CLEAR, *, purpose: Purpose = Purpose.PROMOTE, cluster: str = "b"
) -> Start:
    """Sam wants to start a ceremony."""
    return Start(by=SAM, cluster=cluster, purpose=purpose, reason="fire", evidence=evidence)


def test_everybody_who_keeps_a_share_is_called() -> None:
    """The first event holds who is asked, what was seen, and both limits of time."""
    answer = Desk().asks(wish())

    assert not isinstance(answer, Refusal)
    started = only(answer, CeremonyStarted)
    assert started.holders == HOLDERS
    assert (started.by, started.reason, started.evidence) == (SAM, "fire", CLEAR)
    assert started.deadline == T0 + 30 * MINUTE
    assert started.max_at == T0 + 4 * HOUR
    assert len(started.roster_hash) == 64


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(NOT_SECONDARY, id="the target is a primary"),
        pytest.param(STRANGER, id="the target carries another cluster id"),
        pytest.param(seen(silent("a"), silent("b")), id="the target does not answer"),
        pytest.param(seen(silent("a"), node("b", "disabled")), id="the target has no replication"),
    ],
)
def test_the_gate_lets_no_attempt_start(evidence: Evidence) -> None:
    """What is no secondary of this set gets no attempt, and the person sees the evidence."""
    answer = Desk().asks(wish(evidence))

    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.GATE
    assert answer.evidence == evidence


def test_a_live_primary_only_warns() -> None:
    """A ceremony may be prepared while the primary still lives: only the promotion is forbidden."""
    assert not isinstance(Desk().asks(wish(LIVE_PRIMARY)), Refusal)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.ENDED])
def test_one_open_ceremony_a_cluster(phase: Phase) -> None:
    """A second start finds the running one, whatever it is doing."""
    assert desk(phase).refuses(wish()) is Reason.ALREADY_OPEN


def test_another_cluster_of_the_set_may_have_its_own() -> None:
    """At most one ceremony is open for each cluster, not for each set."""
    table = desk(Phase.COLLECTING)
    other = seen(node("a"), silent("b"), target="a")

    assert not isinstance(table.asks(wish(other, cluster="a")), Refusal)
    assert len(table.state.open_ceremonies) == 2


def test_after_the_end_a_new_one_starts() -> None:
    """A ceremony that is over stands in nobody's way."""
    table = desk(Phase.ENDED)

    assert not isinstance(table.asks(wish()), Refusal)
    assert table.ceremony.phase is Phase.STARTING


@pytest.mark.parametrize(
    ("evidence", "learnt"),
    [
        pytest.param(CLEAR, CLUSTER_ID, id="the only id that was told"),
        pytest.param(
            seen(node("a", "primary", cluster_id="x"), node("b"), known=""),
            "",
            id="two clusters, two ids: neither",
        ),
    ],
)
def test_the_sets_cluster_id_is_learnt_from_what_agrees(evidence: Evidence, learnt: str) -> None:
    """With the first start the set's id is known, unless its clusters contradict each other."""
    table = Desk()

    table.asks(wish(evidence))

    assert table.state.cluster_id == learnt


def test_the_cluster_id_is_learnt_once() -> None:
    """A later start tells nothing new of it."""
    table = desk(Phase.ENDED)
    answer = table.asks(wish())

    assert not isinstance(answer, Refusal)
    assert not [event for event in answer if isinstance(event, ClusterIdSeen)]


def test_the_deadline_is_never_past_the_maximum() -> None:
    """Where `max` is shorter than `deadline`, `max` holds."""
    short = desk(Phase.STARTING, times=CeremonyRules(max=CeremonyRules().deadline / 3))
    assert short.ceremony.deadline == short.ceremony.max_at == T0 + 10 * MINUTE


def test_a_share_is_no_reason() -> None:
    """A reason stands in the log and on cards for good: one that holds a share is not taken."""
    pasted = f"Ben gave {secrets.token_hex(33)}"
    assert Desk().refuses(replace(wish(), reason=pasted)) is Reason.MALFORMED
    table = desk(Phase.TOKEN_HELD)
    ask = RequestPromotion(ceremony=table.ceremony.id, by=SAM, reason=pasted, evidence=CLEAR)
    assert table.refuses(ask) is Reason.MALFORMED
