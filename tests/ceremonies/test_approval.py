"""Who has agreed to a promotion, and whether that is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ceremonies.approval import agreed, is_approved, lapses
from ceremonies.ceremony import Phase
from ceremonies.commands import Reject
from ceremonies.events import Kind, PromotionBlocked, PromotionRefused, Purpose
from ceremonies.owed import Work
from ceremonies.roster import Roster
from ceremonies.topology import CeremonyRules
from tests.ceremonies.cast import ADA, BEN, CAT, DAN, EVE, KIM
from tests.ceremonies.desk import MINUTE, Desk
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import LIVE_PRIMARY, T0


def who(table: Desk) -> tuple[str, ...]:
    """Return the people whose agreement counts now."""
    return agreed(table.ceremony, table.terms.rules, now=table.now)


def until(table: Desk) -> dict[str, int]:
    """Return when what counts now lapses, by person."""
    return lapses(table.ceremony, table.terms.rules, now=table.now)


def enough(table: Desk) -> bool:
    """Return whether the promotion is approved now."""
    return is_approved(table.ceremony, table.terms.rules, now=table.now)


def test_nothing_is_approved_that_nobody_asked_for() -> None:
    """Shares alone promote nothing, however many there are."""
    table = desk(Phase.TOKEN_HELD, holders_count=True)
    assert who(table) == (ADA, BEN, CAT)
    assert not enough(table)


@pytest.mark.parametrize("holders_count", [True, False], ids=["holders count", "they do not"])
@pytest.mark.parametrize("first", ["request", "shares"])
def test_a_share_for_a_promotion_is_an_approval(first: str, *, holders_count: bool) -> None:
    """Where holders count, in whichever order share and request came; else never."""
    table = desk(Phase.COLLECTING, holders_count=holders_count)
    if first == "request":
        table.requests()
    table.completes(ADA, BEN, CAT)
    if first == "shares":
        table.requests()

    assert who(table) == ((ADA, BEN, CAT) if holders_count else ())
    assert table.works == ([Work.PROMOTE] if holders_count else [])


def test_the_last_share_leads_to_the_promotion_at_once() -> None:
    """Asked and approved while shares still came: nothing waits for another click."""
    table = desk(Phase.COLLECTING)
    table.requests()
    table.approves()
    table.gives(ADA, BEN)
    assert table.works == []

    table.completes(CAT)

    assert table.works == [Work.PROMOTE]


def test_the_requesters_own_share_is_no_approval() -> None:
    """Whatever roles they have: a holder who asks needs another person."""
    table = desk(Phase.COLLECTING, holders_count=True, approvers=3)
    table.requests(by=ADA)
    table.completes(ADA, BEN, CAT)

    assert who(table) == (BEN, CAT)
    assert not enough(table)
    table.approves(KIM)
    assert enough(table)


def test_one_person_counts_once() -> None:
    """A holder who also clicks is one person."""
    table = desk(Phase.COLLECTING, holders_count=True, approvers=2)
    table.requests()
    table.happens(table.accepted(table.sends(CAT, x=7)))
    table.approves(CAT)

    assert who(table) == (CAT,)
    assert not enough(table)


@pytest.mark.parametrize(
    "purpose", [Purpose.DRILL, Purpose.UPDATE_PRIMARY, Purpose.DISABLE], ids=str
)
def test_a_share_for_another_purpose_approves_no_promotion(purpose: Purpose) -> None:
    """Whoever gave for a drill has not agreed to a promotion."""
    table = desk(Phase.COLLECTING, holders_count=True)
    table.gives(ADA)
    other = replace(table.ceremony, purpose=purpose)

    assert agreed(other, table.terms.rules, now=table.now) == ()


def test_shares_of_a_lost_round_approve_nothing() -> None:
    """Only what was given in the newest round counts."""
    table = desk(Phase.COLLECTING, holders_count=True)
    table.requests()
    table.gives(ADA, BEN)
    table.loses_round()
    table.gives(CAT)

    assert who(table) == (CAT,)


def test_each_agreement_lapses_fifteen_minutes_after_it_was_given() -> None:
    """Given at different times, they lapse one after the other."""
    table = desk(Phase.COLLECTING, holders_count=True, approvers=2)
    table.requests()
    table.gives(ADA)
    table.passes(minutes=10)
    table.approves(KIM)
    assert enough(table)
    assert until(table) == {ADA: T0 + 15 * MINUTE, KIM: T0 + 25 * MINUTE}

    table.passes(minutes=5)
    assert who(table) == (KIM,)
    assert not enough(table)

    table.passes(minutes=10)
    assert who(table) == ()
    assert until(table) == {}


def test_only_what_counts_says_when_it_lapses() -> None:
    """A share that is no approval does not make the approval of its holder last longer."""
    table = desk(Phase.COLLECTING, holders_count=False)
    table.requests()
    table.approves(ADA)
    table.passes(minutes=10)
    table.gives(ADA)

    assert until(table) == {ADA: T0 + 15 * MINUTE}


@pytest.mark.parametrize("how", ["rejected", "blocked", "refused"])
def test_what_was_agreed_before_is_void(how: str) -> None:
    """After a no, a gate that blocks or Vault's refusal, neither clicks nor shares count."""
    table = desk(Phase.TOKEN_HELD, holders_count=True)
    table.requests()
    table.approves()
    assert enough(table)

    match how:
        case "rejected":
            table.asks(Reject(ceremony=table.ceremony.id, by=DAN, request=table.request_at))
        case "blocked":
            table.happens(PromotionBlocked(ceremony=table.ceremony.id, evidence=LIVE_PRIMARY))
        case _:
            intent = table.intends(Kind.PROMOTE)
            table.happens(
                PromotionRefused(
                    ceremony=table.ceremony.id,
                    effect=intent.effect,
                    problem="denied",
                    words="Vault denies this token.",
                    again=False,
                )
            )
    table.requests()

    assert who(table) == ()
    table.approves(EVE)
    assert table.works == [Work.PROMOTE]


