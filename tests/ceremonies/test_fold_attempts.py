"""What happens at Vault, as the ceremony knows it afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.ceremony import AttemptState, Ceremony, Ending, Phase, TokenState
from ceremonies.commands import Cancel, Restart
from ceremonies.events import (
    AttemptCompleted,
    AttemptLost,
    AttemptOpened,
    AttemptRefused,
    GivenOutside,
    Kind,
    Lost,
    Promoted,
    Purpose,
    RosterChanged,
    RoundLoss,
    RoundLost,
    TokenDeleted,
)
from ceremonies.owed import Work
from tests.ceremonies.cast import ADA, BEN, CAT, DAN, SAM
from tests.ceremonies.desk import Desk
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import CLEAR, T0


def outside(table: Desk, *, count: int) -> GivenOutside:
    """Return that Vault has `count` shares that nobody gave here."""
    progress = table.ceremony.progress + count
    return GivenOutside(ceremony=table.ceremony.id, count=count, progress=progress)


def refused(c: Ceremony) -> AttemptRefused:
    """Return that Vault opened no attempt."""
    return AttemptRefused(ceremony=c.id, effect="", problem="sealed", words="Vault is sealed.")


# -- rounds ----------------------------------------------------------------------------------------


def test_progress_is_what_was_given_here_and_outside() -> None:
    """Shares that came by another way count; how many are required is Vault's to say."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)
    table.happens(outside(table, count=1))
    assert (table.ceremony.progress, table.ceremony.missing) == (2, 1)
    table.happens(outside(table, count=2))
    assert (table.ceremony.progress, table.ceremony.missing) == (3, 0)


def test_vault_counts_more_than_we_know_of() -> None:
    """A share's own reply tells that another one came from outside just before it."""
    table = desk(Phase.COLLECTING)
    table.happens(table.accepted(table.sends(ADA), progress=2))
    assert table.ceremony.progress == 2
    assert table.ceremony.round is not None
    assert table.ceremony.round.outside == 1


def test_a_share_given_outside_and_then_here_counts_once() -> None:
    """Vault answers "already provided": it was that holder's own."""
    table = desk(Phase.COLLECTING)
    table.happens(outside(table, count=1))
    table.happens(table.accepted(table.sends(ADA), progress=1))
    assert table.ceremony.progress == 1


def test_a_lost_round_is_kept_with_who_was_in_it() -> None:
    """A new round begins under the same nonce; who gave in the old one stays on record."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    table.passes(minutes=3)
    table.loses_round()

    assert table.ceremony.phase is Phase.COLLECTING
    assert (table.ceremony.progress, table.ceremony.nonce) == (0, "n1")
    (lost,) = table.ceremony.lost_rounds
    assert [given.holder for given in lost.given] == [ADA, BEN]
    assert (lost.lost, lost.progress) == (RoundLoss.SHARE_DID_NOT_FIT, 0)
    assert table.ceremony.rounds[-1].opened_at == table.now


def test_whoever_gave_last_was_in_the_round_too() -> None:
    """Vault counted no share of theirs, but theirs was among those that it threw away."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    intent = table.sends(CAT)
    lost = RoundLost(
        ceremony=table.ceremony.id,
        round=1,
        effect=intent.effect,
        cause=RoundLoss.SHARE_DID_NOT_FIT,
        holder=CAT,
        words="The shares given do not fit together.",
        deadline=table.now,
    )
    table.happens(lost)

    (gone,) = table.ceremony.lost_rounds
    assert [given.holder for given in gone.given] == [ADA, BEN]
    assert gone.last == CAT


def test_a_reset_and_a_share_in_one_entry() -> None:
    """Progress fell before our share was counted: it stands in the new round."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    sent = table.sends(CAT)
    lost = RoundLost(
        ceremony=table.ceremony.id,
        round=1,
        cause=RoundLoss.RESET_OUTSIDE,
        words="Reset outside.",
        deadline=table.now,
    )
    table.happens(lost, replace(table.accepted(sent, progress=1), round=2))

    assert table.ceremony.progress == 1
    assert table.ceremony.rounds[-1].gave(CAT)
    assert not table.ceremony.rounds[-1].gave(ADA)
    assert table.state.intents == {}


def test_a_lower_threshold_is_taken_over() -> None:
    """Vault was rekeyed in mid-way: its newest word counts."""
    table = desk(Phase.COLLECTING)
    table.happens(replace(table.accepted(table.sends(ADA)), required=2))
    assert table.ceremony.missing == 1


# -- opening ---------------------------------------------------------------------------------------


def test_no_attempt_no_ceremony() -> None:
    """The first attempt was not opened: the ceremony ends and says why; nothing is owed."""
    table = desk(Phase.STARTING)
    table.happens(refused(table.ceremony))
    assert table.ceremony.ending is Ending.NOT_STARTED
    assert table.ceremony.trouble == "Vault is sealed."
    assert table.due == []


def test_a_later_attempt_that_is_not_opened_can_be_tried_again() -> None:
    """Everybody is there: the ceremony goes on, and a commander may try again."""
    table = desk(Phase.STRANDED)
    again = Restart(ceremony=table.ceremony.id, by=SAM, evidence=CLEAR)
    table.asks(again)
    table.happens(refused(table.ceremony))
    assert table.ceremony.phase is Phase.STRANDED
    table.asks(again)
    assert table.works == [Work.OPEN_ATTEMPT]


def test_an_attempt_that_opens_after_the_end_is_ended() -> None:
    """Called off while Vault was being asked: what it opened is cancelled again."""
    table = desk(Phase.STARTING)
    intent = table.intends(Kind.START)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    table.happens(
        AttemptOpened(
            ceremony=table.ceremony.id,
            effect=intent.effect,
            nonce="n1",
            required=3,
            node="b1",
            deadline=T0,
        )
    )
    assert (table.ceremony.phase, table.ceremony.attempt) == (Phase.ENDED, AttemptState.OPEN)
    assert table.works == [Work.END_ATTEMPT]


def test_the_end_of_one_that_nobody_answered_at_is_ended_too() -> None:
    """Lost for us, but open at Vault: after the end of the ceremony it is cancelled."""
    table = desk(Phase.COLLECTING)
    table.loses_attempt(Lost.OTP_UNREADABLE, still_open=True)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    assert table.works == [Work.END_ATTEMPT]


# -- losing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "token"),
    [
        (Lost.VANISHED, TokenState.NONE),
        (Lost.SUPERSEDED, TokenState.NONE),
        (Lost.OTP_UNREADABLE, TokenState.NONE),
        (Lost.LAST_REPLY_LOST, TokenState.ORPHANED),
        (Lost.UNDECODABLE, TokenState.ORPHANED),
    ],
)
def test_each_loss_says_why_and_whether_a_token_is_left(cause: Lost, token: TokenState) -> None:
    """In both last cases Vault has a token that nobody holds."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    table.loses_attempt(cause)
    assert (table.ceremony.phase, table.ceremony.token) == (Phase.STRANDED, token)
    assert (table.ceremony.progress, table.ceremony.attempt) == (0, AttemptState.GONE)
    assert table.ceremony.trouble


