"""Asking, agreeing, refusing, waiting too long; and a gate that looks once more before it opens."""

from __future__ import annotations

import pytest
import redis

from lab.enterprise import AfterPromotion
from lab.process import wait_until
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import (
    asks_for_promotion,
    privately,
    promoted,
    starts,
)
from tests.e2e.conftest import SetStage
from tests.e2e.gating import BY_BUTTON, all_give
from tests.e2e.traces import DELETE_TOKEN, PROMOTE, events, sent, took

SEALED = "conclave:*:secret:token:*"


def alone(stage: Stage) -> Seen:
    """Let `a` be gone and Sam start; return the card."""
    stage.vaults["a"].kill()
    return starts(stage)


def test_nobody_approves_their_own_request(set_stage: SetStage) -> None:
    """Kim may approve, but not what Kim asked for; rejected, it is asked for by Sam instead."""
    stage = set_stage(options=BY_BUTTON)
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    card = alone(stage)
    all_give(stage, card)
    asks_for_promotion(stage, card, by="Kim")
    asked_for = kim.waits_until(card, "@Kim asked for it", "1 more person must agree")
    own = kim.clicks("promotion.approve", asked_for)
    privately(kim, own, "another person must approve it")
    other = sam.clicks("promotion.approve", asked_for)
    privately(sam, other, "This is for an approver: Kim")
    holder = stage.people["Ada"].clicks("promotion.approve", asked_for)
    privately(stage.people["Ada"], holder, "This is for an approver: Kim")
    assert not events(stage, "promotion_approved")

    assert "must be asked for again" in asked_for.confirmation("promotion.reject")
    sam.clicks("promotion.reject", asked_for)
    sam.waits_until(card, "@Sam rejected the promotion", "An incident commander can now ask")
    asks_for_promotion(stage, card)
    again = kim.waits_until(card, "@Sam asked for it")
    kim.waits_for("@Sam asks to promote payments/b", channel=CHANNEL)
    kim.clicks("promotion.approve", again)
    final = promoted(stage, card)
    assert "Approved by: @Kim" in final


def test_another_name_than_the_cluster_s(stage: Stage) -> None:
    """What is typed must name it: another is refused beneath, and nothing is asked for."""
    card = alone(stage)
    modal = asks_for_promotion(stage, card, typed="payments/a")
    assert modal is not None
    assert "Type payments/b to confirm" in modal.errors["cluster"]
    assert not events(stage, "promotion_requested")
    stage.people["Sam"].fills("cluster", "value", "  Payments/B ")
    stage.people["Sam"].submits()
    stage.people["Sam"].waits_for_no_modal()
    stage.people["Sam"].waits_until(card, "@Sam asked for it")


def test_by_command(stage: Stage) -> None:
    """`/dr promote` opens the same modal, with the reason that was typed."""
    card = alone(stage)
    sam = stage.people["Sam"]
    typed = sam.types("/dr promote payments reason=“b is in step”", CHANNEL)
    assert typed.acknowledged
    modal = sam.waits_for_modal("payments/b becomes the primary", callback_id="promotion.request")
    assert "Not reachable from here" in sam.waits_for_modal("Not reachable from here").text
    assert "b is in step" in str(modal.view.view)
    sam.fills("cluster", "value", "payments/b")
    sam.submits()
    sam.waits_until(card, "@Sam asked for it", "b is in step")


def test_an_approval_lapses(set_stage: SetStage) -> None:
    """Given too early, it is asked for anew; the promotion waits for the fresh one."""
    stage = set_stage(options=f'{BY_BUTTON}[ceremony]\napproval_lapses = "7s"\n')
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    card = alone(stage)
    asks_for_promotion(stage, card)
    kim.clicks("promotion.approve", kim.waits_until(card, "@Sam asked for it"))
    sam.waits_until(card, "Enough people agree until")
    lapsed = kim.waits_until(card, "@Sam asked for it", "1 more person must agree", within=15)
    all_give(stage, card)
    waits = kim.waits_until(card, "the token is there", "1 more person must approve")
    assert took(stage, PROMOTE) == 0
    assert "promotion.approve" in lapsed.buttons
    kim.clicks("promotion.approve", waits)
    promoted(stage, card)


