"""When a step is done and when it must not be ordered, by what the nodes say (facts/vault 5.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ceremonies.conductor.steps.proofs import hindrance, proof
from ceremonies.events import Action, Guard, Play
from ceremonies.runbook import Runbook, Step
from ceremonies.vault import ClusterView, DrStatus, Mode
from tests.ceremonies.sights import (
    CLEAR,
    T0,
    Said,
    clusters,
    lost,
    node,
    peer,
    sealed,
    silent,
    streaming,
)


def views(*told: Said) -> dict[str, ClusterView]:
    """Return what these nodes amount to, by cluster."""
    return {view.name: view for view in clusters(told)}


def step(action: Action, cluster: str) -> Step:
    """Return a step."""
    return Step(action=action, cluster=cluster, guard=Guard.NONE)


def book(*steps: Step, play: Play = Play.REJOIN) -> Runbook:
    """Return a runbook after which `a` follows `b`."""
    return Runbook(
        id="r1",
        play=play,
        target="a",
        source="b",
        reason="",
        started_by="U0SAM",
        started_at=T0,
        evidence=CLEAR,
        steps=steps,
    )


def leads(mode: str = "primary", **dr: Any) -> DrStatus:  # noqa: ANN401 — any field of a status
    """Return the status of `b`, which counts `a` as connected."""
    follower = peer("connected", node_id="id-a")
    fresh = DrStatus(mode=Mode(mode), state="running", last_dr_wal=9000, secondaries=(follower,))
    return replace(fresh, **dr)


ADDRESS, ELSEWHERE = "https://vault-b1.example:8201", "https://vault-c1.example:8201"
FOLLOWS = node("a", dr=streaming("a"))
LEADS = node("b", "primary", dr=leads(), leader_cluster_address=ADDRESS)
STANDBY = node("b", number=2, dr=None)
MUTE = DrStatus(mode=Mode.SECONDARY)


@pytest.mark.parametrize(
    ("action", "told", "words"),
    [
        pytest.param(Action.DEMOTE, node("a"), "answers as secondary", id="demoted"),
        pytest.param(Action.DEMOTE, FOLLOWS, "answers as secondary", id="led to a primary already"),
        pytest.param(
            Action.DEMOTE, node("a", dr=MUTE), "answers as secondary", id="its state not told"
        ),
        pytest.param(
            Action.DISABLE, node("a", "disabled"), "with replication disabled", id="disabled"
        ),
        pytest.param(
            Action.ENABLE_PRIMARY, node("a", "primary"), "answers as primary", id="enabled"
        ),
        pytest.param(Action.UPDATE_PRIMARY, FOLLOWS, "a streams from b", id="follows"),
        pytest.param(
            Action.UPDATE_PRIMARY,
            node("a", dr=streaming("a", known_primary_cluster_addrs=(ELSEWHERE, ADDRESS))),
            "a streams from b",
            id="one of the addresses that it knows",
        ),
        pytest.param(
            Action.UPDATE_PRIMARY,
            node("a", dr=streaming("a", last_remote_wal=None)),
            "a streams from b",
            id="what it took in is not told",
        ),
        pytest.param(Action.ENABLE_SECONDARY, FOLLOWS, "a streams from b", id="joined"),
    ],
)
def test_when_a_step_is_done(action: Action, told: Said, words: str) -> None:
    """What the active node says counts; that Vault accepted an order is not that it is done."""
    found = proof(step(action, "a"), views(told, LEADS), follows="b")
    assert (found.holds, words in found.words) == (True, True), found


@pytest.mark.parametrize(
    ("action", "told"),
    [
        pytest.param(Action.DEMOTE, node("a", "primary"), id="still the primary"),
        pytest.param(Action.DEMOTE, node("a", active=False), id="a standby's word"),
        pytest.param(Action.DEMOTE, silent("a"), id="silent"),
        pytest.param(
            Action.DEMOTE, node("a", dr=lost("a", state="merkle-diff")), id="not at rest yet"
        ),
        pytest.param(Action.DEMOTE, sealed("a"), id="sealed"),
        pytest.param(Action.DISABLE, node("a"), id="still a secondary"),
        pytest.param(
            Action.ENABLE_PRIMARY,
            node("a", "primary", dr=DrStatus(mode=Mode.PRIMARY, state="idle")),
            id="primary and not running",
        ),
        pytest.param(Action.UPDATE_PRIMARY, node("a", "primary"), id="not a secondary"),
        pytest.param(
            Action.UPDATE_PRIMARY, node("a", dr=streaming("a", state="merkle-sync")), id="in sync"
        ),
        pytest.param(
            Action.UPDATE_PRIMARY, node("a", dr=streaming("x")), id="its id is not counted"
        ),
        pytest.param(
            Action.UPDATE_PRIMARY,
            node("a", dr=streaming("a", primaries=(peer("disconnected"),))),
            id="it hears nobody",
        ),
        pytest.param(
            Action.UPDATE_PRIMARY, node("a", dr=streaming("a", last_remote_wal=0)), id="nothing yet"
        ),
        pytest.param(
            Action.UPDATE_PRIMARY,
            node("a", dr=streaming("a", known_primary_cluster_addrs=(ELSEWHERE,))),
            id="it knows another primary",
        ),
    ],
)
def test_when_it_is_not_done(action: Action, told: Said) -> None:
    """A mode alone, a standby's word, a state on the way: not yet."""
    assert not proof(step(action, "a"), views(told, LEADS), follows="b").holds


