"""A replica dies (SIGKILL) where it asks Vault something; the other one goes on, and nobody pays.

Each effect is met twice: just before Vault saw the request, and just after Vault did it.
"""

from __future__ import annotations

import pytest

from lab.people import Person
from lab.process import wait_until
from lab.sights import Reaction, Seen
from lab.stage import CHANNEL, Stage
from tests.e2e import spots
from tests.e2e.acts import (
    START,
    asked,
    asks_for_promotion,
    gives,
    opens,
    promoted,
    share_of,
    starts,
)
from tests.e2e.conftest import SetStage
from tests.e2e.traces import ATTEMPT, DELETE_TOKEN, PROMOTE, UPDATE, took

ADOPTED = 20.0  # seconds: an intent of 6 s, a tick, a look at Vault, a card; on a busy machine


@pytest.fixture
def pair(set_stage: SetStage) -> Stage:
    """Two replicas, and `a` gone."""
    stage = set_stage(bots=2, **spots.SOON)
    stage.vaults["a"].kill()
    return stage


def one_died(stage: Stage) -> None:
    """Return once one replica is dead."""
    wait_until(lambda: len(spots.living(stage)) == 1, seconds=20, what="a replica is killed")
    dead = next(bot for bot in stage.bots if not bot.child.running)
    assert dead.child.exit_status == -9


def dms(person: Person) -> list[Seen]:
    """Return what asks, or asked, this person for a share."""
    return [seen for seen in person.reads_direct() if "Nonce" in seen.text or "Round" in seen.text]


def submits(stage: Stage, name: str, number: int) -> Reaction:
    """Open the modal, paste a share, submit; return what came of it, whatever that is."""
    person = stage.people[name]
    opens(person)
    person.fills("share", "value", share_of(stage, number))
    return person.submits()


def rest_of_the_story(stage: Stage, card: Seen, *names: str) -> Seen:
    """Let these give their shares (Ada has the first, Ben the second, and so on) and promote."""
    for name in names:
        gives(stage, name, ["Ada", "Ben", "Cat"].index(name))
    return promoted(stage, card)


def test_before_the_start_came_to_vault(pair: Stage) -> None:
    """The other replica finds nothing open at Vault and opens the attempt: once."""
    spots.kill_before(pair, spots.START)

    started = pair.people["Sam"].types(START, CHANNEL)

    one_died(pair)
    assert started.acknowledged
    card = pair.people["Sam"].waits_for("0 of 3", channel=CHANNEL, within=ADOPTED)
    asks_for_promotion(pair, card)
    rest_of_the_story(pair, card, "Ada", "Ben", "Cat")
    assert took(pair, ATTEMPT, "PUT") == 1


def test_after_vault_started(pair: Stage) -> None:
    """The OTP died with the replica: probably ours, and ended only on a commander's word."""
    spots.kill_after(pair, spots.START)
    sam = pair.people["Sam"]

    sam.types(START, CHANNEL)

    one_died(pair)
    card = sam.waits_for("probably ours", "its OTP is lost", channel=CHANNEL, within=ADOPTED)
    assert took(pair, ATTEMPT, "DELETE") == 0
    assert "0 of 3 shares given to it are lost" in card.confirmation("ceremony.restart")
    assert sam.clicks("ceremony.restart", card).acknowledged
    sam.waits_until(card, "0 of 3 shares", "Needed: 3 shares")
    asks_for_promotion(pair, card)
    rest_of_the_story(pair, card, "Ada", "Ben", "Cat")
    assert (took(pair, ATTEMPT, "PUT"), took(pair, ATTEMPT, "DELETE")) == (2, 1)


def test_before_a_share_came_to_vault(pair: Stage) -> None:
    """Progress shows that it was not counted; its holder, and nobody else, is asked again."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    spots.kill_before(pair, spots.SHARE)
    ada = pair.people["Ada"]
    ask = asked(ada)

    assert not submits(pair, "Ada", 0).acknowledged

    one_died(pair)
    again = ada.waits_until(ask, "your share was not counted", "give it again", within=ADOPTED)
    ada.closes()
    assert "share.open" in again.buttons
    rest_of_the_story(pair, card, "Ada", "Ben", "Cat")
    assert took(pair, UPDATE) == 3


def test_after_vault_counted_a_share(pair: Stage) -> None:
    """It counts, and its holder is not asked again, though their client saw an error."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    spots.kill_after(pair, spots.SHARE)
    ada = pair.people["Ada"]
    ask = asked(ada)

    assert not submits(pair, "Ada", 0).acknowledged

    one_died(pair)
    counted = ada.waits_until(ask, "Vault counted your share", "1 of 3", within=ADOPTED)
    assert "share.open" not in counted.buttons
    ada.closes()
    rest_of_the_story(pair, card, "Ben", "Cat")
    assert took(pair, UPDATE) == 3
    assert len(dms(ada)) == 1