def test_a_share_of_the_same_moment_as_a_no_does_not_count() -> None:
    """Which came first is not told by a millisecond: what is unclear approves nothing."""
    table = desk(Phase.COLLECTING, holders_count=True)
    table.gives(ADA)
    table.happens(PromotionBlocked(ceremony=table.ceremony.id, evidence=LIVE_PRIMARY))
    table.requests()
    assert who(table) == ()


def test_nobody_else_is_needed_where_the_lab_says_so() -> None:
    """With no approvers required a request is enough; without one nothing happens."""
    table = desk(Phase.TOKEN_HELD, approvers=0)
    assert not enough(table)
    table.requests()
    assert enough(table)


def test_the_time_to_lapse_is_configured() -> None:
    """`approval_lapses` is what the set's rules say."""
    short = CeremonyRules(approval_lapses=timedelta(seconds=10))
    table = desk(Phase.COLLECTING, times=short)
    table.requests()
    table.approves()
    table.passes(seconds=9)
    assert enough(table)
    table.passes(seconds=1)
    assert not enough(table)


def test_whoever_left_the_roster_counts_no_more() -> None:
    """An approver whose role was taken away, say because of a stolen account, agrees to nothing."""
    table = desk(Phase.COLLECTING, holders_count=False, approvers=1)
    table.requests()
    table.approves(KIM)
    rules, now = table.terms.rules, table.now
    everybody = table.terms.roster
    left = Roster(people=tuple(p for p in everybody.people if p.slack != KIM))

    assert agreed(table.ceremony, rules, now=now, roster=everybody) == (KIM,)
    assert agreed(table.ceremony, rules, now=now, roster=left) == ()
    assert not is_approved(table.ceremony, rules, now=now, roster=left)
