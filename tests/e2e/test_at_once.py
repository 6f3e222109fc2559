"""At the same instant, twice, or late: what comes of it is the same as one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab.chat.deliveries import EnvelopeKind
from lab.enterprise import Delay, Fault
from lab.people import Person
from lab.process import wait_until
from lab.sights import Reaction, Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import (
    DRILL,
    START,
    asked,
    asked_again,
    gives,
    nonce_of,
    opens,
    pastes,
    privately,
    promoted,
    share_of,
    share_of_another_cluster,
    starts,
)
from tests.e2e.conftest import SetStage
from tests.e2e.traces import ATTEMPT, PROMOTE, UPDATE, at_vault, events, sent, took

AT_MOST = 2.6  # seconds: being told comes 2.0 s after the envelope arrived, Slack gives up at 3


def ready(stage: Stage, card: Seen, names: Iterable[str]) -> list[Person]:
    """Let these open the modal; return them."""
    people = [stage.people[name] for name in names]
    for person in people:
        opens(person, asked(person, nonce_of(card)))
    return people


def together(people: list[Person], shares: list[str]) -> list[Reaction]:
    """Let everybody submit in the same instant."""
    for person, share in zip(people, shares, strict=True):
        person.fills("share", "value", share)
    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(lambda person: person.submits(), people))


@pytest.mark.parametrize("bots", [1, 2], ids=["one replica", "two replicas"])
def test_three_holders_at_the_same_instant(set_stage: SetStage, bots: int) -> None:
    """Vault gets one share at a time; all three count, and the drill passes."""
    stage = set_stage(bots=bots)
    card = starts(stage, DRILL)
    people = ready(stage, card, ("Ada", "Ben", "Cat"))
    stage.vaults.inject(Fault(effect=Delay(0.3), path=UPDATE, times=3))
    reactions = together(people, [share_of(stage, number) for number in range(3)])
    assert all(reaction.acknowledged for reaction in reactions)
    ways = {one.connection for r in reactions if r.delivery for one in r.delivery.attempts}
    assert len(ways) == bots
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", within=20)
    assert (sent(stage, UPDATE), took(stage, UPDATE)) == (3, 3)
    assert sorted(e["progress"] for e in events(stage, "share_accepted")) == [1, 2, 3]


def test_two_last_shares_at_the_same_instant(stage: Stage) -> None:
    """One of them completes it; the other is thanked and its share is not sent."""
    card = starts(stage, DRILL)
    for number, name in enumerate(("Ada", "Ben")):
        gives(stage, name, number, ask=asked(stage.people[name], nonce_of(card)))
    people = ready(stage, card, ("Cat", "Dan"))
    stage.vaults.inject(Fault(effect=Delay(0.3), path=UPDATE))
    together(people, [share_of(stage, 2), share_of(stage, 3)])
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", within=20)
    assert (sent(stage, UPDATE), took(stage, UPDATE)) == (3, 3)
    left = [person.modal for person in people if person.modal]
    assert len(left) == 1
    assert "Not needed any more, thank you. Your share was not sent" in left[0].text


def test_everything_delivered_twice(set_stage: SetStage) -> None:
    """Start, share, request, approval: each comes to two replicas, and is done once."""
    stage = set_stage(bots=2, options="[approval]\nholders_count = false\n")
    courier, people = stage.chat.courier, stage.people
    sam, kim = people["Sam"], people["Kim"]
    stage.vaults["a"].kill()
    courier.duplicate(EnvelopeKind.COMMAND, spread=True)
    typed = sam.types(START, CHANNEL)
    card = sam.waits_for("Promote payments/b: 0 of 3", channel=CHANNEL, after=typed, within=20)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        opens(people[name], asked(people[name], nonce_of(card)))
        courier.duplicate(EnvelopeKind.INTERACTIVE, spread=True)
        twice = pastes(people[name], share_of(stage, number))
        assert twice.delivery
        assert len({attempt.connection for attempt in twice.delivery.attempts}) == 2
        assert people[name].modal is None
    ready_ = sam.waits_until(card, "All shares are there")
    sam.clicks("promotion.open", ready_)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", "payments/b")
    courier.duplicate(EnvelopeKind.INTERACTIVE, spread=True)
    sam.submits()
    request = kim.waits_until(card, "1 more person must approve")
    courier.duplicate(EnvelopeKind.INTERACTIVE, spread=True)
    kim.clicks("promotion.approve", request)
    promoted(stage, card)

    once = ("ceremony_started", "attempt_opened", "promotion_requested", "promotion_approved")
    assert [len(events(stage, kind)) for kind in once] == [1, 1, 1, 1]
    assert len(events(stage, "share_accepted")) == 3
    assert sent(stage, UPDATE) == took(stage, UPDATE) == 3
    assert took(stage, ATTEMPT, "PUT") == took(stage, PROMOTE) == 1


def test_freezing_twice(set_stage: SetStage) -> None:
    """A click that is delivered twice to one replica freezes once and complains to nobody."""
    stage = set_stage(bots=1)
    card = starts(stage, DRILL)
    ada = stage.people["Ada"]
    stage.chat.courier.duplicate(EnvelopeKind.INTERACTIVE)
    frozen = ada.clicks("ceremony.freeze", asked(ada, nonce_of(card)))
    stage.people["Sam"].waits_until(card, "Frozen by @Ada")
    assert len(events(stage, "ceremony_frozen")) == 1
    assert ada.look(ephemeral=True, after=frozen) is None


def test_a_share_for_which_vault_takes_its_time(stage: Stage) -> None:
    """After two seconds the modal says "received, checking"; then modal and message tell."""
    card = starts(stage, DRILL)
    ada = stage.people["Ada"]
    ask = asked(ada, nonce_of(card))
    opens(ada, ask)
    stage.vaults.inject(Fault(effect=Delay(3.5), path=UPDATE))
    reaction = pastes(ada, share_of(stage, 0))
    assert reaction.seconds < AT_MOST
    checking = ada.waits_for_modal("Your share was received for payments/b")
    assert "do not give the share again until it does" in checking.text
    ada.waits_for_modal("Vault has your share: 1 of 3 shares. Thank you")
    ada.waits_until(ask, "Vault counted your share")


def test_a_slow_last_share_that_does_not_fit(stage: Stage) -> None:
    """Whoever closed the modal meanwhile reads in their messages what came of it."""
    card = starts(stage, DRILL)
    asks = {name: asked(stage.people[name], nonce_of(card)) for name in ("Ada", "Ben", "Cat")}
    gives(stage, "Ada", 0, ask=asks["Ada"])
    gives(stage, "Ben", 1, ask=asks["Ben"])
    cat = stage.people["Cat"]
    opens(cat, asks["Cat"])
    stage.vaults.inject(Fault(effect=Delay(3.0), path=UPDATE))
    reaction = pastes(cat, share_of_another_cluster(stage))
    assert reaction.seconds < AT_MOST
    cat.waits_for_modal("received")
    cat.closes()
    cat.waits_until(asks["Cat"], "round 1 is over", "Nobody is blamed", within=20)
    again = asked_again(cat, asks["Cat"])
    gives(stage, "Cat", 2, ask=again)
    stage.people["Sam"].waits_until(card, "1 of 3")
    assert at_vault(stage)["progress"] == 1


def test_a_slow_share_that_is_not_needed(stage: Stage) -> None:
    """Cancelled while a share waits behind another: it is thanked for and not sent."""
    card = starts(stage, DRILL)
    ada, ben = ready(stage, card, ("Ada", "Ben"))
    sam = stage.people["Sam"]
    stage.vaults.inject(Fault(effect=Delay(4.0), path=UPDATE))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(pastes, ada, share_of(stage, 0))
        wait_until(
            lambda: bool(events(stage, "intended", kind="share")),
            seconds=5,
            what="Ada's share is on its way",
        )
        pastes(ben, share_of(stage, 1))
        ben.waits_for_modal("received")
        cancelled = sam.types("/dr cancel payments", CHANNEL)
        privately(sam, cancelled, "cancelled")
        ben.waits_for_modal("Not needed any more, thank you")
        first.result()
    sam.waits_until(card, "@Sam cancelled it", within=15)
    ada.waits_for("Your share is spent", direct=True, within=20)
    ada.waits_for_modal("Your message here says what came of your share")
    ben.waits_for("@Sam cancelled the ceremony", "Your share was not needed", direct=True)
    assert sent(stage, UPDATE) == 1
