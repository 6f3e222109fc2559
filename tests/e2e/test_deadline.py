"""The clock of a ceremony: near its end, extended, run out, and people who do not answer."""

from __future__ import annotations

from lab.process import wait_until
from lab.stage import CHANNEL
from tests.e2e.acts import DRILL, asked, gives, nonce_of, starts
from tests.e2e.conftest import SetStage
from tests.e2e.traces import ATTEMPT, at_vault, events, took


def test_extended_and_run_out(set_stage: SetStage) -> None:
    """The commanders are called before the end; extended once; unanswered, all ends tidily.

    The attempt is cancelled at Vault, who gave is told that the share is spent, and one click
    starts anew.
    """
    stage = set_stage(options='[ceremony]\ndeadline = "9s"\n')
    sam, ada = stage.people["Sam"], stage.people["Ada"]
    card = starts(stage, DRILL)
    ask = asked(ada, nonce_of(card))
    gives(stage, "Ada", 0, ask=ask)
    near = sam.waits_until(card, "The ceremony ends", "Extend it, or cancel it now")
    assert "1 of 3 shares are spent" in near
    sam.waits_for("The ceremony on payments/b ends", "Extend it", channel=CHANNEL)
    sam.clicks("ceremony.extend", near)
    wait_until(lambda: bool(events(stage, "deadline_extended")), seconds=5, what="it is extended")
    sam.waits_until(card, "Drill on payments/b: 1 of 3", within=5)

    over = sam.waits_until(card, "Drill on payments/b: out of time", within=20)
    assert "Its time ran out with 1 of 3 shares" in over
    assert "the shares given for it are spent" in sam.waits_until(card, "closed at Vault")
    wait_until(lambda: not at_vault(stage)["started"], seconds=10, what="Vault has no attempt")
    assert took(stage, ATTEMPT, "DELETE") == 1
    told = ada.waits_until(ask, "The ceremony's time ran out", "Your share is spent", within=20)
    assert not told.buttons
    again = sam.clicks("ceremony.restart", over)
    anew = sam.waits_for("Drill on payments/b: 0 of 3", channel=CHANNEL, after=again, within=20)
    assert nonce_of(anew) != nonce_of(card)


def test_at_its_maximum(set_stage: SetStage) -> None:
    """No deadline goes past `max`: the card says so, and offers no button that cannot help."""
    stage = set_stage(options='[ceremony]\ndeadline = "10s"\nmax = "12s"\n')
    sam = stage.people["Sam"]
    card = starts(stage, DRILL)
    gives(stage, "Ada", 0, ask=asked(stage.people["Ada"], nonce_of(card)))
    near = sam.waits_until(card, "The ceremony ends")
    sam.clicks("ceremony.extend", near)
    last = sam.waits_until(card, "cannot be extended any more")
    assert "ceremony.extend" not in last.buttons
    sam.waits_until(card, "out of time", within=20)


def test_whoever_does_not_answer_is_reminded(set_stage: SetStage) -> None:
    """By the clock, in a message of its own, until they answer."""
    stage = set_stage(options='[ceremony]\nremind_every = "3s"\n')
    people = stage.people
    card = starts(stage, DRILL)
    asks = {name: asked(people[name], nonce_of(card)) for name in ("Ada", "Ben")}
    gives(stage, "Ada", 0, ask=asks["Ada"])
    people["Ben"].clicks("share.decline", asks["Ben"])
    for name in ("Cat", "Dan", "Eve"):
        first = people[name].waits_for("still needs your key share", "1 of 3", direct=True)
        assert not first.buttons
    wait_until(
        lambda: len(events(stage, "holders_reminded")) >= 2, seconds=15, what="reminded again"
    )
    for name in ("Ada", "Ben"):
        assert people[name].look("still needs your key share", direct=True) is None
