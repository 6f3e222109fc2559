"""A new attempt in the same ceremony: what it ends, who is asked, what it must not touch."""

from __future__ import annotations

import pytest

from ceremonies.approval import agreed
from ceremonies.ceremony import AttemptState, Phase
from ceremonies.commands import Reason, Refusal, Restart
from ceremonies.decide import Terms
from ceremonies.decide.gathering import attempt_to_end
from ceremonies.events import AttemptCancelled, AttemptLost, Lost, RoundLoss
from ceremonies.evidence import Evidence
from ceremonies.owed import Work
from ceremonies.roster import KeyHolder
from tests.ceremonies.cast import ADA, BEN, CAT, DAN, HOLDERS, MALLORY, ROSTER, SAM, rules
from tests.ceremonies.desk import MINUTE, Desk
from tests.ceremonies.phases import desk, foreign
from tests.ceremonies.sights import CLEAR, LIVE_PRIMARY, NOT_SECONDARY, STRANGER


def again(
    table: Desk, *holders: str, nonce: str = "", evidence: Evidence = CLEAR, by: str = SAM
) -> Restart:
    """Return the wish for a new attempt."""
    return Restart(
        ceremony=table.ceremony.id,
        by=by,
        evidence=evidence,
        cancel_nonce=nonce,
        holders=holders,
    )


def ends_old_attempt(table: Desk) -> None:
    """Vault says that the agreed attempt is open no more."""
    assert table.works == [Work.END_ATTEMPT]
    table.happens(AttemptCancelled(ceremony=table.ceremony.id, effect="", outcome="cancelled"))


def test_a_lost_attempt_is_started_anew() -> None:
    """The attempt vanished: nothing has to be ended, a new one is opened at once."""
    table = desk(Phase.STRANDED)
    table.passes(minutes=10)

    table.asks(again(table))

    assert table.ceremony.phase is Phase.STARTING
    assert table.works == [Work.OPEN_ATTEMPT]
    assert table.ceremony.deadline == table.now + 30 * MINUTE


def test_an_open_attempt_of_ours_is_ended_first() -> None:
    """While shares are collected a commander may begin anew: our own attempt makes way."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)

    table.asks(again(table))

    assert attempt_to_end(table.ceremony) == "n1"
    ends_old_attempt(table)
    assert table.ceremony.attempt is AttemptState.GONE
    assert table.works == [Work.OPEN_ATTEMPT]
    table.opens("n2")
    assert (table.ceremony.nonce, table.ceremony.progress) == ("n2", 0)
    assert [r.number for r in table.ceremony.rounds] == [1, 2]
    assert table.ceremony.rounds[0].lost is RoundLoss.GIVEN_UP


def test_an_attempt_whose_otp_is_unreadable_is_ended_first() -> None:
    """It is lost for us but open at Vault, in the one slot that the new one needs."""
    table = desk(Phase.COLLECTING)
    table.loses_attempt(Lost.OTP_UNREADABLE, still_open=True)

    table.asks(again(table))

    assert table.works == [Work.END_ATTEMPT]
    assert attempt_to_end(table.ceremony) == "n1"


def test_an_attempt_that_is_not_ours_is_ended_on_a_persons_word_only() -> None:
    """The word names the nonce that the card showed; until then nothing is owed to Vault."""
    table = desk(Phase.BLOCKED)
    assert table.works == []

    table.asks(again(table, nonce="theirs"))

    assert attempt_to_end(table.ceremony) == "theirs"
    ends_old_attempt(table)
    assert table.works == [Work.OPEN_ATTEMPT]


@pytest.mark.parametrize(
    ("phase", "nonce"),
    [
        pytest.param(Phase.BLOCKED, "", id="no word on whose attempt stands there"),
        pytest.param(Phase.BLOCKED, "earlier", id="a word on one that is gone"),
        pytest.param(Phase.COLLECTING, "theirs", id="a word on one that never stood there"),
        pytest.param(Phase.STRANDED, "theirs", id="a word on one that nobody saw"),
    ],
)
def test_a_word_on_another_attempt_is_stale(phase: Phase, nonce: str) -> None:
    """Nobody's attempt is ended because a card was old."""
    table = desk(phase)
    assert table.refuses(again(table, nonce=nonce)) is Reason.STALE


def test_another_attempt_in_the_place_of_the_agreed_one_asks_again() -> None:
    """Agreed to end one, found another: the ceremony is blocked again and the word is spent."""
    table = desk(Phase.BLOCKED)
    table.asks(again(table, nonce="theirs"))
    ends_old_attempt(table)
    table.happens(foreign(table.ceremony, "others"))

    assert table.ceremony.phase is Phase.BLOCKED
    assert attempt_to_end(table.ceremony) == ""
    assert table.refuses(again(table, nonce="theirs")) is Reason.STALE
    assert not isinstance(table.asks(again(table, nonce="others")), Refusal)


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        pytest.param(Phase.STARTING, Reason.NOT_NOW, id="an attempt is being opened"),
        pytest.param(Phase.TOKEN_HELD, Reason.NOT_NOW, id="the token is there"),
        pytest.param(Phase.PROMOTING, Reason.NOT_NOW, id="the promotion is under way"),
        pytest.param(Phase.ENDED, Reason.NOT_NEEDED, id="it is over"),
    ],
)
def test_where_nothing_needs_a_new_attempt(phase: Phase, reason: Reason) -> None:
    """A token that is there is not thrown away by a click."""
    table = desk(phase)
    assert table.refuses(again(table)) is reason


