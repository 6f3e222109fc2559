"""Somebody says that it looks wrong: nothing goes on until a commander and another agree."""

from __future__ import annotations

from lab.stage import CHANNEL, Stage
from tests.e2e.acts import (
    DRILL,
    asked,
    asks_for_promotion,
    gives,
    nonce_of,
    opens,
    pastes,
    privately,
    promoted,
    share_of,
    starts,
)
from tests.e2e.conftest import SetStage
from tests.e2e.traces import PROMOTE, UPDATE, events, sent, took


def test_a_holder_freezes_and_two_people_thaw(stage: Stage) -> None:
    """No share goes to Vault meanwhile; one agreement is not enough; then it goes on."""
    card = starts(stage, DRILL)
    people, sam = stage.people, stage.people["Sam"]
    asks = {name: asked(people[name], nonce_of(card)) for name in ("Ada", "Ben", "Cat", "Dan")}
    gives(stage, "Ada", 0, ask=asks["Ada"])
    opens(people["Ben"], asks["Ben"])
    before = sam.waits_until(card, "1 of 3")
    assert "1 of 3 shares stay at Vault" in before.confirmation("ceremony.freeze")
    people["Cat"].clicks("ceremony.freeze", asks["Cat"])
    frozen = sam.waits_until(card, "Frozen by @Cat", "stands still with")
    assert set(frozen.buttons) == {"ceremony.thaw", "ceremony.cancel"}
    sam.waits_for("@Cat froze the ceremony on payments/b", channel=CHANNEL)

    pastes(people["Ben"], share_of(stage, 1))
    people["Ben"].waits_for_modal("The ceremony is frozen: no share goes to Vault")
    people["Ben"].closes()
    assert sent(stage, UPDATE) == 1
    told = people["Dan"].waits_until(asks["Dan"], "is frozen: give nothing", within=20)
    assert "share.open" not in told.buttons

    people["Ben"].clicks("ceremony.thaw", frozen)
    half = sam.waits_until(card, "Agreed to thaw: @Ben", "Frozen by @Cat")
    again = people["Ben"].clicks("ceremony.thaw", half)
    privately(people["Ben"], again, "You have agreed already")
    sam.clicks("ceremony.thaw", half)
    thawed = sam.waits_until(card, "Drill on payments/b: 1 of 3 shares", "Waiting for")
    assert "Frozen" not in thawed
    people["Ben"].waits_until(asks["Ben"], "your key share is needed", within=20)
    gives(stage, "Ben", 1, ask=asks["Ben"])
    sam.waits_until(card, "2 of 3")


def test_two_holders_cannot_thaw(stage: Stage) -> None:
    """One of the two must command; two commanders will do."""
    card = starts(stage, DRILL)
    people, sam = stage.people, stage.people["Sam"]
    sam.clicks("ceremony.freeze", card)
    frozen = sam.waits_until(card, "Frozen by @Sam")
    for name in ("Ada", "Ben"):
        people[name].clicks("ceremony.thaw", frozen)
    still = sam.waits_until(card, "Agreed to thaw: @Ada, @Ben")
    assert "Frozen by @Sam" in still
    people["Kim"].clicks("ceremony.thaw", still)
    sam.waits_until(card, "Drill on payments/b: 0 of 3")
    assert len(events(stage, "ceremony_thawed")) == 1


def test_the_maximum_does_not_stand_still(set_stage: SetStage) -> None:
    """The deadline stands still while it is frozen, `max` does not: the card names both."""
    stage = set_stage(options='[ceremony]\ndeadline = "8s"\nmax = "8s"\n')
    card = starts(stage, DRILL)
    stage.people["Ada"].clicks("ceremony.freeze", asked(stage.people["Ada"], nonce_of(card)))
    sam = stage.people["Sam"]
    sam.waits_until(card, "Frozen by @Ada", "stands still with", "ends for good")
    sam.waits_until(card, "Drill on payments/b: out of time", within=20)


def test_nothing_is_promoted_while_it_is_frozen(set_stage: SetStage) -> None:
    """Approved and all shares there: the freeze holds the promotion, the thaw lets it go."""
    stage = set_stage(options="[approval]\nholders_count = false\n")
    stage.vaults["a"].kill()
    card = starts(stage)
    kim, people = stage.people["Kim"], stage.people
    asks_for_promotion(stage, card)
    asks = {name: asked(people[name], nonce_of(card)) for name in ("Ada", "Ben", "Cat", "Eve")}
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number, ask=asks[name])
    kim.waits_until(card, "the token is there", "1 more person must approve")
    people["Eve"].clicks("ceremony.freeze", asks["Eve"])
    frozen = kim.waits_until(card, "Frozen by @Eve")
    assert "promotion.approve" not in frozen.buttons
    kim.types("/dr promote payments", CHANNEL)
    kim.waits_for_modal(callback_id="promotion.request")
    kim.fills("cluster", "value", " Payments/B ")
    kim.submits()
    kim.waits_for_modal("The ceremony is frozen; thaw it first")
    kim.closes()

    for name in ("Eve", "Sam"):
        people[name].clicks("ceremony.thaw", frozen)
    thawed = kim.waits_until(card, "1 more person must approve", within=15)
    assert took(stage, PROMOTE) == 0
    kim.clicks("promotion.approve", thawed)
    promoted(stage, card)
