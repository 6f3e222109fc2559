"""What one look at every node means while nobody does anything: told once, and never too early."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.conductor import sightings
from ceremonies.conductor.sightings import (
    Patience,
    first_sealed,
    other_primary,
    sealed_nodes,
)
from ceremonies.events import (
    NodesSealed,
    SecondPrimaryGone,
    SecondPrimarySeen,
)
from ceremonies.state import SetState
from ceremonies.vault import ClusterView, DrStatus, Mode
from tests.ceremonies.sights import T0, WAL, Said, clusters, node, sealed, silent

PATIENCE = Patience(node_ms=10_000, cluster_ms=30_000)
AFTER_B = SetState(name="payments", primary="b", roles_changed_at=T0)


def saw(*told: Said) -> dict[str, ClusterView]:
    """Return what one look saw."""
    return {view.name: view for view in clusters(told)}


# -- two primaries ---------------------------------------------------------------------------------

TWO = saw(node("a", "primary"), node("b", "primary"))
SAYS_A = f"a: last WAL {WAL}, connected secondaries: 1"
SAYS_B = f"b: last WAL {WAL}, connected secondaries: 1"
TWICE = SecondPrimarySeen(
    cluster="a", nodes=("https://vault-a1.example:8200",), primary="b", says=(SAYS_B, SAYS_A)
)


def test_the_old_primary_answers_again() -> None:
    """The other one is told, with the nodes that say so; not the one that was promoted."""
    assert other_primary(AFTER_B, TWO) == TWICE


@pytest.mark.parametrize(
    "views",
    [
        pytest.param(saw(silent("a"), node("b", "primary")), id="the old one is silent"),
        pytest.param(saw(sealed("a"), node("b", "primary")), id="the old one is sealed"),
        pytest.param(saw(node("a"), node("b", "primary")), id="demoted"),
        pytest.param(saw(node("a", "disabled"), node("b", "primary")), id="retired"),
        pytest.param(saw(node("a", "primary"), node("b")), id="before the promotion"),
        pytest.param(saw(node("a", "primary"), node("b", "bootstrapping")), id="in between"),
        pytest.param(
            saw(node("a", "primary", active=False), node("b", "primary")),
            id="a standby that has not heard of the demotion",
        ),
        pytest.param(
            saw(node("a"), node("a", "primary", number=2), node("b", "primary")),
            id="a standby that lags behind its leader",
        ),
    ],
)
def test_no_false_alarm(views: dict[str, ClusterView]) -> None:
    """Only an active node's own word makes a second primary."""
    assert other_primary(AFTER_B, views) is None


def test_two_primaries_before_any_promotion() -> None:
    """The log knows of no promotion: it is told all the same, and neither is blamed."""
    found = other_primary(SetState(name="payments"), TWO)
    assert found == SecondPrimarySeen(
        cluster="b",
        nodes=("https://vault-b1.example:8200",),
        primary="a",
        known=False,
        says=(SAYS_A, SAYS_B),
    )


def test_what_speaks_for_a_primary() -> None:
    """How far it wrote, who follows it, and since when it leads; what is not told is said so."""
    since = "2026-11-23T05:00:00Z"
    quiet = node("b", "primary", active_since=since, dr=DrStatus(mode=Mode.PRIMARY))
    found = other_primary(SetState(name="payments"), saw(node("a", "primary"), quiet))
    assert isinstance(found, SecondPrimarySeen)
    told = f"last WAL not told, connected secondaries: 0, its active node leads since {since}"
    assert found.says == (SAYS_A, f"b: {told}")


def test_silence_is_not_gone() -> None:
    """It is told once, and stands while the other one says nothing, or is sealed."""
    known = replace(AFTER_B, second_primary=TWICE)
    for views in (TWO, saw(silent("a"), node("b", "primary")), saw(sealed("a"), silent("b"))):
        assert other_primary(known, views) is None


@pytest.mark.parametrize(
    ("views", "words"),
    [
        pytest.param(saw(node("a"), silent("b")), "a answers as secondary now.", id="demoted"),
        pytest.param(
            saw(node("a", "disabled"), node("b", "primary")),
            "a answers with replication disabled now.",
            id="retired",
        ),
        pytest.param(
            saw(node("a", "primary"), node("b")),
            "b answers as secondary now.",
            id="the promoted one gave way",
        ),
        pytest.param(
            saw(node("b", "primary")), "a does not belong to this set any more.", id="taken out"
        ),
    ],
)
def test_gone_when_one_of_them_says_so(views: dict[str, ClusterView], words: str) -> None:
    """One of the two answers as something else."""
    known = replace(AFTER_B, second_primary=TWICE)
    assert other_primary(known, views) == SecondPrimaryGone(cluster="a", words=words)