def test_a_token_that_nobody_approved(set_stage: SetStage) -> None:
    """It is deleted in time; the card says so and starts anew with one click."""
    stage = set_stage(options=f'{BY_BUTTON}[ceremony]\ntoken_unused = "4s"\n')
    card = alone(stage)
    all_give(stage, card)
    stage.people["Sam"].waits_until(card, "the token is there", "sealed")
    over = stage.people["Sam"].waits_until(card, "token not used", "is deleted", within=20)
    assert "No promotion was approved in time" in over
    assert "ceremony.restart" in over.buttons
    assert (took(stage, PROMOTE), took(stage, DELETE_TOKEN)) == (0, 1)


def test_cancelled_with_the_token_there(set_stage: SetStage) -> None:
    """It is deleted at Vault and opens nothing any more; nothing was promoted."""
    stage = set_stage(options=BY_BUTTON)
    card = alone(stage)
    sam = stage.people["Sam"]
    all_give(stage, card)
    held = sam.waits_until(card, "the token is there", "sealed")
    with redis.Redis.from_url(stage.redis.url) as store:
        assert len(store.keys(SEALED)) == 1
        sam.clicks("ceremony.cancel", held)
        sam.waits_until(card, "@Sam cancelled it", "The DR operation token is deleted", within=20)
        assert store.keys(SEALED) == []
    assert (took(stage, PROMOTE), took(stage, DELETE_TOKEN)) == (0, 1)


def test_the_old_primary_is_there(stage: Stage) -> None:
    """It cannot be asked for while another cluster answers as primary: with address and time."""
    card = starts(stage)
    modal = asks_for_promotion(stage, card)
    told = modal.text if modal else ""
    assert "The promotion is blocked. a answers as primary at http" in told
    stage.people["Sam"].closes()
    blocked = stage.people["Sam"].waits_until(card, "The gate blocked the promotion")
    assert "blocks · no other primary: a answers as primary at" in blocked
    assert not events(stage, "promotion_requested")


def test_the_old_primary_wakes_up_after_the_approval(set_stage: SetStage) -> None:
    """The gate looks once more right before the promotion is sent: nothing is sent.

    When it is gone again, all that was agreed has to be agreed again.
    """
    stage = set_stage(options=BY_BUTTON)
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    card = alone(stage)
    asks_for_promotion(stage, card)
    kim.clicks("promotion.approve", kim.waits_until(card, "@Sam asked for it"))
    sam.waits_until(card, "Enough people agree")
    stage.vaults["a"].revive()
    all_give(stage, card)
    sam.waits_until(
        card, "The gate blocked the promotion", "a answers as primary at", "the token is there"
    )
    assert sent(stage, PROMOTE) == 0
    stage.vaults["a"].kill()
    asks_for_promotion(stage, card)
    anew = kim.waits_until(card, "@Sam asked for it", "1 more person must")
    kim.clicks("promotion.approve", anew)
    promoted(stage, card)


def test_still_catching_up(stage: Stage) -> None:
    """503 at first: the card says when it is asked again, and it is never forced."""
    stage.vaults["b"].behaviour.catching_up = 1
    card = alone(stage)
    asks_for_promotion(stage, card)
    all_give(stage, card)
    stage.people["Sam"].waits_until(card, "Vault was asked once", "It never forces a promotion")
    promoted(stage, card)
    assert (sent(stage, PROMOTE), took(stage, PROMOTE)) == (2, 1)
    (asked_with,) = {seen.fields for seen in stage.vaults.record.find(path=PROMOTE)}
    assert asked_with == {"dr_operation_token"}


@pytest.mark.parametrize(
    ("answer", "reads"),
    [
        (AfterPromotion.DELETED, "The DR operation token is deleted"),
        (AfterPromotion.REFUSED, "cannot be deleted any more"),
    ],
    ids=["deleted", "no longer a secondary"],
)
def test_the_token_s_end(stage: Stage, answer: AfterPromotion, reads: str) -> None:
    """Vault's answer after a promotion is one of two, and the card tells which."""
    stage.vaults["b"].behaviour.deletion_after_promotion = answer
    card = alone(stage)
    asks_for_promotion(stage, card)
    all_give(stage, card)
    stage.people["Sam"].waits_until(card, "is the primary now", reads, within=30)
    wait_until(
        lambda: sent(stage, DELETE_TOKEN) == 1, seconds=10, what="Vault was asked to delete it"
    )
