"""The gates of a planned failover: there is time, so nothing that blocks is ever overridden."""

from __future__ import annotations

from collections.abc import Callable

from lab.enterprise.cluster import LabCluster
from lab.stage import CHANNEL
from tests.e2e.acts import nonce_of
from tests.e2e.conftest import SetStage
from tests.e2e.gating import BY_BUTTON, asks, findings, looks, may_override
from tests.e2e.traces import events, sent

Change = Callable[[LabCluster], None]
STRICT: dict[str, tuple[Change, str]] = {
    "data loss": (lambda b: b.says(lag=5), "records behind a. Stop the writers"),
    "replication state": (lambda b: b.says(state="merkle-sync"), "still synchronising"),
    "versions": (lambda b: b.says(version="1.21.0+ent"), "which is newer than a"),
    "merkle tree": (lambda b: b.says(corrupted_merkle_tree=True), "corrupted"),
}


def test_what_blocks_is_waited_for(set_stage: SetStage) -> None:
    """Lag, synchronising, a newer target, a corrupted tree: no box; mended, it may be asked."""
    stage = set_stage(options=BY_BUTTON)
    sam, b = stage.people["Sam"], stage.vaults["b"]
    stage.vaults.replicate("b")
    sam.types("/dr run payments planned-failover cluster=b reason=maintenance", CHANNEL)
    plan = sam.waits_for("Planned failover", channel=CHANNEL, button="runbook.continue", within=20)
    sam.clicks("runbook.continue", plan)
    card = sam.waits_for("payments/b", "0 of 3", channel=CHANNEL, within=20)
    assert nonce_of(card)

    for change, _ in STRICT.values():
        change(b)
    modal = looks(stage, card, *(words for _, words in STRICT.values()))
    assert may_override(modal) == ()
    told = asks(stage)
    assert told is not None
    assert "The promotion is blocked" in told.text
    seen = findings(stage, "promotion_blocked")
    for check in STRICT:
        assert (seen[check]["level"], seen[check]["final"]) == ("block", True)

    b.says(lag=0, state=None, version=None, corrupted_merkle_tree=False)
    modal = looks(stage, card, "Planned: a is demoted, then b promoted", "Lag 0: b has all")
    assert "blocks" not in modal.text
    assert asks(stage) is None
    sam.waits_until(card, "@Sam asked for it")
    stage.vaults["a"].kill()
    kim = stage.people["Kim"]
    kim.clicks("promotion.reject", kim.waits_until(card, "@Sam asked for it"))
    sam.waits_until(card, "rejected the promotion")
    modal = looks(stage, card, "blocks · no other primary", "this is a failover, not a planned one")
    assert may_override(modal) == ()
    assert not sent(stage, "primary/demote")
    assert len(events(stage, "promotion_requested")) == 1