# -- sealed nodes ----------------------------------------------------------------------------------


def watched(
    state: SetState, *looks: tuple[int, tuple[Said, ...]], cluster: str = "b"
) -> list[NodesSealed]:
    """Return what is told of a cluster by looks at these seconds."""
    told, since = [], dict[tuple[str, str], int]()
    for second, seen in looks:
        at, views = T0 + second * 1000, saw(*seen)
        since = first_sealed(since, views, at=at)
        found = sealed_nodes(state, views[cluster], since, at=at, patience=PATIENCE)
        if found is not None:
            told.append(found)
            state = replace(state, sealed={**state.sealed, cluster: found.nodes})
    return told


LEADS, SEALED_2, WELL_2 = node("b", "primary"), sealed("b", 2), node("b", "primary", number=2)
SECOND = ("https://vault-b2.example:8200",)


def test_a_sealed_standby_is_told_at_its_second_word() -> None:
    """The poison pill after a promotion (facts/vault 5.2): told once, and told when it is over."""
    told = watched(
        AFTER_B,
        (1, (LEADS, SEALED_2)),
        (6, (LEADS, SEALED_2)),
        (12, (LEADS, SEALED_2)),
        (20, (LEADS, SEALED_2)),
        (30, (LEADS, WELL_2)),
        (40, (LEADS, WELL_2)),
    )
    assert [event.nodes for event in told] == [SECOND, ()]


def test_the_brief_unavailability_is_no_event() -> None:
    """Sealed once and unsealed at the next look; the count begins anew."""
    told = watched(
        AFTER_B,
        (1, (LEADS, SEALED_2)),
        (9, (LEADS, WELL_2)),
        (12, (LEADS, SEALED_2)),
        (20, (LEADS, SEALED_2)),
    )
    assert told == []


def test_a_cluster_that_restarts_has_more_time() -> None:
    """While none of its nodes is unsealed it may be coming back: told after half a minute."""
    away = (sealed("b"), SEALED_2)
    assert watched(AFTER_B, (1, away), (15, away), (25, away)) == []
    (told,) = watched(AFTER_B, (1, away), (15, away), (31, away))
    assert len(told.nodes) == 2


def test_silence_between_two_words_changes_nothing() -> None:
    """A node that could not be reached once was sealed all the time."""
    told = watched(
        AFTER_B, (1, (LEADS, SEALED_2)), (6, (LEADS, silent("b", 2))), (12, (LEADS, SEALED_2))
    )
    assert [event.nodes for event in told] == [SECOND]
    known = replace(AFTER_B, sealed={"b": SECOND})
    assert watched(known, (20, (LEADS, silent("b", 2)))) == []


def test_at_rest_no_node_is_told() -> None:
    """Long after the last change of roles a sealed node is no news of ours; a told one is kept."""
    later = replace(AFTER_B, roles_changed_at=T0 - sightings.ROLES_SETTLE_MS)
    looks = ((1, (LEADS, SEALED_2)), (20, (LEADS, SEALED_2)))
    assert watched(later, *looks) == []
    (told,) = watched(replace(later, sealed={"b": SECOND}), (1, (LEADS, WELL_2)))
    assert told.nodes == ()


def test_who_unseals_itself_is_said() -> None:
    """With auto-unseal nobody is asked for shares."""
    leads = node("b", "primary", recovery_keys=True)
    (told,) = watched(AFTER_B, (1, (leads, SEALED_2)), (12, (leads, SEALED_2)))
    assert told.unseals_itself


def test_who_unseals_itself_is_remembered() -> None:
    """No node is left to say so: what it said before counts."""
    away, at = saw(sealed("b")), T0 + 31_000
    since = first_sealed({}, away, at=T0)
    found = sealed_nodes(AFTER_B, away["b"], since, at=at, patience=PATIENCE, unseals_itself=True)
    assert found is not None
    assert found.unseals_itself
