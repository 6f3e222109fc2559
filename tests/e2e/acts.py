"""What people do again and again in the stories, through Slack's own surfaces."""

from __future__ import annotations

import re

from lab.people import Person
from lab.sights import Modal, Reaction, Seen
from lab.stage import CHANNEL, Stage

START = "/dr start payments for=promote reason=a does not answer"
DRILL = "/dr start payments for=drill"

_NONCE = re.compile(r"Nonce ([0-9a-f-]{36})")


def starts(stage: Stage, line: str = START) -> Seen:
    """Sam starts a ceremony; returns the channel card once shares are collected."""
    sam = stage.people["Sam"]
    reaction = sam.types(line, CHANNEL)
    assert reaction.acknowledged, reaction.error
    return sam.waits_for("payments/b", "0 of 3", channel=CHANNEL, after=reaction, within=20)


def nonce_of(card: Seen) -> str:
    """Return the nonce that a channel card shows."""
    found = _NONCE.search(card.text)
    assert found, card.text
    return found[1]


def asked(person: Person, *texts: str) -> Seen:
    """Return the newest message that asks this person for a share."""
    return person.waits_for("payments", *texts, direct=True, button="share.open", within=20)


def asked_again(person: Person, before: Seen) -> Seen:
    """Return the newest message that asks this person, once it is another than `before`."""

    def newer() -> Seen | None:
        seen = person.look("payments", direct=True, button="share.open")
        return seen if seen and seen.message.ts != before.message.ts else None

    found = person.chat.workspace.pulse.wait_for(newer, within=20)
    assert found, f"{person} was not asked again"
    return found


def opens(person: Person, ask: Seen | None = None) -> Modal:
    """Press the button and return the modal that takes a share."""
    opened = person.clicks("share.open", ask or asked(person))
    assert opened.acknowledged, opened.error
    return person.waits_for_modal(callback_id="share.submit")


def pastes(person: Person, text: str) -> Reaction:
    """Paste into the modal in front and submit it."""
    person.fills("share", "value", text)
    submitted = person.submits()
    assert submitted.acknowledged, submitted.error
    return submitted


def hands_in(person: Person, text: str, *, ask: Seen | None = None) -> Modal | None:
    """Open the modal, paste, submit; return the modal if it still stands there."""
    opens(person, ask)
    pastes(person, text)
    return person.modal


def gives(stage: Stage, name: str, number: int, *, ask: Seen | None = None) -> Modal | None:
    """Let somebody hand in the share with this number (0 to 4), as hex."""
    return hands_in(stage.people[name], share_of(stage, number), ask=ask)


def share_of(stage: Stage, number: int) -> str:
    """Return a share that opens `b`, as hex."""
    return stage.vaults["b"].bao.shares[number].hex()


def share_of_another_cluster(stage: Stage, *, x: int = 0) -> str:
    """Return a well-formed share that fits none of the others; its `x` is one that none has."""
    shares = stage.vaults["b"].bao.shares
    free = x or next(x for x in range(1, 256) if x not in {share[-1] for share in shares})
    return (bytes(byte ^ 0x55 for byte in shares[0][:-1]) + bytes([free])).hex()


def what_is_wrong(modal: Modal | None) -> str:
    """Return what the modal says beneath the share."""
    assert modal is not None, "the modal is gone"
    return modal.errors.get("share", "")


def privately(person: Person, reaction: Reaction, *texts: str, within: float = 10) -> Seen:
    """Return what was told to this person alone after they did something."""
    return person.waits_for(*texts, ephemeral=True, after=reaction, within=within)


def asks_for_promotion(
    stage: Stage, card: Seen, *, typed: str = "payments/b", by: str = "Sam"
) -> Modal | None:
    """Sam asks for the promotion by the button on the card."""
    commander = stage.people[by]
    commander.clicks("promotion.open", card)
    commander.waits_for_modal(callback_id="promotion.request")
    commander.fills("cluster", "value", typed)
    commander.fills("reason", "value", "b is in step")
    commander.submits()
    return commander.modal


def promoted(stage: Stage, card: Seen, *, within: float = 40) -> Seen:
    """Return the card once it says that `b` is promoted and the token is gone."""
    return stage.people["Sam"].waits_until(card, "is the primary now", "deleted", within=within)
