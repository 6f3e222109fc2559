"""Somebody with a terminal, past the bot: seen without a click, told, and nobody is blamed."""

from __future__ import annotations

import pytest
from requests import HTTPError

from lab.stage import CHANNEL, Stage
from tests.e2e.acts import (
    DRILL,
    asked,
    asked_again,
    gives,
    nonce_of,
    privately,
    share_of,
    share_of_another_cluster,
    starts,
)
from tests.e2e.traces import ATTEMPT, UPDATE, at_vault, events, took
from tests.e2e.words.said import outsider

THREE = ("Ada", "Ben", "Cat")


def test_cancelled_in_mid_way(stage: Stage) -> None:
    """Nobody has to give a share to find out; who gave is told; one click starts anew."""
    card = starts(stage, DRILL)
    ada, sam = stage.people["Ada"], stage.people["Sam"]
    ask = asked(ada, nonce_of(card))
    gives(stage, "Ada", 0, ask=ask)
    outsider(stage, "DELETE", ATTEMPT)

    lost = sam.waits_until(card, "the attempt is lost", "nobody here did anything wrong", within=20)
    sam.waits_for("is lost; you can start a new one", channel=CHANNEL)
    told = ada.waits_until(ask, "The shares given are spent", within=20)
    assert not told.buttons
    assert took(stage, ATTEMPT, "PUT") == 1, "no attempt is opened without a person's word"
    sam.clicks("ceremony.restart", lost)
    anew = sam.waits_until(card, "Drill on payments/b: 0 of 3", "Needed: 3 shares", within=20)
    assert nonce_of(anew) != nonce_of(card)
    for number, name in enumerate(THREE):
        gives(stage, name, number, ask=asked(stage.people[name], nonce_of(anew)))
    sam.waits_until(card, "Drill on payments/b: passed", within=20)
    assert took(stage, ATTEMPT, "DELETE") == 1, "the outsider's own"


def test_the_slot_is_taken(stage: Stage) -> None:
    """Another attempt stands where ours stood: it is left alone, also when ours is called off."""
    card = starts(stage, DRILL)
    sam = stage.people["Sam"]
    gives(stage, "Ada", 0)
    sam.waits_until(card, "1 of 3")
    outsider(stage, "DELETE", ATTEMPT)
    outsider(stage, "PUT", ATTEMPT)
    theirs = at_vault(stage)["nonce"]

    sam.waits_until(card, "the attempt is lost", within=20)
    cancelled = sam.types("/dr cancel payments", CHANNEL)
    privately(sam, cancelled, "The ceremony is cancelled")

    sam.waits_until(card, "@Sam cancelled it", within=20)
    assert at_vault(stage)["nonce"] == theirs
    assert took(stage, ATTEMPT, "DELETE") == 1, "the outsider's own"


def test_a_share_is_given_outside(stage: Stage) -> None:
    """Progress grows without us: it counts, by whom is not known, and two more complete it."""
    card = starts(stage, DRILL)
    outsider(stage, "PUT", UPDATE, key=share_of(stage, 4), nonce=nonce_of(card))

    grown = stage.people["Sam"].waits_until(card, "1 of 3", "Given outside Conclave", within=20)
    assert "by whom is not known" in grown
    gives(stage, "Ada", 0)
    gives(stage, "Ben", 1)

    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", within=20)
    assert took(stage, UPDATE) == 3


def test_the_shares_are_thrown_away_from_outside(stage: Stage) -> None:
    """Progress falls without us: a new round under the same nonce, and everybody is asked anew."""
    card = starts(stage, DRILL)
    nonce, sam = nonce_of(card), stage.people["Sam"]
    asks = {name: asked(stage.people[name], nonce) for name in THREE}
    gives(stage, "Ada", 0, ask=asks["Ada"])
    sam.waits_until(card, "1 of 3")
    taken = {share[-1] for share in stage.vaults["b"].bao.shares}
    one, other = [x for x in range(1, 256) if x not in taken][:2]
    outsider(stage, "PUT", UPDATE, key=share_of_another_cluster(stage, x=one), nonce=nonce)
    with pytest.raises(HTTPError, match="400"):
        outsider(stage, "PUT", UPDATE, key=share_of_another_cluster(stage, x=other), nonce=nonce)

    lost = sam.waits_until(card, "0 of 3", "outside Conclave", within=20)
    assert nonce_of(lost) == nonce == at_vault(stage)["nonce"]
    assert len(events(stage, "round_lost", cause="reset-outside")) == 1
    for number, name in enumerate(THREE):
        gives(stage, name, number, ask=asked_again(stage.people[name], asks[name]))
    sam.waits_until(card, "Drill on payments/b: passed", within=20)
