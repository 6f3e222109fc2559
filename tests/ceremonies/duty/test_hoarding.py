"""A lead who says of each token that somebody else has it, and wants another one."""

from __future__ import annotations

from datetime import timedelta

from bot.cards.shift_calls import about_duty
from ceremonies.commands import Reason, Refusal
from ceremonies.commands.duty import DisownWrap, IssueToken
from ceremonies.duty import RING
from ceremonies.events import MintLate, PolicyDeleted, RingChecked, WrapLoss, WrapLost
from tests.ceremonies.cast import SAM
from tests.ceremonies.duty.watchroom import Room


def disowns(room: Room) -> int:
    """Sam collects the newest token and disowns it; return its ring place."""
    token = room.tokens[-1]
    room.collects(token)
    room.asks(DisownWrap(duty=token.id, by=SAM))
    return token.place


def hoarding() -> tuple[Room, list[int]]:
    """Return a room in which three tokens were disowned, and their places."""
    room = Room()
    room.until("2026-11-23 10:00")
    places = []
    for _ in range(3):
        places.append(disowns(room))
        answer = room.asks(IssueToken(by=SAM))
        room.works()
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.NOT_NOW
    assert all(str(place) in answer.words for place in places)
    return room, places


def test_the_next_shift_has_its_token() -> None:
    """The ring is not used up by one lead: the night's token is minted in time."""
    room, _ = hoarding()
    room.until("2026-11-23 21:00")
    assert room.tokens[-1].shift == "night/2026-11-23T21:00Z"
    late = [e.shift for e in room.of(MintLate) if isinstance(e, MintLate)]
    assert "night/2026-11-23T21:00Z" not in late


def test_it_goes_on_after_one_is_out_of_force() -> None:
    """Two people did that; then the lead gets another."""
    room, places = hoarding()
    room.desk.happens(PolicyDeleted(effect="k", place=places[0], cluster="a"))
    assert not isinstance(room.asks(IssueToken(by=SAM)), Refusal)


def test_a_lead_who_collects_nothing() -> None:
    """Nobody can come to a token whose wrap has ended: it holds no place, and none runs out."""
    room = Room()
    room.until("2026-11-23 06:00")
    for _ in range(2 * RING):
        token = room.tokens[-1]
        room.desk.now = max(room.desk.now, token.wrapped_until)
        room.desk.happens(WrapLost(duty=token.id, cause=WrapLoss.EXPIRED))
        assert not isinstance(room.asks(IssueToken(by=SAM)), Refusal)
        room.works()
        assert room.tokens[-1].id != token.id
    room.until("2026-11-23 21:00", every=timedelta(minutes=5))
    assert room.tokens[-1].shift == "night/2026-11-23T21:00Z"


def test_all_places_are_in_use() -> None:
    """Whoever has another one issued is told that, and so is the channel."""
    room = Room()
    room.until("2026-11-23 10:00")
    (token,) = room.tokens
    room.desk.happens(RingChecked(cluster="a", ready=(token.place,)))
    disowns(room)
    answer = room.asks(IssueToken(by=SAM))
    assert isinstance(answer, Refusal)
    assert "All ring places are in use" in answer.words
    room.until("2026-11-23 21:00", every=timedelta(minutes=5))
    calls = [str(c) for _, c in about_duty(room.desk.state, "", command="/dr", now=room.desk.now)]
    assert any("All ring places are in use" in call for call in calls)
    assert not any("The primary could not be asked" in call for call in calls)
