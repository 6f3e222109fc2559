"""Vault 2.x, the primary dead, no token anywhere: through Slack, by two people, and shut again."""

from __future__ import annotations

from lab.enterprise import ReplicationRange, VaultLine
from lab.operator import Operator
from lab.stage import CHANNEL
from tests.e2e.acts import START, asks_for_promotion, gives, privately, promoted
from tests.e2e.conftest import SetStage


def test_from_the_refusal_to_a_commanders_word(dr: ReplicationRange, set_stage: SetStage) -> None:
    """Sam cannot agree to his own wish; Kim does; the steps are followed; the card follows too."""
    dr["b"].behaviour.line = VaultLine.TWO
    dr["a"].kill()
    stage = set_stage(CONCLAVE_LAB_INTENT_SECONDS="6")
    sam, kim, hands = stage.people["Sam"], stage.people["Kim"], Operator(clusters=dr)

    sam.types(START, CHANNEL)
    card = sam.waits_for("wants a token for the attempt", button="glass.approve", within=20)
    tried = sam.clicks("glass.approve", card)
    privately(sam, tried, "another person's word")
    kim.clicks("glass.approve", card)
    sam.waits_until(card, "agreed to let attempts into payments/b", "SIGHUP", within=20)

    hands.open_attempts()
    card = sam.waits_until(card, "0 of 3", "lets attempts be made without a token", within=20)
    asks_for_promotion(stage, card)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number)
    card = promoted(stage, card)

    card = sam.waits_until(card, "Close payments/b again", within=20)
    hands.close_attempts()
    sam.clicks("glass.closed", card)

    def is_over() -> bool:
        now = sam.again(card)
        return now is not None and "Close payments/b again" not in now.text

    assert stage.chat.workspace.pulse.wait_for(is_over, within=20), "it is over"