# -- completing ------------------------------------------------------------------------------------


def test_the_last_share_makes_the_token() -> None:
    """From then on the token is held, and its clock runs."""
    table = desk(Phase.COLLECTING)
    table.passes(minutes=7)
    table.completes(ADA, BEN, CAT)
    assert (table.ceremony.phase, table.ceremony.token) == (Phase.TOKEN_HELD, TokenState.HELD)
    assert table.ceremony.moments.completed == table.now
    assert table.ceremony.attempt is AttemptState.COMPLETE


def test_a_reply_that_came_late_after_all_saves_the_token() -> None:
    """Believed lost by the one who adopted it; then the one who had the reply wakes up."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    last = table.sends(CAT)
    table.happens(
        AttemptLost(ceremony=table.ceremony.id, effect=last.effect, cause=Lost.LAST_REPLY_LOST)
    )
    table.happens(AttemptCompleted(ceremony=table.ceremony.id, effect=last.effect))
    assert (table.ceremony.phase, table.ceremony.token) == (Phase.TOKEN_HELD, TokenState.HELD)


@pytest.mark.parametrize(
    ("since", "phase", "token"),
    [
        pytest.param("nothing", Phase.TOKEN_HELD, TokenState.HELD, id="nothing since"),
        pytest.param("taken on", Phase.PROMOTING, TokenState.HELD, id="promoting since"),
        pytest.param("deleted", Phase.ENDED, TokenState.DELETED, id="promoted, token deleted"),
    ],
)
def test_a_completion_told_twice_is_one(since: str, phase: Phase, token: TokenState) -> None:
    """Who adopted the share and who sent it both say so: nothing is promoted or owed anew."""
    table = desk(Phase.TOKEN_HELD if since == "nothing" else Phase.PROMOTING)
    if since == "deleted":
        table.happens(Promoted(ceremony=table.ceremony.id, evidence=CLEAR))
        table.happens(TokenDeleted(ceremony=table.ceremony.id, effect=""))
    before = (table.ceremony.moments, table.works)

    table.happens(AttemptCompleted(ceremony=table.ceremony.id, effect="long-closed"))

    assert (table.ceremony.phase, table.ceremony.token) == (phase, token)
    assert (table.ceremony.moments, table.works) == before


# -- the rest --------------------------------------------------------------------------------------


def test_the_moments_are_those_of_the_log() -> None:
    """The final card's durations come from when entries were written."""
    table = desk(Phase.COLLECTING, holders_count=True)
    table.passes(minutes=1)
    table.gives(ADA)
    table.passes(minutes=1)
    table.requests()
    table.passes(minutes=1)
    table.completes(BEN, DAN)
    table.passes(minutes=1)
    table.promotes()
    table.passes(minutes=1)
    table.happens(Promoted(ceremony=table.ceremony.id, evidence=CLEAR))
    table.passes(minutes=1)
    table.happens(TokenDeleted(ceremony=table.ceremony.id, effect=""))

    m = table.ceremony.moments
    order = [m.first_share, m.requested, m.completed, m.promotion_sent, m.promoted, m.token_over]
    assert [(at - T0) // 60_000 for at in order] == [1, 2, 3, 4, 5, 6]
    assert (m.accepted, m.ended) == (m.promotion_sent, m.promoted)


def test_a_changed_roster_is_told_in_the_ceremony() -> None:
    """Its first entry has the hash of who may do what; a change is noted with its time."""
    table = desk(Phase.COLLECTING, purpose=Purpose.DRILL)
    table.passes(minutes=2)
    table.happens(RosterChanged(ceremony=table.ceremony.id, roster_hash="f" * 64))
    assert (table.ceremony.roster_hash, table.ceremony.roster_changed_at) == ("f" * 64, table.now)
