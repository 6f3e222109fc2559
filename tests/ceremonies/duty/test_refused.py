"""The primary refuses the bot's token though its ring place is as it has to be; clocks jump."""

from __future__ import annotations

from datetime import timedelta

from ceremonies.commands import Reason, Refusal
from ceremonies.commands.duty import IssueToken
from ceremonies.duty import DutyToken
from ceremonies.events import KillAgreed, KillAsked, KillRefused, Proof, ProofChanged
from ceremonies.rota.rules import Custody
from ceremonies.rotation import KillDebt
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.duty.watchroom import NIGHT, Room, minted, refused, rule

MINUTE = 60_000


def room_in_the_morning() -> Room:
    """Return a room in which the bot holds the day's token."""
    room = Room(rules=(rule(custody=Custody.BOT), NIGHT), start="2026-11-23 06:00")
    room.works()
    return room


def is_refused(room: Room, token: DutyToken) -> None:
    """The primary says no to this token."""
    room.desk.happens(
        ProofChanged(duty=token.id, cluster="a", answer=Proof.REFUSED, words="It has ended.")
    )


def goes_on(room: Room, minutes: int) -> None:
    """So many minutes pass."""
    for _ in range(minutes):
        room.desk.now += MINUTE
        room.works()


def test_it_is_replaced_from_another_place() -> None:
    """Not before the ring was looked at; what was refused may still be good elsewhere."""
    room = room_in_the_morning()
    (old,) = room.tokens
    is_refused(room, old)
    room.works()
    assert [t.id for t in room.tokens] == [old.id]
    goes_on(room, 1)
    new = room.tokens[-1]
    assert (new.shift, new.part) == (old.shift, old.part)
    assert new.place != old.place
    assert room.duties.usable("a", now=room.desk.now) == new


def test_it_does_not_use_up_the_ring() -> None:
    """Whatever is minted is refused: two are replaced; then people decide, once for each."""
    room = room_in_the_morning()
    for _ in range(3):
        is_refused(room, room.tokens[-1])
        goes_on(room, 120)
    assert len(room.tokens) == 3
    assert not isinstance(room.asks(IssueToken(by=SAM)), Refusal)
    room.works()
    assert len(room.tokens) == 4
    assert len({t.place for t in room.tokens}) == 4
    room.until("2026-11-23 21:00", every=timedelta(minutes=5))
    assert room.tokens[-1].name == "night"


def test_people_have_it_replaced_at_once() -> None:
    """`issue` does not say that the shift has its token; of one that is good it does."""
    room = room_in_the_morning()
    (old,) = room.tokens
    answer = room.asks(IssueToken(by=SAM))
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.ALREADY_OPEN
    is_refused(room, old)
    assert not isinstance(room.asks(IssueToken(by=SAM)), Refusal)
    room.works()
    new = room.tokens[-1]
    assert new.id != old.id
    assert new.place != old.place


def test_a_try_by_a_clock_that_was_put_back() -> None:
    """It failed in a time that is to come: neither minting nor a kill waits for that."""
    room = Room(rules=(rule(custody=Custody.BOT),), start="2026-11-23 06:00", made=refused)
    room.desk.now += 6 * 60 * MINUTE
    room.works()
    room.desk.happens(KillAsked(place=1, by=SAM, reason="leaked"), KillAgreed(place=1, by=KIM))
    room.desk.happens(KillRefused(effect="k", place=1, words="It is sealed."))
    assert not room.mints
    assert not [due for due in room.desk.due if isinstance(due, KillDebt)]
    room.desk.now -= 6 * 60 * MINUTE
    assert [due.place for due in room.desk.due if isinstance(due, KillDebt)] == [1]
    room.made = minted
    room.works()
    assert [t.name for t in room.tokens] == ["day"]
