"""The gates that warn, through the whole bot: people read them and agree, and it is promoted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import redis

from lab.process import wait_until
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import privately, promoted, starts
from tests.e2e.conftest import SetStage
from tests.e2e.gating import BY_BUTTON, all_give, asks, findings, looks, may_override

WARNED = {
    "no other primary": "a is not reachable from 2 replicas of Conclave: from here",
    "replication state": "b was still synchronising (merkle-sync)",
    "data loss": "records that a had at the last good look",
    "versions": "b runs 1.21.0, which is newer than a",
    "Vault seal": "b unseals by awskms, a by shamir",
    "clocks": "The clocks are 9 s apart",
    "licence": "The licence of b ends in 2 days",
    "performance replication": "b becomes its primary",
    "fencing": "a will come back believing that it is primary",
}


def both_miss_it(stage: Stage) -> bool:
    """Return whether both replicas have told that `a` answers nobody."""
    with redis.Redis.from_url(stage.redis.url) as store:
        told = store.hvals("conclave:cache:{payments}:vantages")
    return sum(b'"silent":["a"]' in sight for sight in told) == len(stage.bots)


def test_whatever_warns_is_read_and_stops_nobody(set_stage: SetStage) -> None:
    """Nine of them at once, each with its words in the modal and the log; one yes is enough."""
    stage = set_stage(bots=2, options=BY_BUTTON, CONCLAVE_LAB_INTENT_SECONDS="6")
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    a, b = stage.vaults["a"], stage.vaults["b"]
    a.says(performance="primary", performance_secondaries=("eu",))
    soon = datetime.now(tz=UTC) + timedelta(days=3) - timedelta(minutes=5)
    b.says(licence_ends=soon, version="1.21.0+ent", clock_skew_ms=9000, seal_type="awskms")
    privately(sam, sam.types("/dr health payments", CHANNEL), "primary")
    a.kill()
    b.says(state="merkle-sync", lag=3)
    card = starts(stage)
    wait_until(lambda: both_miss_it(stage), seconds=20, what="both replicas miss a")

    modal = looks(stage, card, "warning · replication state", "2 replicas")
    assert may_override(modal) == ()
    assert "Unplanned: b is promoted without its primary's word" in modal.text
    asks(stage)
    asked_for = kim.waits_until(card, "@Sam asked for it", "1 more person must agree")
    seen = findings(stage, "promotion_requested")
    for check, words in WARNED.items():
        assert (seen[check]["level"], words in seen[check]["words"]) == ("warn", True), seen[check]
        assert f"warning · {check}" in modal.text or "more" in modal.text
    kim.clicks("promotion.approve", asked_for)
    all_give(stage, card)
    promoted(stage, card)