def test_behind_a_balancer_the_leaders_own_address_is_not_known() -> None:
    """Then the id that both tell has to do."""
    a = node("a", dr=streaming("a", known_primary_cluster_addrs=("https://lb.example:8201",)))
    behind = leads(primary_cluster_addr="https://lb.example:8201")
    b = node("b", "primary", dr=behind, leader_cluster_address=ADDRESS)
    follows = step(Action.UPDATE_PRIMARY, "a")
    assert proof(follows, views(a, b), follows="b").holds
    assert not proof(follows, views(a, LEADS), follows="b").holds


@pytest.mark.parametrize(
    "b",
    [
        pytest.param(node("b"), id="no primary"),
        pytest.param(node("b", "primary", dr=leads(secondaries=())), id="it counts nobody"),
        pytest.param(
            node("b", "primary", dr=leads(secondaries=(peer("disconnected", node_id="id-a"),))),
            id="it counts it as disconnected",
        ),
        pytest.param(
            node("b", "primary", dr=leads(secondaries=(), known_secondaries=("id-a",))),
            id="an id that was given out and never used",
        ),
    ],
)
def test_the_primary_has_a_say(b: Said) -> None:
    """It streams is one side's word; the primary must count it as connected."""
    told = views(FOLLOWS, b, STANDBY)
    assert not proof(step(Action.UPDATE_PRIMARY, "a"), told, follows="b").holds


@pytest.mark.parametrize(
    ("action", "told", "words"),
    [
        pytest.param(
            Action.DEMOTE, [node("a", "primary"), node("b")], "b does not answer as primary"
        ),
        pytest.param(Action.DEMOTE, [node("a"), LEADS], "nothing to demote"),
        pytest.param(Action.DISABLE, [node("a", "primary"), silent("b")], "b does not answer"),
        pytest.param(Action.UPDATE_PRIMARY, [node("a", "primary"), LEADS], "as secondary"),
        pytest.param(Action.ENABLE_SECONDARY, [node("a"), LEADS], "without replication"),
        pytest.param(
            Action.UPDATE_PRIMARY,
            [node("a", version="1.17.1+ent"), LEADS],
            "a runs an older version than b",
        ),
        pytest.param(Action.ENABLE_PRIMARY, [node("a", "disabled"), LEADS], "already"),
    ],
    ids=[
        "an old primary is demoted only where another one serves",
        "a secondary is not demoted",
        "the last primary is not disabled",
        "a primary is not re-pointed",
        "a secondary is not wiped",
        "new never replicates to old",
        "there is never a second primary",
    ],
)
def test_what_must_not_be_ordered(action: Action, told: list[Said], words: str) -> None:
    """It is said why, and nothing is sent."""
    one = step(action, "a")
    assert words in hindrance(book(one), one, views(*told))


@pytest.mark.parametrize(
    ("action", "a"),
    [
        (Action.DEMOTE, node("a", "primary")),
        (Action.DISABLE, node("a", "primary")),
        (Action.UPDATE_PRIMARY, node("a", dr=lost("a"))),
        (Action.UPDATE_PRIMARY, node("a", version=None)),
        (Action.UPDATE_PRIMARY, node("a", version="1.17.10+ent")),
        (Action.ENABLE_SECONDARY, node("a", "disabled")),
    ],
)
def test_what_may_be_ordered(action: Action, a: Said) -> None:
    """Beside a primary that answers; newer may follow older."""
    one = step(action, "a")
    assert hindrance(book(one), one, views(a, LEADS)) == ""


def test_a_planned_demotion_needs_a_primary_to_demote() -> None:
    """It comes before the promotion, so nobody else is primary yet."""
    demote, promote = step(Action.DEMOTE, "a"), step(Action.PROMOTE, "b")
    plan = book(demote, promote, play=Play.PLANNED_FAILOVER)
    follower = node("b", dr=streaming())
    assert hindrance(plan, demote, views(node("a", "primary"), follower)) == ""
    assert "does not answer as the primary" in hindrance(plan, demote, views(silent("a"), follower))
