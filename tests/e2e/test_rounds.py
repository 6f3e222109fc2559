"""Rounds that are lost, shares that contradict each other, and going on with chosen holders."""

from __future__ import annotations

from lab.sights import Seen
from lab.stage import CHANNEL, HOLDERS, Stage
from tests.e2e.acts import (
    DRILL,
    asked,
    asked_again,
    gives,
    hands_in,
    nonce_of,
    opens,
    pastes,
    share_of,
    share_of_another_cluster,
    starts,
    what_is_wrong,
)
from tests.e2e.traces import ATTEMPT, UPDATE, at_vault, events, sent, took


def lines(text: str, about: str) -> list[str]:
    """Return the lines that say this."""
    return [line for line in text.splitlines() if about in line]


def asks_of(stage: Stage, card: Seen) -> dict[str, Seen]:
    """Return the message that each holder got in this attempt."""
    return {name: asked(stage.people[name], nonce_of(card)) for name in HOLDERS}


def loses_a_round(stage: Stage, asks: dict[str, Seen]) -> str:
    """Let Ada and Ben give right shares and Cat one of another cluster; return what Cat reads."""
    gives(stage, "Ada", 0, ask=asks["Ada"])
    gives(stage, "Ben", 1, ask=asks["Ben"])
    cat = stage.people["Cat"]
    wrong = what_is_wrong(hands_in(cat, share_of_another_cluster(stage), ask=asks["Cat"]))
    cat.closes()
    return wrong


def test_another_clusters_share_as_the_last_one(stage: Stage) -> None:
    """0 of 3, everybody is told by a new message, nobody is blamed, the same nonce goes on."""
    card = starts(stage, DRILL)
    nonce, asks = nonce_of(card), asks_of(stage, card)
    wrong = loses_a_round(stage, asks)
    assert "do not open this cluster" in wrong
    assert "Progress is 0 again and nobody is to blame" in wrong

    lost = stage.people["Sam"].waits_until(card, "0 of 3", "Round 1 was lost")
    assert nonce_of(lost) == nonce == at_vault(stage)["nonce"]
    (said,) = lines(lost.text, "Round 1 was lost")
    assert "Nobody is to blame" in said
    assert "@" not in said
    again = {name: asked_again(stage.people[name], asks[name]) for name in HOLDERS}
    for name in HOLDERS:
        assert nonce in again[name]
        over = stage.people[name].waits_until(asks[name], "round 1 is over", within=25)
        assert "use the newer message" in over
        assert "Nobody is blamed" in over
        assert not over.buttons
        assert not any(f"@{other}" in over for other in HOLDERS)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number, ask=again[name])
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", within=20)


def test_two_rounds_lost(stage: Stage) -> None:
    """The card lists who was in each; the commander goes on with chosen holders, anew."""
    card = starts(stage, DRILL)
    nonce, asks, sam = nonce_of(card), asks_of(stage, card), stage.people["Sam"]
    loses_a_round(stage, asks)
    again = {name: asked_again(stage.people[name], asks[name]) for name in ("Ada", "Ben", "Cat")}
    loses_a_round(stage, again)
    lost = sam.waits_until(card, "2 rounds were lost", "0 of 3")
    assert "Nobody is to blame" in lost
    in_each = [line.partition("): ")[2] for line in lines(lost.text, "• round ")]
    assert in_each == ["@Ada, @Ben, @Cat"] * 2
    sam.waits_for("2 rounds on payments/b were lost; nobody is blamed", channel=CHANNEL)

    sam.clicks("ceremony.choose", lost)
    modal = sam.waits_for_modal("Choose at least 3 holders", callback_id="ceremony.choose")
    assert "2 rounds were lost" in modal.text
    sam.fills("holders", "value", ["Ada", "Ben"])
    sam.submits()
    sam.waits_for_modal("Vault requires 3 shares; choose at least as many holders")
    sam.closes()
    sam.clicks("ceremony.choose", lost)
    sam.waits_for_modal(callback_id="ceremony.choose")
    sam.fills("holders", "value", ["Ada", "Ben", "Dan"])
    sam.submits()
    sam.waits_for_no_modal()
    anew = sam.waits_until(card, "Drill on payments/b: 0 of 3", "Waiting for\n@Ada, @Ben, @Dan")
    assert nonce_of(anew) != nonce
    dan = asked(stage.people["Dan"], nonce_of(anew))
    gives(stage, "Dan", 3, ask=dan)
    sam.waits_until(card, "1 of 3", "Gave\n@Dan")
    left = stage.people["Eve"].waits_until(asks["Eve"], "goes on with other key holders", within=25)
    assert not left.buttons


def test_two_shares_with_one_x(stage: Stage) -> None:
    """The second contradicts the first: it is not sent; its holder and the commander are told.

    One click of the commander's begins a new round.
    """
    card = starts(stage, DRILL)
    asks, sam, ben = asks_of(stage, card), stage.people["Sam"], stage.people["Ben"]
    gives(stage, "Ada", 0, ask=asks["Ada"])
    share = stage.vaults["b"].bao.shares[0]
    twisted = (bytes([share[0] ^ 1]) + share[1:]).hex()
    wrong = what_is_wrong(hands_in(ben, twisted, ask=asks["Ben"]))
    assert "Yours was not sent" in wrong
    assert sent(stage, UPDATE) == 1
    ben.closes()

    told = sam.waits_until(card, "Two shares contradict each other", "Start a new round")
    assert "nobody is blamed" in told
    assert "1 of 3 shares is lost" in told.confirmation("ceremony.restart")
    sam.waits_for("Two shares on payments/b contradict each other", channel=CHANNEL)
    ben.waits_until(asks["Ben"], "two shares contradict each other", "give it again")
    ada = stage.people["Ada"]
    ada.waits_until(asks["Ada"], "Another holder's share contradicts yours")
    sam.clicks("ceremony.restart", told)
    anew = sam.waits_until(card, "Drill on payments/b: 0 of 3", within=15)
    assert nonce_of(anew) != nonce_of(card)
    assert took(stage, ATTEMPT, "DELETE") == 1
    gives(stage, "Ada", 0, ask=asked(ada, nonce_of(anew)))
    sam.waits_until(card, "1 of 3")


def test_a_mistyped_share_is_mended(stage: Stage) -> None:
    """Whoever mistyped so that the x is another's gives the right one, and the round goes on."""
    card = starts(stage, DRILL)
    asks, ben = asks_of(stage, card), stage.people["Ben"]
    gives(stage, "Ada", 0, ask=asks["Ada"])
    mistyped = share_of(stage, 1)[:-2] + share_of(stage, 0)[-2:]
    opens(ben, asks["Ben"])
    pastes(ben, mistyped)
    assert "contradict" in what_is_wrong(ben.modal)
    pastes(ben, share_of(stage, 1))
    assert ben.modal is None
    mended = stage.people["Sam"].waits_until(card, "2 of 3", "Gave\n@Ada, @Ben")
    assert "contradict" not in mended
    gives(stage, "Cat", 2, ask=asks["Cat"])
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", within=20)


def test_somebody_elses_share(stage: Stage) -> None:
    """Ben pastes the very share that Ada gave: it counts once, and he reads so."""
    card = starts(stage, DRILL)
    asks = asks_of(stage, card)
    gives(stage, "Ada", 0, ask=asks["Ada"])
    wrong = what_is_wrong(gives(stage, "Ben", 0, ask=asks["Ben"]))
    assert "Vault has this very share in this round already; it counts once" in wrong
    assert sent(stage, UPDATE) == 1
    assert len(events(stage, "share_accepted")) == 1
