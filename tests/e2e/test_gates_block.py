"""The gates that block, through the whole bot: overridden for a reason by one more, or never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.enterprise import Answer, CutBefore, Fault, ReplicationRange, practice_range
from lab.enterprise.state import Role
from lab.sights import Modal, Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import privately, promoted, starts
from tests.e2e.conftest import SetStage
from tests.e2e.gating import (
    BY_BUTTON,
    TWO_APPROVERS,
    all_give,
    asks,
    findings,
    looks,
    may_override,
    overridden,
)
from tests.e2e.test_gate import becomes_another
from tests.e2e.traces import PROMOTE, events, sent, took

AUTOPILOT = "sys/storage/raft/autopilot/state"


def cut_off(stage: Stage) -> None:
    """Let nobody but its secondary reach `a`, which lives."""
    stage.vaults.inject(Fault(effect=CutBefore(), cluster="a", times=None))


def approve(stage: Stage, card: Seen, *names: str) -> None:
    """Let these agree to what is asked for."""
    for name in names:
        person = stage.people[name]
        person.clicks("promotion.approve", person.waits_until(card, "@Sam asked for it"))


def refuses(stage: Stage, card: Seen, check: str, words: str) -> Modal:
    """Hold that this check forbids it in these words, and that no box lifts it."""
    modal = looks(stage, card, f"blocks · {check}", words)
    assert check not in may_override(modal)
    before = len(events(stage, "promotion_requested"))
    told = asks(stage)
    assert told is not None
    assert "The promotion is blocked" in told.text
    assert findings(stage, "promotion_blocked")[check]["final"] is True
    assert len(events(stage, "promotion_requested")) == before
    return modal


LIFTED = {
    "no other primary": ("hears", "b still hears its primary"),
    "merkle tree": ("corrupted", "b says that its merkle tree is corrupted"),
    "versions": ("older", "b runs 1.20.1, a 1.20.4"),
    "token": ("refused", "b refuses the token that we hold"),
}


def test_four_blocks_are_overridden(set_stage: SetStage) -> None:
    """Each with its box; without the boxes nothing is asked, without a reason neither.

    One more person than usual must agree, the log has the causes and the reason, and Vault is
    asked once.
    """
    stage = set_stage(options=BY_BUTTON, roles=TWO_APPROVERS)
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    card = starts(stage)
    all_give(stage, card)
    sam.waits_until(card, "the token is there")
    stage.vaults["b"].says(corrupted_merkle_tree=True, version="1.20.1+ent")
    denied = Answer(403, {"errors": ["permission denied"]})
    stage.vaults.inject(Fault(effect=denied, path=AUTOPILOT, cluster="b", times=None))
    cut_off(stage)

    modal = looks(stage, card, *(words for _, words in LIFTED.values()))
    assert set(may_override(modal)) == set(LIFTED)
    told = asks(stage)
    assert told is not None
    assert "The promotion is blocked" in told.text
    sam.closes()
    sam.waits_until(card, "The gate blocked the promotion", "blocks · merkle tree")

    looks(stage, card, "blocks · token")
    silent = asks(stage, overriding=LIFTED, reason=" ")
    assert silent is not None
    assert "Say why the block is overridden" in silent.errors["reason"]
    assert not events(stage, "promotion_requested")
    asks(stage, overriding=LIFTED, reason="it is the only copy")
    asked_for = kim.waits_until(card, "@Sam asked for it", "2 more people must agree")
    for _, words in LIFTED.values():
        assert words in asked_for
    assert "it is the only copy" in asked_for
    assert overridden(stage) == {check: cause for check, (cause, _) in LIFTED.items()}
    approve(stage, card, "Kim")
    sam.waits_until(card, "1 more person must agree")
    assert sent(stage, PROMOTE) == 0
    approve(stage, card, "Ada")

    promoted(stage, card)
    assert took(stage, PROMOTE) == 1
    (request,) = events(stage, "promotion_requested")
    assert request["reason"] == "it is the only copy"


def test_an_override_is_for_one_cause(set_stage: SetStage) -> None:
    """Agreed to past a primary that is only heard; it answers now, and that blocks anew.

    That too may be overridden: a primary without quorum answers, and can neither write nor be
    demoted.
    """
    stage = set_stage(options=BY_BUTTON, roles=TWO_APPROVERS)
    sam = stage.people["Sam"]
    card = starts(stage)
    all_give(stage, card)
    cut_off(stage)
    looks(stage, card, "b still hears its primary")
    asks(stage, overriding=["no other primary"])
    approve(stage, card, "Kim")
    stage.vaults.clear_faults()
    approve(stage, card, "Ada")
    sam.waits_until(card, "The gate blocked the promotion", "a answers as primary at")
    assert sent(stage, PROMOTE) == 0

    looks(stage, card, "blocks · no other primary: a answers as primary")
    asks(stage, overriding=["no other primary"], reason="a has no quorum")
    assert overridden(stage) == {"no other primary": "answers:a"}
    approve(stage, card, "Kim", "Ada")
    promoted(stage, card)
    assert took(stage, PROMOTE) == 1


def test_what_is_never_overridden(stage: Stage) -> None:
    """No box stands there for a sealed target, nor for another cluster in its place."""
    b = stage.vaults["b"]
    card = starts(stage)
    stage.vaults["a"].kill()
    b.seal()
    refuses(stage, card, "target is a secondary", "b is sealed")
    b.unseal()
    becomes_another(stage)
    refuses(stage, card, "cluster id", "this set was last seen with")
    assert sent(stage, PROMOTE) == 0


@pytest.fixture
def three(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Three clusters; `b` has three nodes."""
    with practice_range(tmp_path / "vaults", names=("a", "b", "c"), nodes={"b": 3}) as clusters:
        yield clusters


def test_with_another_secondary(set_stage: SetStage, three: ReplicationRange) -> None:
    """One promotion at a time, the fuller secondary, a majority of nodes; and never three."""
    stage = set_stage(options=BY_BUTTON, roles=TWO_APPROVERS, vaults=three)
    sam = stage.people["Sam"]
    three["a"].kill()
    three["b"].says(lag=3)
    card = starts(stage, "/dr start payments for=promote cluster=b")
    modal = looks(stage, card, "warning · other secondaries: c has more of the data than b")
    assert may_override(modal) == ()
    other = sam.types("/dr start payments for=promote cluster=c", CHANNEL)
    privately(sam, other, "is open")
    assert [e["cluster"] for e in events(stage, "ceremony_started")] == ["b"]

    for node in ("b2", "b3"):
        three["b"].seal(node)
    modal = looks(stage, card, "blocks · nodes unsealed: 1 of 3 nodes of b answer unsealed")
    assert may_override(modal) == ("nodes unsealed",)
    asks(stage, overriding=["nodes unsealed"])
    assert overridden(stage) == {"nodes unsealed": "no-majority"}
    sam.waits_until(card, "Overridden: 1 of 3 nodes", "2 more people must agree")
    sam.clicks("promotion.reject", card)
    sam.waits_until(card, "rejected the promotion")

    three["a"].revive()
    three["c"].state.role = Role.PRIMARY
    refuses(stage, card, "no other primary", "two primaries already")
    assert sent(stage, PROMOTE) == 0
