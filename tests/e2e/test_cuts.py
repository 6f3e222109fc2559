"""The connection breaks at an effect: what people read, and that Vault is asked for it once."""

from __future__ import annotations

import pytest

from lab.stage import CHANNEL, Stage
from tests.e2e import spots
from tests.e2e.acts import (
    START,
    asked,
    asks_for_promotion,
    gives,
    pastes,
    promoted,
    share_of,
    starts,
    what_is_wrong,
)
from tests.e2e.conftest import SetStage
from tests.e2e.traces import ATTEMPT, DELETE_TOKEN, PROMOTE, UPDATE, sent, took

THREE = ("Ada", "Ben", "Cat")


@pytest.fixture
def cut(set_stage: SetStage) -> Stage:
    """One bot, and `a` gone."""
    stage = set_stage()
    stage.vaults["a"].kill()
    return stage


def test_the_reply_to_the_start(cut: Stage) -> None:
    """Vault tells the OTP once: the attempt is of no use, and the commander is called to end it."""
    spots.cut_after(cut, spots.START)
    sam = cut.people["Sam"]

    sam.types(START, CHANNEL)

    card = sam.waits_for("probably ours", "its OTP is lost", channel=CHANNEL)
    assert "Check on the call that nobody else started one" in card.text
    sam.waits_for("only you can decide to end it", channel=CHANNEL)
    assert card.buttons["ceremony.restart"] == "End it and start ours"
    assert took(cut, ATTEMPT, "DELETE") == 0
    sam.clicks("ceremony.restart", card)
    sam.waits_until(card, "Needed: 3 shares")
    assert (took(cut, ATTEMPT, "PUT"), took(cut, ATTEMPT, "DELETE")) == (2, 1)


def test_a_start_that_never_arrived(cut: Stage) -> None:
    """Nothing is open at Vault, so it is asked again, and nobody notices."""
    spots.cut_before(cut, spots.START)
    starts(cut)
    assert took(cut, ATTEMPT, "PUT") == 1


def test_the_reply_to_a_share(cut: Stage) -> None:
    """Progress says that it was counted: the modal closes as after any share."""
    card = starts(cut)
    spots.cut_after(cut, spots.SHARE)
    ada = cut.people["Ada"]
    ask = asked(ada)

    assert gives(cut, "Ada", 0) is None

    ada.waits_until(ask, "Vault counted your share", "1 of 3 shares so far")
    cut.people["Sam"].waits_until(card, "1 of 3 shares")
    assert sent(cut, UPDATE) == took(cut, UPDATE) == 1


def test_a_share_that_never_arrived(cut: Stage) -> None:
    """The modal says that nothing is wrong with it, and takes it again."""
    card = starts(cut)
    spots.cut_before(cut, spots.SHARE)
    ada = cut.people["Ada"]
    ask = asked(ada)

    modal = gives(cut, "Ada", 0)

    assert "did not count your share. Nothing is wrong with it" in what_is_wrong(modal)
    ada.waits_until(ask, "your share was not counted", "The other holders' shares are not lost")
    pastes(ada, share_of(cut, 0))
    ada.waits_for_no_modal()
    ada.waits_until(ask, "Vault counted your share")
    cut.people["Sam"].waits_until(card, "1 of 3 shares")
    assert took(cut, UPDATE) == 1


def test_the_reply_to_the_last_share(cut: Stage) -> None:
    """Vault may have a token that nobody holds: everybody is told; a new attempt replaces it."""
    card = starts(cut)
    asks_for_promotion(cut, card)
    spots.cut_after(cut, spots.LAST_SHARE)
    sam = cut.people["Sam"]

    for number, name in enumerate(THREE):
        gives(cut, name, number)

    lost = sam.waits_until(card, "the last share and its answer was lost", "nobody holds")
    assert "A new attempt replaces it; start one even if you do not need it" in lost.text
    sam.waits_for("is lost; you can start a new one", channel=CHANNEL)
    for name in THREE:
        told = cut.people[name].waits_for("its answer was lost", direct=True)
        assert "a new message asks you again" in told.text
        assert not told.buttons
    sam.clicks("ceremony.restart", card)
    sam.waits_until(card, "0 of 3 shares", "Needed: 3 shares")
    for number, name in enumerate(THREE):
        gives(cut, name, number)
    promoted(cut, card)
    assert (took(cut, UPDATE), took(cut, PROMOTE), took(cut, DELETE_TOKEN)) == (6, 1, 1)


def test_the_reply_to_the_promotion(cut: Stage) -> None:
    """The cluster's own mode says that it was taken on; it is sent once."""
    card = starts(cut)
    asks_for_promotion(cut, card)
    spots.cut_after(cut, spots.PROMOTION)

    for number, name in enumerate(THREE):
        gives(cut, name, number)

    promoted(cut, card)
    assert sent(cut, PROMOTE) == 1


@pytest.mark.parametrize("reached", [False, True], ids=["before Vault", "after Vault"])
def test_the_reply_to_the_deletion(cut: Stage, *, reached: bool) -> None:
    """A red line that says to treat the token as alive, until Vault's word is there."""
    card = starts(cut)
    asks_for_promotion(cut, card)
    (spots.cut_after if reached else spots.cut_before)(cut, spots.DELETION)

    for number, name in enumerate(THREE):
        gives(cut, name, number)

    sam = cut.people["Sam"]
    unknown = sam.waits_until(card, "It is not known whether the DR operation token was deleted")
    assert "Until then treat it as alive" in unknown.text
    assert "payments/b is the primary now" in unknown.text
    sam.waits_until(card, "The DR operation token is deleted", within=30)
    assert took(cut, DELETE_TOKEN) == 1


@pytest.mark.parametrize("reached", [False, True], ids=["before Vault", "after Vault"])
def test_the_reply_to_the_cancelling(set_stage: SetStage, *, reached: bool) -> None:
    """Cancelling is asked again once the intent is over: the nonce is read before each."""
    cut = set_stage(**spots.SOON)
    card = starts(cut)
    (spots.cut_after if reached else spots.cut_before)(cut, spots.CANCELLING)
    sam = cut.people["Sam"]

    sam.clicks("ceremony.cancel", card)

    sam.waits_until(card, "cancelled it", "The attempt is closed at Vault", within=20)
    assert took(cut, ATTEMPT, "DELETE") == 1
