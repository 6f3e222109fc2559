"""What `/dr health` says: unknown is never nought, silence is never death."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.cards.health import health_card
from ceremonies.events import SecondPrimarySeen
from ceremonies.health import ClusterHealth, Health, Link
from ceremonies.samples import Loss
from ceremonies.state import Foreign
from ceremonies.vault import Mode
from tests.bot.cards.glasses import left_open

A = ClusterHealth(
    name="a",
    mode=Mode.PRIMARY,
    state="running",
    answering=3,
    nodes=3,
    active="https://a1.example:8200",
    sealed=(),
    silent=(),
    versions=("1.20.4+ent",),
    corrupted_merkle_tree=False,
)
B = replace(A, name="b", mode=Mode.SECONDARY, state="stream-wals")
LINK = Link(secondary="b", connection="connected", lag=0, heartbeat_s=3, skew_ms=12)
WELL = Health(at=1_760_000_000_000, clusters=(A, B), links=(LINK,))

SILENT_A = replace(
    A, mode=Mode.UNKNOWN, state="", answering=0, silent=("https://a1.example:8200",), versions=()
)
UNTOLD = Link(secondary="b", connection="", lag=None, heartbeat_s=None, skew_ms=None)

CASES = {
    "all is well": (WELL, ("a is primary and every node answers", "no lag", "heartbeat 3 s ago")),
    "behind": (
        replace(WELL, links=(replace(LINK, lag=17),)),
        ("17 records behind",),
    ),
    "nothing is told": (
        replace(WELL, links=(UNTOLD,)),
        ("lag unknown", "heartbeat unknown", "clock skew unknown", "connection not told"),
    ),
    "the primary is silent": (
        replace(WELL, clusters=(SILENT_A, B), links=(UNTOLD,)),
        ("no primary answers from here", "not reachable from here", "lag unknown"),
    ),
    "two primaries": (
        replace(WELL, clusters=(A, replace(B, mode=Mode.PRIMARY, state="running")), links=()),
        (":rotating_light:", "two primaries answer, a and b"),
    ),
    "sealed standby": (
        replace(WELL, clusters=(A, replace(B, sealed=("https://b2.example:8200",)))),
        ("look at b", "sealed", "https://b2.example:8200"),
    ),
    "corrupted": (
        replace(WELL, clusters=(A, replace(B, corrupted_merkle_tree=True))),
        ("merkle tree is corrupted",),
    ),
    "versions differ": (
        replace(WELL, clusters=(A, replace(B, versions=("1.21.0+ent",)))),
        ("versions differ", "1.21.0+ent"),
    ),
    "clocks apart": (
        replace(WELL, links=(replace(LINK, skew_ms=-9000, heartbeat_s=400),)),
        ("clocks 9000 ms apart", "last heartbeat 400 s ago"),
    ),
    "clocks of one cluster apart": (
        replace(WELL, clusters=(A, replace(B, skew_ms=9000))),
        ("clocks of its nodes 9000 ms apart",),
    ),
    "what a promotion would lose": (
        replace(
            WELL,
            clusters=(SILENT_A, B),
            links=(replace(UNTOLD, loss=Loss(records=17, age_ms=65_000)),),
        ),
        ("lag unknown (by the last good sample 17 records behind, and 1 min 5 s of writes not",),
    ),
}


@pytest.mark.parametrize(("health", "phrases"), CASES.values(), ids=CASES)
def test_what_each_state_says(health: Health, phrases: tuple[str, ...]) -> None:
    """The notification alone says what to look at; the blocks say why."""
    card = health_card("payments", health)

    said = json.dumps(card.blocks, ensure_ascii=False)
    assert card.text.startswith("payments: ")
    for phrase in phrases:
        assert phrase in said


def test_only_a_whole_pair_is_well() -> None:
    """The green mark stands for one running primary and streaming secondaries, all answering."""
    marks = {
        name: ":white_check_mark:" in json.dumps(health_card("payments", health).blocks)
        for name, (health, _) in CASES.items()
    }

    assert {name for name, green in marks.items() if green} == {
        "all is well",
        "behind",
        "nothing is told",
        "clocks apart",
        "clocks of one cluster apart",
    }


def test_many_clusters_fit_slack() -> None:
    """Forty clusters of forty silent nodes are shortened, never refused."""
    silent = tuple(f"https://node{n}.example:8200" for n in range(40))
    many = tuple(replace(B, name=f"b{n}", silent=silent) for n in range(40))

    card = health_card("payments", replace(WELL, clusters=many, links=(LINK,) * 40))

    assert "and 32 more clusters" in json.dumps(card.blocks)


def test_what_was_told_aloud_stands_here_too() -> None:
    """Two primaries, sealed nodes, an attempt of somebody, a door left open: with what to do."""
    known = replace(
        left_open(),
        second_primary=SecondPrimarySeen(cluster="a", nodes=(A.active,), primary="b"),
        sealed={"b": ("https://b2.example:8200",)},
        foreign={
            "b": Foreign(nonce="n-1", progress=1, required=3, ours=False, since=1, times=1),
            "a": Foreign(nonce="", progress=0, required=3, ours=False, since=1, times=1),
        },
    )
    said = json.dumps(health_card("payments", WELL, known).blocks, ensure_ascii=False)
    for phrase in ("*Two primaries:*", "encryption keys", "`n-1`", "*Close payments/b again:*"):
        assert phrase in said
    assert said.count("did not start") == 1
    assert "Token on duty:* none" in said
