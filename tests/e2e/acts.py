"""What people do again and again in the stories, through Slack's own surfaces."""

from __future__ import annotations

from lab.people import Person
from lab.sights import Modal, Seen
from lab.stage import CHANNEL, Stage

START = "/dr start payments for=promote reason=a does not answer"


def starts(stage: Stage, line: str = START) -> Seen:
    """Sam starts a ceremony; returns the channel card once shares are collected."""
    sam = stage.people["Sam"]
    reaction = sam.types(line, CHANNEL)
    assert reaction.acknowledged, reaction.error
    return sam.waits_for("payments/b", "0 of 3", channel=CHANNEL, within=20)


def asked(person: Person, *texts: str) -> Seen:
    """Return the newest message that asks this person for a share."""
    return person.waits_for("payments", *texts, direct=True, button="share.open", within=20)


def hands_in(person: Person, text: str, *, ask: Seen | None = None) -> Modal | None:
    """Open the modal, paste, submit; return the modal if it still stands there."""
    opened = person.clicks("share.open", ask or asked(person))
    assert opened.acknowledged, opened.error
    person.waits_for_modal(callback_id="share.submit")
    person.fills("share", "value", text)
    submitted = person.submits()
    assert submitted.acknowledged, submitted.error
    return person.modal


def gives(stage: Stage, name: str, number: int) -> Modal | None:
    """Let somebody hand in the share with this number (0 to 4), as hex."""
    share = stage.vaults["b"].bao.shares[number]
    return hands_in(stage.people[name], share.hex())


def asks_for_promotion(stage: Stage, card: Seen, *, typed: str = "payments/b") -> Modal | None:
    """Sam asks for the promotion by the button on the card."""
    sam = stage.people["Sam"]
    sam.clicks("promotion.open", card)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.fills("cluster", "value", typed)
    sam.fills("reason", "value", "b is in step")
    sam.submits()
    return sam.modal


def promoted(stage: Stage, card: Seen, *, within: float = 40) -> Seen:
    """Return the card once it says that `b` is promoted and the token is gone."""
    return stage.people["Sam"].waits_until(card, "romoted", "deleted", within=within)
