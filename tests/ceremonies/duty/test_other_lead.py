"""A shift whose lead is another person from its middle on: they left, or people swapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ceremonies.commands import Reason, Refusal
from ceremonies.commands.duty import ConfirmHandover, IssueToken, ShowWrap
from ceremonies.decide.handover import missing_leads
from ceremonies.duty import DutyToken
from ceremonies.events import HandoverConfirmed, Part
from ceremonies.rota.rules import Custody
from ceremonies.rotation import on_now
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.duty.watchroom import DAY, Room, rule


def in_mid_shift(custody: Custody = Custody.LEAD) -> Room:
    """Return a room in which Sam leads, has collected their token, and has taken over."""
    room = Room(rules=(rule(custody=custody),), start="2026-11-23 10:00")
    room.works()
    for token in room.tokens:
        if token.part is Part.LEAD:
            room.collects(token)
    room.asks(ConfirmHandover(by=SAM))
    room.works()
    return room


def becomes(room: Room, lead: str, custody: Custody = Custody.LEAD) -> None:
    """From now on this person leads the shift."""
    room.rules = (replace(DAY, custody=custody, lead=lead),)
    room.works()


def of(room: Room, lead: str) -> list[DutyToken]:
    """Return what lies in this lead's hands."""
    return [t for t in room.tokens if t.lead == lead and t.part is Part.LEAD]


def test_whoever_leads_now_gets_a_token() -> None:
    """It is from another place: so the other one may be put out of force without theirs."""
    room = in_mid_shift()
    becomes(room, KIM)
    (sams,), (kims,) = of(room, SAM), of(room, KIM)
    assert sams.shift == kims.shift
    assert sams.place != kims.place
    assert isinstance(room.asks(ShowWrap(duty=kims.id, by=SAM)), Refusal)
    used = room.duties.usable("a", now=room.desk.now)
    assert used is not None
    assert used.id == sams.id
    room.collects(kims)
    used = room.duties.usable("a", now=room.desk.now)
    assert used is not None
    assert used.id == kims.id
    room.until("2026-11-23 14:00", every=timedelta(minutes=10))
    assert len(room.tokens) == 2


def test_they_take_over_when_they_have_collected_it() -> None:
    """That the one before them took over is not their word."""
    room = in_mid_shift()
    shift = on_now(room.desk.terms.shifts, now=room.desk.now)
    assert shift is not None
    assert missing_leads(room.duties, room.desk.terms.shifts, shift) == ()
    becomes(room, KIM)
    shift = on_now(room.desk.terms.shifts, now=room.desk.now)
    assert shift is not None
    assert missing_leads(room.duties, room.desk.terms.shifts, shift) == (KIM,)
    answer = room.asks(ConfirmHandover(by=KIM))
    assert isinstance(answer, Refusal)
    assert "Collect your token first" in answer.words
    room.collects(of(room, KIM)[0])
    assert room.asks(ConfirmHandover(by=KIM)) == [
        HandoverConfirmed(shift=shift.id, by=KIM, incoming=True)
    ]


def test_to_and_fro() -> None:
    """Whoever comes back has their token still."""
    room = in_mid_shift()
    for lead in (KIM, SAM, KIM, SAM):
        becomes(room, lead)
    assert len(of(room, SAM)) == len(of(room, KIM)) == 1
    answer = room.asks(IssueToken(by=SAM))
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.ALREADY_OPEN


def test_what_the_bot_holds_stays() -> None:
    """It is nobody's in particular."""
    room = in_mid_shift(Custody.BOT)
    (token,) = room.tokens
    becomes(room, KIM, Custody.BOT)
    assert [t.id for t in room.tokens] == [token.id]
    both = in_mid_shift(Custody.BOTH)
    becomes(both, KIM, Custody.BOTH)
    assert [t.part for t in both.tokens].count(Part.BOT) == 1
    assert len(of(both, KIM)) == 1


@pytest.mark.parametrize("custody", [Custody.LEAD, Custody.BOT])
def test_nobody_leads_any_more(custody: Custody) -> None:
    """A shift that is planned no longer gets nothing; what was minted is in force to its end."""
    room = in_mid_shift(custody)
    (token,) = room.tokens
    room.rules = ()
    room.until("2026-11-23 13:00", every=timedelta(minutes=10))
    assert [t.id for t in room.tokens] == [token.id]
    answer = room.asks(IssueToken(by=SAM))
    assert isinstance(answer, Refusal)
    assert "No shift is on" in answer.words
    room.until("2026-11-23 22:00", every=timedelta(minutes=10))
    assert room.tokens == ()
    assert room.duties.covered is False