def test_not_while_it_is_frozen() -> None:
    """Nothing goes to Vault: neither does a new attempt."""
    table = desk(Phase.STRANDED)
    table.freezes()
    assert table.refuses(again(table)) is Reason.NOT_NOW


def test_not_while_vault_is_being_asked() -> None:
    """A share that is on its way decides first."""
    table = desk(Phase.COLLECTING)
    table.sends(ADA)
    assert table.refuses(again(table)) is Reason.BUSY


@pytest.mark.parametrize("evidence", [NOT_SECONDARY, STRANGER], ids=["a primary", "a stranger"])
def test_the_gate_stands_before_every_attempt(evidence: Evidence) -> None:
    """Not only before the first."""
    table = desk(Phase.STRANDED)
    assert table.refuses(again(table, evidence=evidence)) is Reason.GATE


def test_a_live_primary_only_warns_here_too() -> None:
    """It forbids the promotion, not the attempt."""
    table = desk(Phase.STRANDED)
    table.asks(again(table, evidence=LIVE_PRIMARY))
    assert table.ceremony.evidence == LIVE_PRIMARY


# -- chosen holders --------------------------------------------------------------------------------


def lost_twice() -> Desk:
    """Return a ceremony whose second round was lost."""
    table = desk(Phase.COLLECTING)
    for _ in range(2):
        table.gives(ADA, BEN)
        table.loses_round()
    assert [r.gave(ADA) for r in table.ceremony.lost_rounds] == [True, True]
    return table


def test_the_commander_goes_on_with_chosen_holders() -> None:
    """Only they are asked; the others' shares are not taken."""
    table = lost_twice()

    table.asks(again(table, BEN, CAT, DAN))
    ends_old_attempt(table)
    table.opens("n2")

    assert table.ceremony.holders == (BEN, CAT, DAN)
    assert table.refuses(table.offer(ADA)) is Reason.NOT_ASKED
    table.completes(BEN, CAT, DAN)
    assert table.ceremony.phase is Phase.TOKEN_HELD


@pytest.mark.parametrize(
    "holders",
    [
        pytest.param((BEN, CAT), id="two"),
        pytest.param((BEN, CAT, CAT, CAT), id="two, one named thrice"),
        pytest.param((BEN, CAT, MALLORY), id="two and somebody who was never asked"),
    ],
)
def test_fewer_than_vault_requires_is_refused(holders: tuple[str, ...]) -> None:
    """They could never reach the threshold."""
    table = lost_twice()
    assert table.refuses(again(table, *holders)) is Reason.NOT_NOW


def test_shares_are_counted_not_heads() -> None:
    """Somebody who keeps two shares counts for two."""
    table = lost_twice()
    holders = tuple(KeyHolder(slack=h, shares=2 if h == CAT else 1) for h in HOLDERS)
    table.terms = Terms(rules=rules(holders=holders), roster=ROSTER)

    assert not isinstance(table.asks(again(table, BEN, CAT)), Refusal)
    assert table.ceremony.holders == (BEN, CAT)


def test_whom_nobody_chose_everybody_is() -> None:
    """Without a choice everybody who was asked is asked again."""
    table = lost_twice()
    table.asks(again(table))
    assert table.ceremony.holders == HOLDERS


# -- what survives ---------------------------------------------------------------------------------


def test_the_request_survives_but_old_shares_agree_to_nothing() -> None:
    """Shares of a given-up round are their holders' approval no more."""
    table = desk(Phase.COLLECTING, holders_count=True)
    table.requests()
    table.gives(ADA, BEN)
    assert agreed(table.ceremony, table.terms.rules, now=table.now) == (ADA, BEN)

    table.asks(again(table))
    ends_old_attempt(table)
    table.opens("n2")

    assert table.ceremony.request is not None
    assert agreed(table.ceremony, table.terms.rules, now=table.now) == ()


def test_an_orphaned_token_is_not_owed() -> None:
    """Vault made it and nobody has it: no deletion can be asked for; a new token replaces it."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    last = table.sends(CAT)
    lost = AttemptLost(ceremony=table.ceremony.id, effect=last.effect, cause=Lost.LAST_REPLY_LOST)
    table.happens(lost)
    assert table.ceremony.token.is_over
    assert not table.state.intents

    table.asks(again(table))
    table.opens("n2")
    table.completes(ADA, BEN, CAT)

    assert not table.ceremony.token.is_over
