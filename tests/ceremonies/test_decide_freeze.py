"""This looks wrong: who freezes, who thaws, and what stands still meanwhile."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Phase
from ceremonies.commands import Freeze, Reason, Refusal, Thaw
from ceremonies.events import (
    CeremonyExpired,
    CeremonyThawed,
)
from tests.ceremonies.cast import ADA, BEN, KIM, SAM
from tests.ceremonies.desk import HOUR, MINUTE, Desk
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import T0


def thaw(table: Desk, by: str) -> Thaw:
    """Return the wish to go on."""
    return Thaw(ceremony=table.ceremony.id, by=by)


@pytest.mark.parametrize(
    "phase",
    [Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED, Phase.TOKEN_HELD],
)
def test_whatever_is_not_sent_can_be_frozen(phase: Phase) -> None:
    """Afterwards Vault is owed nothing for this ceremony."""
    table = desk(phase)

    table.freezes(ADA)

    assert (table.ceremony.frozen_by, table.ceremony.frozen_at) == (ADA, table.now)
    assert table.works == []


def test_a_frozen_promotion_waits() -> None:
    """Approved and frozen is not promoted; thawed, it is."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.approves()
    assert len(table.works) == 1

    table.freezes()

    assert table.works == []
    table.asks(thaw(table, SAM))
    table.asks(thaw(table, KIM))
    assert len(table.works) == 1


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        pytest.param(Phase.PROMOTING, Reason.NOT_NOW, id="Vault has taken the promotion on"),
        pytest.param(Phase.ENDED, Reason.NOT_NEEDED, id="it is over"),
    ],
)
def test_what_cannot_be_frozen(phase: Phase, reason: Reason) -> None:
    """What is done cannot be held up, and the person is told."""
    table = desk(phase)
    assert table.refuses(Freeze(ceremony=table.ceremony.id, by=ADA)) is reason


def test_frozen_is_frozen() -> None:
    """A second freeze changes nothing, least of all since when."""
    table = desk(Phase.COLLECTING)
    table.freezes(ADA)
    table.passes(minutes=1)
    assert table.refuses(Freeze(ceremony=table.ceremony.id, by=BEN)) is Reason.NOT_NOW
    assert table.ceremony.frozen_at == T0


@pytest.mark.parametrize(
    ("people", "thawed"),
    [
        pytest.param([SAM, KIM], True, id="a commander and another person"),
        pytest.param([ADA, SAM], True, id="in the other order"),
        pytest.param([BEN, SAM], True, id="the one who froze may be the other person"),
        pytest.param([SAM], False, id="a commander alone"),
        pytest.param([ADA, BEN], False, id="two people without a commander"),
        pytest.param([ADA, BEN, SAM], True, id="until a commander agrees"),
    ],
)
def test_who_thaws(people: list[str], *, thawed: bool) -> None:
    """It takes two, and one of them commands."""
    table = desk(Phase.COLLECTING)
    table.freezes(BEN)

    for who in people:
        assert not isinstance(table.asks(thaw(table, who)), Refusal)

    assert table.ceremony.frozen is not thawed


def test_one_person_agrees_once() -> None:
    """A commander does not become two by clicking twice."""
    table = desk(Phase.COLLECTING)
    table.freezes()
    table.asks(thaw(table, SAM))
    assert table.refuses(thaw(table, SAM)) is Reason.NOT_NOW
    assert table.ceremony.frozen


def test_what_was_agreed_before_a_second_freeze_is_void() -> None:
    """Each freeze is thawed by two people of its own."""
    table = desk(Phase.COLLECTING)
    table.freezes()
    table.asks(thaw(table, SAM))
    table.asks(thaw(table, ADA))
    table.freezes()
    table.asks(thaw(table, KIM))
    assert table.ceremony.frozen


@pytest.mark.parametrize(
    ("phase", "reason"),
    [(Phase.COLLECTING, Reason.NOT_NOW), (Phase.ENDED, Reason.NOT_NEEDED)],
    ids=["not frozen", "over"],
)
def test_nothing_to_thaw(phase: Phase, reason: Reason) -> None:
    """Only what is frozen is thawed."""
    table = desk(phase)
    assert table.refuses(thaw(table, SAM)) is reason


def test_the_deadline_stands_still_but_max_does_not() -> None:
    """Frozen for an hour, a ceremony has as many minutes left as before, within its maximum."""
    table = desk(Phase.COLLECTING)
    table.passes(minutes=10)
    table.freezes()
    table.passes(minutes=60)
    assert table.notes == []

    table.asks(thaw(table, SAM))
    table.asks(thaw(table, KIM))

    assert table.ceremony.deadline - table.now == 20 * MINUTE
    assert table.ceremony.max_at == T0 + 4 * HOUR


def test_a_long_freeze_meets_the_maximum() -> None:
    """A thawed deadline is cut at `max`; at `max` even a frozen ceremony ends."""
    table = desk(Phase.COLLECTING)
    table.freezes()
    table.passes(minutes=3 * 60 + 50)
    table.asks(thaw(table, SAM))
    answer = table.asks(thaw(table, KIM))
    assert not isinstance(answer, Refusal)
    assert [e.deadline for e in answer if isinstance(e, CeremonyThawed)] == [T0 + 4 * HOUR]

    table.freezes()
    table.passes(minutes=10)

    assert table.notes == [CeremonyExpired(ceremony=table.ceremony.id, cause="max")]
