"""The clock of a ceremony: reminders, warnings, deadline, maximum, the token's own time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ceremonies.ceremony import Ending, Phase
from ceremonies.commands import Decline, Extend, Nudge, Reject, Thaw
from ceremonies.events import (
    Adopted,
    CeremonyExpired,
    DeadlineNear,
    HoldersReminded,
    Kind,
)
from ceremonies.owed import Work
from ceremonies.topology import CeremonyRules
from tests.ceremonies.cast import ADA, BEN, CAT, DAN, EVE, HOLDERS, KIM, SAM
from tests.ceremonies.desk import MINUTE, SECOND, Desk
from tests.ceremonies.phases import approved, desk

_FAR = CeremonyRules(remind_every=timedelta(hours=9))  # where reminders would only be in the way


def expires(table: Desk, cause: str) -> list[CeremonyExpired]:
    """Return the one note that this ceremony's time ran out."""
    return [CeremonyExpired(ceremony=table.ceremony.id, cause=cause)]


def expiries(table: Desk) -> list[CeremonyExpired]:
    """Return the notes that are due now and end the ceremony."""
    return [note for note in table.notes if isinstance(note, CeremonyExpired)]


def reminders(table: Desk) -> list[HoldersReminded]:
    """Return the reminders that are due now."""
    return [note for note in table.notes if isinstance(note, HoldersReminded)]


# -- the deadline and what is under way ------------------------------------------------------------


def test_a_share_on_its_way_at_the_deadline_decides_first() -> None:
    """It was given in time: if Vault counts it, there is a new deadline."""
    table = desk(Phase.COLLECTING, times=_FAR)
    table.passes(minutes=30, seconds=-1)
    last = table.sends(ADA)
    table.passes(seconds=5)
    assert expiries(table) == []

    table.happens(table.accepted(last))

    assert expiries(table) == []
    assert table.ceremony.deadline == table.now + 30 * MINUTE


@pytest.mark.parametrize("kind", [Kind.START, Kind.SHARE, Kind.CANCEL], ids=str)
def test_a_vault_that_is_gone_holds_up_no_clock(kind: Kind) -> None:
    """Nobody can say what became of the effect: the ceremony's time runs out all the same."""
    table = desk(Phase.COLLECTING, times=_FAR)
    intent = table.intends(kind)
    table.passes(minutes=31, seconds=-1)
    table.happens(Adopted(effect=intent.effect, replica="r2", until=table.now + 30 * SECOND))
    assert expiries(table) == []

    table.passes(seconds=1)

    assert expiries(table) == expires(table, "deadline")


def test_nothing_ends_before_a_promotion_that_may_have_been_sent() -> None:
    """Not its token's time, not `max`: first it has to be known whether it was taken on."""
    table = approved()
    table.intends(Kind.PROMOTE)
    table.passes(minutes=600)
    assert table.notes == []


# -- deadline, maximum, token ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "phase", [Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED], ids=str
)
def test_unanswered_it_expires(phase: Phase) -> None:
    """At the deadline, not before; whatever it waits for."""
    table = desk(phase, times=_FAR)
    table.passes(minutes=30, seconds=-1)
    assert expiries(table) == []

    table.passes(seconds=1)

    assert table.notes == expires(table, "deadline")
    table.happens(*table.notes)
    assert table.ceremony.ending is Ending.EXPIRED
    assert table.notes == []


def test_five_minutes_before_it_the_commanders_are_asked_once() -> None:
    """Once for each deadline: a share or an extension moves it, and then they are asked again."""
    table = desk(Phase.COLLECTING, times=_FAR)
    table.passes(minutes=25, seconds=-1)
    assert table.notes == []
    table.passes(seconds=1)
    near = DeadlineNear(ceremony=table.ceremony.id, deadline=table.ceremony.deadline)
    assert table.notes == [near]
    table.happens(near)
    assert table.notes == []

    table.asks(Extend(ceremony=table.ceremony.id, by=SAM))
    table.passes(minutes=25)

    assert table.notes == [
        DeadlineNear(ceremony=table.ceremony.id, deadline=table.ceremony.deadline)
    ]


def test_a_short_deadline_is_near_from_its_half() -> None:
    """With four minutes in all they are not asked at the very start."""
    short = CeremonyRules(deadline=timedelta(minutes=4), remind_every=timedelta(hours=9))
    table = desk(Phase.COLLECTING, times=short)
    assert table.notes == []
    table.passes(minutes=2)
    assert [type(note) for note in table.notes] == [DeadlineNear]


def test_a_frozen_clock_tells_nothing() -> None:
    """No reminder, no warning, no expiry; after the thaw they come as far as they are due."""
    table = desk(Phase.COLLECTING)
    table.passes(minutes=4)
    table.freezes()
    table.passes(minutes=200)
    assert table.due == []

    table.asks(Thaw(ceremony=table.ceremony.id, by=SAM))
    table.asks(Thaw(ceremony=table.ceremony.id, by=KIM))

    assert [type(note) for note in table.notes] == [HoldersReminded]


