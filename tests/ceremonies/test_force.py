"""Promoting by force: when it is offered, who types it, and when it is void."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.approval import FORCE_AFTER, is_forced
from ceremonies.ceremony import Phase
from ceremonies.commands import Reason, Refusal, Reject
from ceremonies.conductor.promotions import forbids
from ceremonies.decide import forcing
from ceremonies.events import (
    Event,
    Intended,
    Kind,
    PromotionAccepted,
    PromotionBlocked,
    PromotionRefused,
)
from ceremonies.evidence import Evidence
from ceremonies.fold.promotions import CATCHING_UP, MAX_PROMOTION_TRIES, NOT_TAKEN
from ceremonies.owed import Work
from ceremonies.roster import Person, Role, Roster
from ceremonies.vault.errors import StillCatchingUp
from tests.ceremonies.cast import ADA, BEN, KIM, ROSTER, SAM
from tests.ceremonies.desk import Desk
from tests.ceremonies.phases import approved
from tests.ceremonies.sights import CLEAR, LIVE_PRIMARY, lost, sample, seen, silent
from tests.ceremonies.sights import node as said


def put_off(times: int = FORCE_AFTER) -> Desk:
    """Return a desk whose approved promotion Vault put off so often."""
    table = approved()
    for _ in range(times):
        table.catches_up()
        table.passes(seconds=10)
    return table


def asks(
    table: Desk, *, by: str = SAM, reason: str = "a is gone", evidence: Evidence = CLEAR
) -> list[Event] | Refusal:
    """Somebody asks to force it."""
    answer = forcing.request(
        table.state,
        table.ceremony,
        by=by,
        reason=reason,
        evidence=evidence,
        now=table.now,
        terms=table.terms,
    )
    return _noted(table, answer)


def agrees(table: Desk, by: str, *, asked_at: int | None = None) -> list[Event] | Refusal:
    """Somebody agrees to what stands now, or stood then."""
    standing = table.ceremony.force.at if table.ceremony.force else 0
    at = standing if asked_at is None else asked_at
    answer = forcing.agree(
        table.state, table.ceremony, by=by, asked_at=at, now=table.now, terms=table.terms
    )
    return _noted(table, answer)


def _noted(table: Desk, answer: list[Event] | Refusal) -> list[Event] | Refusal:
    if not isinstance(answer, Refusal):
        table.happens(*answer)
    return answer


def reason_of(answer: list[Event] | Refusal) -> Reason:
    """Return why it was refused."""
    assert isinstance(answer, Refusal), answer
    return answer.reason


def forced(table: Desk) -> bool:
    """Return whether it would be sent with force now."""
    return is_forced(table.ceremony, table.terms.roster, now=table.now)


def agreed_by_all() -> Desk:
    """Return a desk where three people typed it."""
    table = put_off()
    asks(table)
    agrees(table, KIM)
    agrees(table, ADA)
    assert forced(table)
    return table


def sends(table: Desk) -> Intended:
    """The order with force is on its way."""
    intent = replace(table.intends(Kind.PROMOTE), force=True)
    table.happens(intent)
    return intent


def refused(table: Desk, problem: str, *, again: bool = True) -> None:
    """Vault answers to what was sent with force."""
    intent = sends(table)
    table.happens(
        PromotionRefused(
            ceremony=table.ceremony.id,
            effect=intent.effect,
            problem=problem,
            words="It said no.",
            again=again,
        )
    )


def test_the_name_in_the_log_is_the_error_s() -> None:
    """By it the answer is known again."""
    assert StillCatchingUp.__name__ == CATCHING_UP


@pytest.mark.parametrize("times", range(FORCE_AFTER))
def test_it_is_not_offered_before_vault_said_so_often(times: int) -> None:
    """Waiting is the better way; once or twice is nothing."""
    assert reason_of(asks(put_off(times))) is Reason.NOT_NOW


def test_three_people_type_it() -> None:
    """The commander and two others; with one of them it is asked without force as before."""
    table = put_off()
    assert not isinstance(asks(table), Refusal)
    assert not forced(table)
    agrees(table, KIM)
    assert (forced(table), table.works) == (False, [Work.PROMOTE])
    agrees(table, BEN)
    assert (forced(table), table.works) == (True, [Work.PROMOTE])


def test_nobody_counts_twice() -> None:
    """Neither who asked nor who has agreed; a second request answers whose stands."""
    table = put_off()
    asks(table)
    assert reason_of(agrees(table, SAM)) is Reason.OWN_REQUEST
    agrees(table, KIM)
    assert reason_of(agrees(table, KIM)) is Reason.NOT_NOW
    assert reason_of(asks(table)) is Reason.ALREADY_OPEN
    assert not forced(table)


def test_it_wants_a_reason_without_a_secret() -> None:
    """It stands in the log."""
    table = put_off()
    assert reason_of(asks(table, reason="  ")) is Reason.MALFORMED
    assert reason_of(asks(table, reason="ab" * 33)) is Reason.MALFORMED


@pytest.mark.parametrize("typed", ["payments/b", "payments/a force", "force", "payments/bforce"])
def test_what_is_typed_names_cluster_and_word(typed: str) -> None:
    """Anything less is refused with what is to be typed."""
    c = put_off().ceremony
    told = forcing.wants_typed("payments", c, typed)
    assert told is not None
    assert "payments/b force" in told.words
    assert forcing.wants_typed("payments", c, "  Payments/B   FORCE ") is None


def test_it_lapses() -> None:
    """After as long as an approval all three words are void, and it may be asked anew."""
    table = agreed_by_all()
    table.passes(minutes=15)
    assert not forced(table)
    assert reason_of(agrees(table, BEN)) is Reason.NOT_NOW  # the promotion's approval lapsed too
    table.approves()
    assert reason_of(agrees(table, BEN)) is Reason.NO_REQUEST
    assert not isinstance(asks(table), Refusal)
    assert not forced(table)


def test_an_old_card_agrees_to_nothing_new() -> None:
    """A click is about the request that its card showed."""
    table = put_off()
    asks(table)
    assert reason_of(agrees(table, KIM, asked_at=table.now - 1)) is Reason.STALE


def test_whoever_was_taken_off_the_roster_counts_no_more() -> None:
    """An account that was stolen forces nothing; nor does a commander who is none any more."""
    table = agreed_by_all()
    for left in (ADA, SAM):
        people = tuple(p for p in ROSTER.people if p.slack != left)
        roster = Roster(
            people=(*people, Person(slack=left, name="X", roles=frozenset({Role.AUDITOR})))
        )
        assert not is_forced(table.ceremony, roster, now=table.now)


def test_a_gate_that_blocks_is_not_forced_open() -> None:
    """Force is about data that is not applied; another primary is another matter."""
    table = put_off()
    assert reason_of(asks(table, evidence=LIVE_PRIMARY)) is Reason.GATE
    assert table.ceremony.force is None


@pytest.mark.parametrize("how", ["rejected", "blocked", "frozen", "promoting"])
def test_what_voids_it(how: str) -> None:
    """Whatever withdraws the promotion withdraws its force."""
    table = agreed_by_all()
    match how:
        case "rejected":
            no = Reject(ceremony=table.ceremony.id, by=KIM, request=table.request_at)
            table.asks(no)
        case "blocked":
            table.happens(PromotionBlocked(ceremony=table.ceremony.id, evidence=LIVE_PRIMARY))
        case "frozen":
            table.freezes()
            assert reason_of(agrees(table, BEN)) is Reason.FROZEN
        case "promoting":
            table.happens(PromotionAccepted(ceremony=table.ceremony.id, effect=""))
    assert not forced(table)
    if how != "frozen":
        assert table.ceremony.force is None


def test_a_new_request_begins_to_count_anew() -> None:
    """What Vault said to an earlier one is no reason to force this one."""
    table = put_off()
    table.asks(Reject(ceremony=table.ceremony.id, by=KIM, request=table.request_at))
    table.requests()
    table.approves()
    assert table.ceremony.catching_up == 0
    assert reason_of(asks(table)) is Reason.NOT_NOW


def test_another_answer_in_between_begins_to_count_anew() -> None:
    """In a row is in a row; a lost answer is none."""
    table = put_off(2)
    intent = table.intends(Kind.PROMOTE)
    lost = PromotionRefused(
        ceremony=table.ceremony.id, effect=intent.effect, problem=NOT_TAKEN, words="-", again=True
    )
    table.happens(lost)
    assert table.ceremony.catching_up == 2
    table.happens(replace(lost, problem="Sealed"))
    assert table.ceremony.catching_up == 0


def test_it_is_sent_by_force_once() -> None:
    """Refused all the same, it takes a new word; if its answer was lost, it stands."""
    table = agreed_by_all()
    refused(table, NOT_TAKEN)
    assert forced(table)
    refused(table, CATCHING_UP)
    assert table.ceremony.force is None
    assert table.ceremony.request is not None
    assert not isinstance(asks(table), Refusal)


def test_nobody_agrees_while_it_is_on_its_way() -> None:
    """What is sent cannot be agreed to any more."""
    table = agreed_by_all()
    sends(table)
    assert reason_of(agrees(table, BEN)) is Reason.NOT_NOW


def test_the_request_is_not_given_up_while_people_decide() -> None:
    """After ten answers it is asked more seldom; when their word lapsed, it is given up."""
    table = put_off(MAX_PROMOTION_TRIES - 1)
    asks(table)
    table.catches_up()
    assert table.ceremony.request is not None
    assert table.ceremony.retry_at == table.now + 60_000
    agrees(table, KIM)
    assert table.works == [Work.PROMOTE]
    table.passes(minutes=15)
    table.catches_up()
    assert (table.ceremony.request, table.ceremony.force) == (None, None)


def test_without_it_ten_answers_end_the_request() -> None:
    """As before: somebody has to look."""
    assert put_off(MAX_PROMOTION_TRIES).ceremony.request is None


def test_it_is_over_with_the_ceremony() -> None:
    """Nothing is forced of a ceremony that has ended."""
    table = approved()
    table.promotes()
    assert table.ceremony.phase is Phase.PROMOTING
    assert reason_of(asks(table)) is Reason.NOT_NOW


def test_what_got_worse_since_it_was_typed_stops_it() -> None:
    """They agreed to what stood there, as with an approval."""
    table = put_off()
    healthy = seen(silent("a"), said("b"), sample=sample())
    asks(table, evidence=healthy)
    b = said("b", dr=lost(state="merkle-sync"))
    synchronising = seen(silent("a"), b, sample=sample())
    assert not forbids(table.ceremony, healthy)
    assert forbids(table.ceremony, synchronising)
