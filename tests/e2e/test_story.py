"""A ceremony from the first word to the last line, as the people in Slack read it."""

from __future__ import annotations

from lab.process import wait_until
from lab.stage import CHANNEL, HOLDERS, Stage
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
from tests.e2e.traces import DELETE_TOKEN, PROMOTE, UPDATE, at_vault, events, sent, took


def watchwords(text: str) -> str:
    """Return the line after the label: the two words to be compared."""
    return text.partition("Watchwords\n")[2].partition("\n")[0]


def test_a_ceremony_from_start_to_promotion(stage: Stage) -> None:
    """Three of five give, the promotion is asked for meanwhile, `b` is promoted, the token goes."""
    people, vaults = stage.people, stage.vaults
    vaults["a"].kill()
    asked_what = people["Sam"].types("/dr start payments reason=a does not answer", CHANNEL)
    offer = privately(people["Sam"], asked_what, "Nothing has started yet", "Promote", "Drill")
    assert not events(stage, "ceremony_started")
    clicked = people["Sam"].clicks(
        "ceremony.start", offer, block=offer.message.blocks[1]["block_id"]
    )
    card = people["Sam"].waits_for(
        "Promote payments/b", "0 of 3", channel=CHANNEL, after=clicked, within=20
    )
    assert "a does not answer" in card
    assert "Not reachable from here" in card

    nonce = nonce_of(card)
    asks = {name: asked(people[name], nonce) for name in HOLDERS}
    for ask in asks.values():
        assert "your payments share, the one from the primary's unseal keys" in ask
        assert "could make a root token" in ask
        assert "Giving it also counts as your approval of the promotion" in ask
        assert "@Sam started a ceremony to promote payments/b" in ask
        assert "a does not answer" in ask
        assert watchwords(ask.text) == watchwords(card.text) != ""
    people["Dan"].clicks("share.decline", asks["Dan"])
    people["Sam"].waits_until(card, "Cannot take part\n@Dan")

    gives(stage, "Ada", 0, ask=asks["Ada"])
    people["Sam"].waits_until(card, "1 of 3", "Gave\n@Ada")
    nudged = people["Sam"].types("/dr nudge payments", CHANNEL)
    privately(people["Sam"], nudged, "They are being reminded")
    (reminded,) = events(stage, "holders_reminded")
    assert reminded["holders"] == ["U0BEN", "U0CAT", "U0EVE"]
    for name in ("Ben", "Cat", "Eve"):
        people[name].waits_for("still needs your key share", "1 of 3", direct=True)
    assert people["Ada"].look("still needs your key share", direct=True) is None
    assert people["Dan"].look("still needs your key share", direct=True) is None
    assert asks_for_promotion(stage, card) is None
    people["Sam"].waits_until(card, "@Sam asked for it", "Enough people agree")

    late = opens(people["Eve"], asks["Eve"])
    gives(stage, "Ben", 1, ask=asks["Ben"])
    gives(stage, "Cat", 2, ask=asks["Cat"])
    final = promoted(stage, card)
    for words in ("After the start", "first share:", "primary:", "token deleted:"):
        assert words in final
    assert "Gave a share: @Ada, @Ben, @Cat" in final
    assert "entry" in final
    assert "hash" in final
    assert "promotion.approve" not in final.buttons
    assert vaults.request("b", "GET", "sys/replication/dr/status").json()["data"]["mode"] == (
        "primary"
    )
    assert (took(stage, PROMOTE), took(stage, DELETE_TOKEN)) == (1, 1)

    shares_sent = sent(stage, UPDATE)
    assert late
    pastes(people["Eve"], share_of(stage, 4))
    people["Eve"].waits_for_modal("Not needed any more, thank you", "not sent")
    assert sent(stage, UPDATE) == shares_sent == 3
    for name in HOLDERS:
        over = people[name].waits_until(asks[name], "payments/b was promoted", within=20)
        assert not over.buttons
        assert ("Your share was among those" in over) is (name in ("Ada", "Ben", "Cat"))


def test_a_drill(stage: Stage) -> None:
    """Nothing is promoted, nobody has to approve, and the token is deleted at once."""
    card = starts(stage, DRILL)
    assert "promotion.open" not in card.buttons
    ask = asked(stage.people["Ada"], "drill")
    assert "nothing is promoted" in ask
    assert "approval" not in ask
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number)
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", "deleted", within=20)
    assert (took(stage, PROMOTE), took(stage, DELETE_TOKEN)) == (0, 1)
    stage.people["Ada"].waits_until(ask, "The drill on payments/b passed", "thank you", within=20)


def test_cancelled_by_command(stage: Stage) -> None:
    """The attempt at Vault is gone, who gave is told that their share is spent; one may restart."""
    sam, ada = stage.people["Sam"], stage.people["Ada"]
    card = starts(stage, DRILL)
    ask = asked(ada, nonce_of(card))
    gives(stage, "Ada", 0, ask=ask)
    cancelled = sam.types("/dr cancel payments", CHANNEL)
    privately(sam, cancelled, "cancelled")
    over = sam.waits_until(card, "cancelled", "@Sam cancelled it", "spent", within=15)
    wait_until(lambda: not at_vault(stage)["started"], seconds=10, what="the attempt is gone")
    told = ada.waits_until(ask, "@Sam cancelled the ceremony", "Your share is spent", within=20)
    assert not told.buttons
    again = sam.clicks("ceremony.restart", over)
    anew = sam.waits_for("Drill on payments/b: 0 of 3", channel=CHANNEL, after=again, within=20)
    assert nonce_of(anew) != nonce_of(card)
