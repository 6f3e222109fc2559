"""What people could repeat for ever, and what stops each: a log does not grow by clicks alone."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import Phase
from ceremonies.commands import Command, Freeze, Reason, Refusal, Reject, RequestPromotion, Thaw
from ceremonies.decide.promotion import blocked
from ceremonies.events import PromotionBlocked
from tests.ceremonies.cast import ADA, BEN, CAT, KIM, SAM
from tests.ceremonies.desk import HOUR, Desk
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import CLEAR, LIVE_PRIMARY, NOT_SECONDARY, STRANGER


def tries(table: Desk, *wishes: Command, every: float) -> int:
    """Return how many entries come of trying these in turns, so many seconds apart, to the end."""
    before = len(table.log)
    while table.now < table.ceremony.max_at:
        for wish in wishes:
            table.asks(wish)
        table.passes(seconds=every)
    return len(table.log) - before


# -- contradicting shares --------------------------------------------------------------------------


def test_two_contradictions_in_turns_are_told_once_each() -> None:
    """Which one came last makes no difference: each holder's x is known."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    first, second = (table.offer(CAT, x=x, mark="other") for x in (1, 2))
    table.asks(first)
    table.asks(second)
    entries = len(table.log)

    for _ in range(20):
        assert table.refuses(first) is Reason.CONFLICT
        assert table.refuses(replace(second, mark="third")) is Reason.CONFLICT

    assert len(table.log) == entries
    now = table.ceremony.rounds[-1]
    assert [(found.other, found.x) for found in now.conflicts] == [(ADA, 1), (BEN, 2)]


def test_a_new_round_knows_no_contradiction() -> None:
    """What was wrong in the one before may be right now, and is noted anew."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)
    table.asks(table.offer(BEN, x=1, mark="other"))
    table.loses_round()
    table.gives(ADA)
    assert table.ceremony.rounds[-1].conflict is None

    assert not isinstance(table.asks(table.offer(BEN, x=1, mark="other")), Refusal)


# -- a gate that blocks ----------------------------------------------------------------------------


def test_what_blocks_is_noted_once() -> None:
    """Asked again and answered the same, the person is told and nobody else."""
    table = desk(Phase.TOKEN_HELD)
    table.requests(evidence=LIVE_PRIMARY)
    entries, alarms = len(table.log), table.state.alarms

    for seconds in range(10):
        later = replace(LIVE_PRIMARY, at=LIVE_PRIMARY.at + seconds)
        assert table.requests(evidence=later) == blocked(later)

    assert (len(table.log), table.state.alarms) == (entries, alarms)


def test_what_blocks_for_another_reason_is_noted() -> None:
    """The card shows why it is blocked now."""
    table = desk(Phase.TOKEN_HELD)
    for evidence in (LIVE_PRIMARY, NOT_SECONDARY, STRANGER):
        answer = table.requests(evidence=evidence)
        assert answer == [PromotionBlocked(ceremony=table.ceremony.id, evidence=evidence)]
        assert table.ceremony.blocked == evidence


# -- asking and saying no --------------------------------------------------------------------------


def wish(table: Desk) -> RequestPromotion:
    """Return Sam's wish to promote."""
    return RequestPromotion(ceremony=table.ceremony.id, by=SAM, reason="gone", evidence=CLEAR)


def no(table: Desk) -> Reject:
    """Return Kim's no."""
    return Reject(ceremony=table.ceremony.id, by=KIM, request=table.request_at)


def test_after_one_no_it_may_be_asked_at_once() -> None:
    """A slip, or a better reason: nothing waits."""
    table = desk(Phase.COLLECTING)
    table.requests()
    table.asks(no(table))

    assert not isinstance(table.requests(), Refusal)


def test_after_more_it_waits_and_longer_each_time() -> None:
    """Five seconds, ten, twenty; the words say how long."""
    table = desk(Phase.COLLECTING)
    table.requests()
    table.asks(no(table))
    for seconds in (5, 10, 20):
        table.requests()
        table.asks(no(table))
        told = table.requests()
        assert isinstance(told, Refusal)
        assert told.words.endswith(f"in {seconds} s.")
        table.passes(seconds=seconds - 1)
        assert table.refuses(wish(table)) is Reason.NOT_NOW
        table.passes(seconds=1)

    assert not isinstance(table.requests(), Refusal)


def test_two_people_cannot_fill_the_log_with_a_request() -> None:
    """Clicking for four hours, they write what a few ceremonies write, however fast they click."""
    table = desk(Phase.COLLECTING)
    assert tries(table, wish(table), no(table), every=1) < 120
    assert table.now - table.ceremony.started_at == 4 * HOUR


# -- freezing and thawing --------------------------------------------------------------------------


def thaw(table: Desk, by: str) -> Thaw:
    """Return the wish to go on."""
    return Thaw(ceremony=table.ceremony.id, by=by)


def test_a_freeze_never_waits() -> None:
    """However often: who says that this looks wrong is heard at once."""
    table = desk(Phase.COLLECTING)
    for _ in range(12):
        table.freezes()
        table.passes(minutes=5)
        for who in (SAM, KIM):
            assert not isinstance(table.asks(thaw(table, who)), Refusal)
        assert not table.ceremony.frozen


def test_from_the_third_freeze_on_people_talk_before_they_thaw() -> None:
    """Two are thawed at once; the next ones stand for five seconds, ten, twenty."""
    table = desk(Phase.COLLECTING)
    for seconds in (0, 0, 5, 10, 20):
        table.freezes()
        if seconds:
            table.passes(seconds=seconds - 1)
            told = table.asks(thaw(table, SAM))
            assert isinstance(told, Refusal)
            assert told.words.endswith("in 1 s.")
            table.passes(seconds=1)
        table.asks(thaw(table, SAM))
        table.asks(thaw(table, KIM))
        assert not table.ceremony.frozen


def test_three_people_cannot_fill_the_log_with_a_freeze() -> None:
    """Nor wake everybody every second."""
    table = desk(Phase.COLLECTING)
    freeze = Freeze(ceremony=table.ceremony.id, by=BEN)
    count = tries(table, freeze, thaw(table, SAM), thaw(table, KIM), every=1)
    assert count < 180
