"""Asking for the promotion, agreeing to it, saying no."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Ending, Phase
from ceremonies.commands import Approve, Cancel, Reason, Refusal, Reject, RequestPromotion
from ceremonies.events import (
    Kind,
    PromotionApproved,
    PromotionBlocked,
    PromotionRequested,
    Purpose,
)
from ceremonies.owed import Work
from tests.ceremonies.cast import ADA, BEN, CAT, KIM, SAM
from tests.ceremonies.desk import Desk, only
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import CLEAR, CLUSTER_ID, LIVE_PRIMARY


def wish(table: Desk, by: str = SAM) -> RequestPromotion:
    """Return a commander's wish to promote."""
    return RequestPromotion(ceremony=table.ceremony.id, by=by, reason="gone", evidence=CLEAR)


def yes(table: Desk, by: str = KIM) -> Approve:
    """Return somebody's yes."""
    return Approve(ceremony=table.ceremony.id, by=by, request=table.request_at)


def no(table: Desk, by: str = KIM) -> Reject:
    """Return somebody's no."""
    return Reject(ceremony=table.ceremony.id, by=by, request=table.request_at)


# -- asking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phase", [Phase.STARTING, Phase.COLLECTING, Phase.STRANDED, Phase.TOKEN_HELD], ids=str
)
def test_it_may_be_asked_while_shares_still_come(phase: Phase) -> None:
    """Asked early, the last share leads to the promotion at once."""
    table = desk(phase)
    answer = table.requests()
    assert not isinstance(answer, Refusal)
    asked = only(answer, PromotionRequested)
    assert (asked.by, asked.evidence) == (SAM, CLEAR)
    assert table.ceremony.request is not None


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        pytest.param(Phase.BLOCKED, Reason.NOT_NOW, id="another attempt is in the way"),
        pytest.param(Phase.PROMOTING, Reason.NOT_NOW, id="it is under way"),
        pytest.param(Phase.ENDED, Reason.NOT_NEEDED, id="it is over"),
    ],
)
def test_where_it_cannot_be_asked(phase: Phase, reason: Reason) -> None:
    """Nothing is noted, and the commander is told why."""
    table = desk(phase)
    assert table.refuses(wish(table)) is reason


def test_a_drills_token_promotes_nothing() -> None:
    """A drill cannot turn into a promotion."""
    table = desk(Phase.COLLECTING, purpose=Purpose.DRILL)
    assert table.refuses(wish(table)) is Reason.NOT_NOW


def test_it_is_asked_once() -> None:
    """A second request answers who asked."""
    table = desk(Phase.COLLECTING)
    table.requests()
    assert table.refuses(wish(table, by=BEN)) is Reason.ALREADY_OPEN


def test_nothing_is_asked_of_a_frozen_ceremony() -> None:
    """Thaw it first."""
    table = desk(Phase.TOKEN_HELD)
    table.freezes()
    assert table.refuses(wish(table)) is Reason.FROZEN


def test_a_blocking_gate_is_noted_with_its_evidence() -> None:
    """A live primary: no request stands, and the card shows which node answered."""
    table = desk(Phase.TOKEN_HELD)

    answer = table.requests(evidence=LIVE_PRIMARY)

    assert answer == [PromotionBlocked(ceremony=table.ceremony.id, evidence=LIVE_PRIMARY)]
    assert table.ceremony.request is None
    assert table.ceremony.blocked == LIVE_PRIMARY
    assert not isinstance(table.requests(), Refusal)
    assert table.ceremony.blocked is None


# -- agreeing --------------------------------------------------------------------------------------


def test_another_person_agrees_and_it_is_owed() -> None:
    """The click appends an approval that names the cluster id; the rest follows from the state."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    assert table.works == []

    answer = table.approves(KIM)

    assert not isinstance(answer, Refusal)
    assert only(answer, PromotionApproved).cluster_id == CLUSTER_ID
    assert table.works == [Work.PROMOTE]


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        pytest.param(SAM, Reason.OWN_REQUEST, id="the requester"),
        pytest.param(KIM, Reason.NOT_NOW, id="somebody who has agreed"),
    ],
)
def test_who_does_not_agree(by: str, reason: Reason) -> None:
    """Nobody approves their own request, and nobody counts twice."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.approves(KIM)
    assert table.refuses(yes(table, by)) is reason


def test_nothing_is_agreed_to_before_it_is_asked() -> None:
    """An approval is one of what a request shows."""
    table = desk(Phase.TOKEN_HELD)
    assert table.refuses(yes(table)) is Reason.NO_REQUEST


def test_a_lapsed_approval_can_be_given_again() -> None:
    """After 15 minutes the same person may agree anew."""
    table = desk(Phase.COLLECTING)
    table.requests()
    table.approves(KIM)
    table.passes(minutes=15)

    assert not isinstance(table.approves(KIM), Refusal)
    assert len(table.ceremony.approvals) == 1


# -- saying no -------------------------------------------------------------------------------------


def test_a_no_withdraws_request_and_approvals() -> None:
    """The token stays sealed; whoever wants the promotion asks and gathers anew."""
    table = desk(Phase.TOKEN_HELD, approvers=2)
    table.requests()
    table.approves(ADA)

    table.asks(no(table))

    assert (table.ceremony.request, table.ceremony.approvals) == (None, ())
    assert table.ceremony.rejected_by == KIM
    table.requests()
    table.approves(BEN)
    assert table.works == []
    table.approves(CAT)
    assert table.works == [Work.PROMOTE]


def test_there_must_be_something_to_say_no_to() -> None:
    """Without a request nothing is withdrawn."""
    table = desk(Phase.TOKEN_HELD)
    assert table.refuses(no(table)) is Reason.NO_REQUEST


def test_a_no_comes_too_late_for_what_was_sent() -> None:
    """On its way to Vault, taken on, or done: it cannot be taken back, so nothing says it was."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.approves()
    table.intends(Kind.PROMOTE)
    assert table.refuses(no(table)) is Reason.NOT_NOW

    promoting = desk(Phase.PROMOTING)
    assert promoting.refuses(no(promoting)) is Reason.NOT_NOW


@pytest.mark.parametrize("kind", [Approve, Reject])
def test_nobody_agrees_or_says_no_after_the_end(kind: type[Approve | Reject]) -> None:
    """The last card keeps telling what happened."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    assert table.ceremony.ending is Ending.CANCELLED

    assert (
        table.refuses(kind(ceremony=table.ceremony.id, by=KIM, request=table.request_at))
        is Reason.NOT_NEEDED
    )
    assert table.ceremony.rejected_by == ""
