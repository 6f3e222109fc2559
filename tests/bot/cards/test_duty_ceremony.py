"""A ceremony by the token on duty, from its start to each end: no shares, no holders, no deletion.

With the token in a lead's hands, its card names them and shows the exact command: when it is time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.cards import modals
from bot.cards.board import wanted
from bot.cards.kit import Card
from bot.cards.overview import status_card
from bot.cards.replies import started
from ceremonies.ceremony import Phase
from ceremonies.commands import Cancel, Refusal
from ceremonies.events import (
    CeremonyExpired,
    Promoted,
    PromotionAccepted,
    PromotionRefused,
    Proof,
    ProofChanged,
    Purpose,
)
from ceremonies.rota.rules import Custody
from tests.bot.cards.reading import buttons, dialog, view_words, words
from tests.ceremonies.cast import BEN, KIM, ROSTER, SAM
from tests.ceremonies.desk import MINUTE
from tests.ceremonies.duty.test_used import on_duty, starts
from tests.ceremonies.duty.watchroom import Room
from tests.ceremonies.sights import CLEAR

COMMAND = (
    'read -rs TOKEN; printf %s "$TOKEN" | VAULT_ADDR=https://b.example '
    "vault write sys/replication/dr/secondary/promote dr_operation_token=-; unset TOKEN"
)
UNSAID = re.compile(
    r"\bshares?\b|thank|delet|nonce|watchword|unseal key|opened? an attempt|the token is there",
    re.IGNORECASE,
)
MAY_SAY = "If that is not valid any more, every key holder is asked for their share."
HOLDERS = re.compile(r"[^.*]*key holder[^.*]*")
OF_HOLDERS = re.compile(r"[Nn]o key holder (is needed|was asked|is asked)|quorum of key holders")
CUSTODIES = pytest.mark.parametrize("custody", [Custody.BOT, Custody.LEAD])

Stage = Callable[[Room], None]


def nothing(_room: Room) -> None:
    """It has started."""


def asked(room: Room) -> None:
    """Sam asks for the promotion."""
    assert not isinstance(room.desk.requests(), Refusal)


def approved(room: Room) -> None:
    """Kim agrees."""
    asked(room)
    assert not isinstance(room.desk.approves(KIM), Refusal)


def frozen(room: Room) -> None:
    """Somebody holds it up."""
    approved(room)
    room.desk.freezes(BEN)


def refused_once(room: Room) -> None:
    """Vault could not be reached; it is asked again."""
    approved(room)
    c = room.desk.ceremony
    room.desk.happens(
        PromotionRefused(
            ceremony=c.id, effect="", problem="Unreachable", words="Nobody answers.", again=True
        )
    )


def promoting(room: Room) -> None:
    """Vault took it on, or the lead was shown the command."""
    approved(room)
    c = room.desk.ceremony
    room.desk.happens(PromotionAccepted(ceremony=c.id, effect="", by_hand=c.by_hand))


def promoted(room: Room) -> None:
    """The cluster is the primary."""
    promoting(room)
    room.desk.happens(Promoted(ceremony=room.desk.ceremony.id, evidence=CLEAR))


def cancelled(room: Room) -> None:
    """Sam calls it off."""
    assert not isinstance(room.desk.asks(Cancel(ceremony=room.desk.ceremony.id, by=SAM)), Refusal)


def unused(room: Room) -> None:
    """Nobody agrees in time."""
    room.desk.now += 10 * MINUTE
    room.works()


def never_seen(room: Room) -> None:
    """Its time runs out after the promotion was on its way."""
    promoting(room)
    room.desk.happens(CeremonyExpired(ceremony=room.desk.ceremony.id, cause="time"))


def refused(room: Room) -> None:
    """The cluster does not take the token."""
    approved(room)
    c = room.desk.ceremony
    refusal = ProofChanged(duty=c.duty, cluster="b", answer=Proof.REFUSED, words="Denied.")
    room.desk.happens(refusal, CeremonyExpired(ceremony=c.id, cause="token-refused"))


STAGES: dict[str, Stage] = {
    "started": nothing,
    "asked for": asked,
    "approved": approved,
    "frozen": frozen,
    "tried again": refused_once,
    "promoting": promoting,
    "promoted": promoted,
    "cancelled": cancelled,
    "not approved": unused,
    "never seen": never_seen,
    "not taken": refused,
}
EACH_STAGE = pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)


def at_stage(custody: Custody, stage: Stage, *, purpose: Purpose = Purpose.PROMOTE) -> Room:
    """Return a room whose ceremony by the token on duty is so far."""
    room = on_duty(custody)
    starts(room, purpose=purpose)
    stage(room)
    return room


def cards(room: Room) -> dict[str, Card]:
    """Return the ceremony's card, and what is called of it, by what it is about."""
    desk, c = room.desk, room.desk.ceremony
    drawn = wanted(desk.state, desk.terms.rules, ROSTER, command="/dr", now=desk.now)
    return {key.replace(c.id, "c"): one.card for key, one in drawn.items() if f":{c.id}" in key}


def card(room: Room) -> Card:
    """Return the ceremony's card."""
    return cards(room)["channel:c"]