@pytest.mark.parametrize(
    "phase",
    [Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED, Phase.TOKEN_HELD],
    ids=str,
)
@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "going on"])
def test_the_maximum_holds_for_all(phase: Phase, *, frozen: bool) -> None:
    """Four hours after the start it is over, frozen or not, whatever it waits for."""
    table = desk(phase, times=_FAR)
    if frozen:
        table.freezes()
    table.passes(minutes=240)
    assert table.notes == expires(table, "max")


def test_a_token_that_nobody_approved_is_deleted_after_ten_minutes() -> None:
    """Asked for or not: without approval it ends, and the token's end is owed."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.passes(minutes=10, seconds=-1)
    assert table.notes == []
    table.passes(seconds=1)

    assert table.notes == expires(table, "token-unused")
    table.happens(*table.notes)

    assert table.ceremony.ending is Ending.TOKEN_UNUSED
    assert table.works == [Work.DELETE_TOKEN]


def test_a_token_approved_in_the_last_second_is_used() -> None:
    """Approved in time: while the promotion is prepared, the token's time does not run out."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.passes(minutes=10, seconds=-1)
    table.approves()
    table.passes(seconds=5)

    assert table.notes == []
    assert table.works == [Work.PROMOTE]


def test_an_approval_that_lapses_unused_lets_the_token_go() -> None:
    """Approved but never sent (Vault kept catching up): with the approval the token ends."""
    table = approved()
    table.catches_up()
    table.passes(minutes=15, seconds=-1)
    assert table.notes == []
    table.passes(seconds=1)
    assert table.notes == expires(table, "token-unused")


def test_a_frozen_token_does_not_wait() -> None:
    """A freeze holds up the promotion, not the token's end."""
    table = desk(Phase.TOKEN_HELD)
    table.freezes()
    table.passes(minutes=10)
    assert table.notes == expires(table, "token-unused")


def test_after_a_no_the_token_has_its_ten_minutes() -> None:
    """A rejection deletes nothing by itself: somebody may ask anew in time."""
    table = approved()
    table.asks(Reject(ceremony=table.ceremony.id, by=ADA, request=table.request_at))
    assert table.due == []
    table.passes(minutes=10)
    assert table.notes == expires(table, "token-unused")


def test_a_promotion_taken_on_and_never_done_ends_too() -> None:
    """After `max`, and an hour at the least: else the cluster were closed to every ceremony."""
    table = desk(Phase.PROMOTING)
    table.passes(minutes=240, seconds=-1)
    assert table.notes == []
    table.passes(seconds=1)

    assert table.notes == expires(table, "max")
    table.happens(*table.notes)
    assert table.works == [Work.DELETE_TOKEN]


def test_a_promotion_taken_on_at_the_last_minute_has_its_hour() -> None:
    """`max` does not end what Vault has just begun."""
    table = desk(Phase.COLLECTING, times=_FAR)
    while table.now < table.ceremony.max_at - 10 * MINUTE:
        table.passes(minutes=5)
        table.asks(Extend(ceremony=table.ceremony.id, by=SAM))
    table.completes(ADA, BEN, CAT)
    table.requests()
    table.approves()
    table.promotes()
    table.passes(minutes=59)
    assert table.notes == []
    table.passes(minutes=1)
    assert table.notes == expires(table, "max")


# -- reminders -------------------------------------------------------------------------------------


def test_every_five_minutes_who_has_not_answered_is_reminded() -> None:
    """Counted from the last sign of life: the start, a share, a reminder."""
    table = desk(Phase.COLLECTING)
    table.passes(minutes=4)
    table.gives(ADA)
    table.passes(minutes=5, seconds=-1)
    assert reminders(table) == []
    table.passes(seconds=1)
    due = HoldersReminded(ceremony=table.ceremony.id, holders=(BEN, CAT, DAN, EVE))
    assert reminders(table) == [due]
    table.happens(due)
    assert reminders(table) == []
    table.passes(minutes=3)
    table.asks(Nudge(ceremony=table.ceremony.id, by=SAM))
    table.passes(minutes=3)
    assert reminders(table) == []


def test_nobody_is_reminded_when_everybody_answered() -> None:
    """All declined: there is nobody to remind, and the deadline decides."""
    table = desk(Phase.COLLECTING)
    for holder in HOLDERS:
        table.asks(Decline(ceremony=table.ceremony.id, holder=holder))
    table.passes(minutes=20)
    assert table.notes == []


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.BLOCKED, Phase.STRANDED], ids=str)
def test_nobody_is_reminded_while_no_share_is_taken(phase: Phase) -> None:
    """Holders are called when there is something to give."""
    table = desk(phase)
    table.passes(minutes=20)
    assert reminders(table) == []
