"""A policy that was deleted and is there again: its tokens work again, whatever was wished."""

from __future__ import annotations

from ceremonies.duty import DutyToken
from ceremonies.events import KillAgreed, KillAsked, PolicyDeleted, RingChecked
from tests.ceremonies.duty.watchroom import ALL_READY, Room


def in_force() -> tuple[Room, DutyToken]:
    """Return a room in the middle of a shift, and its token."""
    room = Room()
    room.until("2026-11-23 10:00")
    return room, room.tokens[-1]


def killed() -> tuple[Room, DutyToken]:
    """Return a room in which the token of the shift was put out of force by two people."""
    room, token = in_force()
    room.desk.happens(
        KillAsked(place=token.place, by="U0SAM", reason="stolen"),
        KillAgreed(place=token.place, by="U0KIM"),
        PolicyDeleted(effect="k", place=token.place, cluster="a"),
    )
    found = room.duties.find(token.id)
    assert found is not None
    assert found.killed_at
    return room, token


def looks(room: Room, token: DutyToken, *, laid: bool, ready: bool) -> DutyToken:
    """Return the token after a look at the ring."""
    others = tuple(place for place in ALL_READY if place != token.place)
    mine = (token.place,)
    room.desk.happens(
        RingChecked(
            cluster="a",
            ready=ALL_READY if ready else others,
            laid=ALL_READY if laid else others,
            gone=() if laid else mine,
        )
    )
    found = room.duties.find(token.id)
    assert found is not None
    return found


def test_it_stays_out_of_force_while_the_policy_is_gone() -> None:
    """Looked at again and again."""
    room, token = killed()
    assert looks(room, token, laid=False, ready=False).killed_at
    assert looks(room, token, laid=False, ready=False).killed_at
    assert token.place in room.duties.killed


def test_it_is_in_force_as_soon_as_the_policy_is_there() -> None:
    """Though the role is not as it has to be: the token needs the policy alone."""
    room, token = killed()
    again = looks(room, token, laid=True, ready=False)
    assert not again.killed_at
    assert again.revived_at == room.desk.now
    assert token.place not in room.duties.killed


def test_a_policy_that_was_never_gone_revives_nothing() -> None:
    """A look at a ring that is well is no news for its tokens."""
    room, token = in_force()
    assert not looks(room, token, laid=True, ready=True).revived_at
