"""The first gate through the whole bot: what a target must be, besides a secondary."""

from __future__ import annotations

from lab.enterprise import Answer, Fault
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import DRILL, START, asks_for_promotion, privately, starts
from tests.e2e.traces import ATTEMPT, PROMOTE, events, sent

OTHER = "0f8d9d2e-1b7e-4c55-9a63-5c2f6a1b0e11"


def becomes_another(stage: Stage) -> None:
    """Let `b` carry another cluster id from now on, as after it was set up anew."""
    health = stage.vaults.request("b", "GET", "sys/health?drsecondarycode=200").json()
    answer = Answer(200, {**health, "cluster_id": OTHER})
    stage.vaults.inject(Fault(effect=answer, path="sys/health", cluster="b", times=None))


def test_another_cluster_in_its_place_at_the_start(stage: Stage) -> None:
    """It answers as secondary and is not the one that this set knows: no attempt is opened."""
    sam = stage.people["Sam"]
    starts(stage, DRILL)
    cancelled = sam.types("/dr cancel payments", CHANNEL)
    privately(sam, cancelled, "cancelled")
    sam.waits_for("closed at Vault", channel=CHANNEL, within=20)
    before = sent(stage, ATTEMPT)
    becomes_another(stage)

    typed = sam.types(START, CHANNEL)

    answer = privately(sam, typed, "Nothing was started", "cluster id")
    assert "b" in answer
    assert len(events(stage, "ceremony_started")) == 1
    assert sent(stage, ATTEMPT) == before


def test_another_cluster_in_its_place_at_the_promotion(stage: Stage) -> None:
    """Known as one thing when shares were given, another when it is to be promoted: blocked."""
    sam = stage.people["Sam"]
    card = starts(stage)
    stage.vaults["a"].kill()
    becomes_another(stage)

    modal = asks_for_promotion(stage, card)

    assert modal is not None
    assert "The promotion is blocked" in modal.text
    sam.closes()
    sam.waits_until(card, "The gate blocked the promotion", "cluster id")
    assert sent(stage, PROMOTE) == 0
    assert not events(stage, "promotion_requested")