def test_a_holder_who_presses_again_at_once(pair: Stage) -> None:
    """Their client said that it failed; the second try waits for the truth and counts once."""
    card = starts(pair)
    spots.kill_after(pair, spots.SHARE)
    ada = pair.people["Ada"]
    assert not submits(pair, "Ada", 0).acknowledged

    again = ada.submits()

    assert again.acknowledged
    ada.waits_for_modal("Vault has this very share", within=ADOPTED)
    pair.people["Sam"].waits_until(card, "1 of 3 shares")
    assert took(pair, UPDATE) == 1


def test_before_the_last_share_came_to_vault(pair: Stage) -> None:
    """Nothing was made yet: its holder gives it again, and that leads to the promotion."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    gives(pair, "Ada", 0)
    gives(pair, "Ben", 1)
    spots.kill_before(pair, spots.SHARE)
    cat = pair.people["Cat"]
    ask = asked(cat)

    assert not submits(pair, "Cat", 2).acknowledged

    one_died(pair)
    cat.waits_until(ask, "your share was not counted", "give it again", within=ADOPTED)
    cat.closes()
    rest_of_the_story(pair, card, "Cat")
    assert took(pair, UPDATE) == 3
    assert [len(dms(pair.people[name])) for name in ("Ada", "Ben")] == [1, 1]


def test_after_vault_took_the_last_share(pair: Stage) -> None:
    """The encoded token died with the replica: that is told, and a new attempt replaces it."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    gives(pair, "Ada", 0)
    gives(pair, "Ben", 1)
    spots.kill_after(pair, spots.SHARE)
    sam = pair.people["Sam"]

    assert not submits(pair, "Cat", 2).acknowledged

    one_died(pair)
    lost = sam.waits_until(
        card, "its answer was lost", "a DR operation token that nobody holds", within=ADOPTED
    )
    assert "ceremony.restart" in lost.buttons
    pair.people["Cat"].closes()
    for name in ("Ada", "Ben", "Cat"):
        pair.people[name].waits_for("its answer was lost", direct=True)
    sam.clicks("ceremony.restart", card)
    sam.waits_until(card, "0 of 3 shares", "Needed: 3 shares")
    rest_of_the_story(pair, card, "Ada", "Ben", "Cat")
    assert took(pair, UPDATE) == 6
    assert took(pair, PROMOTE) == 1


def test_before_the_promotion_came_to_vault(pair: Stage) -> None:
    """The other replica sees a secondary still, and sends it: Vault takes one promotion."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    spots.kill_before(pair, spots.PROMOTION)

    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(pair, name, number)

    one_died(pair)
    promoted(pair, card, within=2 * ADOPTED)
    assert took(pair, PROMOTE) == 1


def test_after_vault_took_the_promotion(pair: Stage) -> None:
    """The cluster's own mode says so: it is not sent a second time, and the token is deleted."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    spots.kill_after(pair, spots.PROMOTION)

    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(pair, name, number)

    one_died(pair)
    promoted(pair, card, within=2 * ADOPTED)
    assert took(pair, PROMOTE) == 1
    assert len(pair.vaults.record.find(path=PROMOTE, method="POST")) == 1


@pytest.mark.parametrize("reached", [False, True], ids=["before Vault", "after Vault"])
def test_at_the_deletion_of_the_token(pair: Stage, *, reached: bool) -> None:
    """A red line until it is known; to ask again is harmless, and is done until Vault says so."""
    card = starts(pair)
    asks_for_promotion(pair, card)
    (spots.kill_after if reached else spots.kill_before)(pair, spots.DELETION)

    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(pair, name, number)

    one_died(pair)
    sam = pair.people["Sam"]
    sam.waits_until(
        card,
        "is the primary now",
        "It is not known whether the DR operation token was deleted",
        within=ADOPTED,
    )
    sam.waits_until(card, "The DR operation token is deleted", within=2 * ADOPTED)
    assert took(pair, DELETE_TOKEN) == 1


@pytest.mark.parametrize("reached", [False, True], ids=["before Vault", "after Vault"])
def test_at_the_cancelling(pair: Stage, *, reached: bool) -> None:
    """The ceremony ends, the attempt is gone at Vault, and who gave is told what it cost."""
    card = starts(pair)
    gives(pair, "Ada", 0)
    (spots.kill_after if reached else spots.kill_before)(pair, spots.CANCELLING)
    sam, ada = pair.people["Sam"], pair.people["Ada"]

    assert sam.clicks("ceremony.cancel", card).acknowledged

    one_died(pair)
    sam.waits_until(card, "cancelled", "The attempt is closed at Vault", within=ADOPTED)
    assert took(pair, ATTEMPT, "DELETE") == 1
    ada.waits_for("cancelled the ceremony", "Your share is spent", direct=True)