def everything(room: Room) -> str:
    """Return all that anybody reads of it: cards, dialogs, the window, the status, the answer."""
    desk, c = room.desk, room.desk.ceremony
    told = [modals.promotion_modal("payments", c)] if c.phase is Phase.TOKEN_HELD else []
    found = [
        *(f"{one.text}\n{words(one)}" for one in cards(room).values()),
        *(dialog(b) for b in buttons(card(room)).values() if "confirm" in b),
        *(view_words(view) for view in told),
        words(status_card(desk.state, desk.terms.rules, now=desk.now)),
        words(started("payments", c)),
    ]
    return "\n".join(found).replace(MAY_SAY, "")


@CUSTODIES
@EACH_STAGE
def test_nobody_reads_of_shares(custody: Custody, stage: Stage) -> None:
    """Nobody gave any, no token was made, none is deleted, and no key holder did anything."""
    text = everything(at_stage(custody, stage))
    assert not UNSAID.findall(text)
    for sentence in HOLDERS.findall(text):
        assert OF_HOLDERS.search(sentence), sentence


@CUSTODIES
@EACH_STAGE
def test_the_command_is_shown_when_it_is_time_and_to_whom(custody: Custody, stage: Stage) -> None:
    """Not before the approvals, not after the end, and not where Conclave promotes."""
    room = at_stage(custody, stage)
    is_time = stage is promoting and custody is Custody.LEAD
    assert (COMMAND in words(card(room))) == is_time
    assert ("vault write" in words(card(room))) == is_time
    called = [one.text for key, one in cards(room).items() if key.startswith("call:c:hand:")]
    assert bool(called) == is_time


def test_the_lead_is_called_aloud_once_it_is_theirs_to_do() -> None:
    """Slack tells nobody of a card that changes; the lead has to hear that it is time."""
    room = at_stage(Custody.LEAD, promoting)
    said = words(card(room))
    assert "payments/b: approved, the shift lead promotes" in said
    assert f"*Approved. <@{SAM}> promotes payments/b now,* by the command below" in said
    assert f"*For <@{SAM}>, in their own terminal:*" in said
    assert "Nothing was sent to Vault by Conclave" in said
    assert f"For <@{SAM}>: open the card, it has the command." in card(room).text
    (called,) = [one.text for key, one in cards(room).items() if "hand" in key]
    assert called.startswith(f"<@{SAM}>: The promotion of payments/b is approved, and yours to run")


SAYS = {
    (Custody.BOT, nothing): "*Token on duty* (shift day, in Conclave's keychain), valid until",
    (Custody.LEAD, nothing): f"*Token on duty* (shift day, with <@{SAM}>), valid until",
    (Custody.BOT, asked): "*No key holder is needed.* 1 more person must approve promoting",
    (Custody.BOT, approved): "once more, then promotes payments/b.",
    (Custody.LEAD, approved): f"then shows <@{SAM}> the command that promotes payments/b.",
    (Custody.BOT, promoting): "*Vault took the promotion on.*",
    (Custody.BOT, promoted): "The token on duty stays on duty until its own end.",
    (Custody.LEAD, promoted): "handed to the shift lead:",
    (Custody.BOT, cancelled): f"<@{SAM}> cancelled it. No key holder was asked.",
    (Custody.BOT, unused): "No promotion was approved in time. One click starts anew.",
    (Custody.LEAD, never_seen): "*The shift lead was shown the command, and payments/b was never",
    (Custody.BOT, never_seen): "*Vault took the promotion on, and payments/b was never seen",
    (Custody.BOT, refused): "did not take the token on duty, so it is not tried again there.",
}


@pytest.mark.parametrize(("custody", "stage"), SAYS)
def test_each_stage_says_what_it_is(custody: Custody, stage: Stage) -> None:
    """Whose token, what follows by whom, how it ended."""
    assert SAYS[custody, stage] in words(card(at_stage(custody, stage)))


def test_who_approves_knows_who_promotes() -> None:
    """Before the click counts: Conclave does it, or the lead is shown the command."""
    approve = {
        custody: dialog(buttons(card(at_stage(custody, asked)))["promotion.approve"])
        for custody in (Custody.BOT, Custody.LEAD)
    }
    assert approve[Custody.BOT].startswith("payments/b becomes the primary as soon as enough")
    assert approve[Custody.LEAD].startswith("The shift lead is shown the command that promotes")
    for text in approve.values():
        assert "two primaries lose data" in text


def test_whoever_starts_reads_that_nobody_is_asked() -> None:
    """The private answer to whoever typed it."""
    ours, theirs = (
        words(started("payments", starts(on_duty(custody))))
        for custody in (Custody.BOT, Custody.LEAD)
    )
    assert "It takes the token on duty; no key holder is asked." in ours
    assert "It takes the shift lead's token; no key holder is asked." in theirs


@CUSTODIES
def test_a_step_that_is_no_promotion_says_so_too(custody: Custody) -> None:
    """A runbook re-points by it; the card sends people to the runbook."""
    room = at_stage(custody, nothing, purpose=Purpose.UPDATE_PRIMARY)
    text = everything(room)
    assert "The step that the token is for follows: see its runbook." in text
    assert not UNSAID.findall(text)
    assert "vault write" not in text
