"""What becomes of a shift whose ring place somebody else deleted or changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ceremonies.duty import DutyToken
from ceremonies.events import CoverageChanged, Part, RingChecked
from ceremonies.rota.rules import Custody
from tests.ceremonies.duty.watchroom import ALL_READY, Room, rule


def in_mid_shift(custody: Custody = Custody.LEAD) -> tuple[Room, DutyToken]:
    """Return a room at noon with the token of the shift that is on, the lead's collected."""
    room = Room(rules=(rule(custody=custody),), start="2026-11-23 10:00")
    room.works()
    (token,) = room.tokens
    if token.part is Part.LEAD:
        room.collects(token)
    room.works()
    return room, token


def but(place: int) -> tuple[int, ...]:
    """Return all places but this."""
    return tuple(p for p in ALL_READY if p != place)


@pytest.mark.parametrize("custody", [Custody.LEAD, Custody.BOT])
def test_its_policy_was_deleted_by_somebody_else(custody: Custody) -> None:
    """Nobody can try a lead's token: it is out of force, and another place's is minted."""
    room, token = in_mid_shift(custody)
    assert room.duties.usable("a", now=room.desk.now) is not None
    place = token.place
    room.desk.happens(RingChecked(cluster="a", ready=but(place), gone=(place,), problems=("x",)))
    assert room.duties.usable("a", now=room.desk.now) is None
    found = room.duties.find(token.id)
    assert found is not None
    assert found.killed_at == room.desk.now
    room.works()
    (new,) = room.tokens
    assert new.place != place
    assert new.shift == token.shift
    told = [e for e in room.of(CoverageChanged) if isinstance(e, CoverageChanged)]
    assert [e.covered for e in told] == [True, False, True]


def test_a_policy_that_was_put_back() -> None:
    """The token that was minted from it is in force again."""
    room, token = in_mid_shift()
    room.desk.happens(RingChecked(cluster="a", ready=but(token.place), gone=(token.place,)))
    room.desk.happens(RingChecked(cluster="a", ready=ALL_READY))
    assert [t.id for t in room.tokens] == [token.id]
    room.works()
    assert [t.id for t in room.tokens] == [token.id]


@pytest.mark.parametrize("custody", [Custody.LEAD, Custody.BOT])
def test_its_policy_was_changed(custody: Custody) -> None:
    """What it may is not known: it stays, another one is minted, and that one is used first."""
    room, token = in_mid_shift(custody)
    place = token.place
    room.desk.happens(RingChecked(cluster="a", ready=but(place), changed=(place,)))
    room.works()
    old, new = room.tokens
    assert (old.id, new.place != place) == (token.id, True)
    if custody is Custody.LEAD:
        used = room.duties.usable("a", now=room.desk.now)
        assert used is not None
        assert used.id == token.id  # the other one is not collected yet
        room.collects(new)
    used = room.duties.usable("a", now=room.desk.now)
    assert used is not None
    assert used.id == new.id
    room.until("2026-11-23 12:00", every=timedelta(minutes=10))
    assert len(room.tokens) == 2


def test_all_policies_are_others() -> None:
    """As after an upgrade, before an operator lays them: nothing is minted or lost by it."""
    room, token = in_mid_shift()
    room.desk.happens(RingChecked(cluster="a", ready=(), changed=ALL_READY, problems=("x",)))
    room.works()
    assert [t.id for t in room.tokens] == [token.id]
    assert room.duties.usable("a", now=room.desk.now) is not None
    room.desk.happens(RingChecked(cluster="a", ready=ALL_READY))
    room.works()
    assert [t.id for t in room.tokens] == [token.id]


def test_its_role_is_gone() -> None:
    """A token lives by its policy: it stays; the next shift's is of another place."""
    room, token = in_mid_shift()
    last = max(ALL_READY)
    coming = token.place % last + 1
    left = tuple(p for p in ALL_READY if p not in (token.place, coming))
    room.desk.happens(RingChecked(cluster="a", ready=left, problems=("The role is missing.",)))
    room.works()
    assert [t.id for t in room.tokens] == [token.id]
    room.until("2026-11-24 04:50", every=timedelta(minutes=10))
    assert room.tokens[-1].shift != token.shift
    assert room.tokens[-1].place in left


def test_a_ring_that_was_never_laid() -> None:
    """Places that nobody minted from are not told as put out of force."""
    room = Room(rules=(rule(),), start="2026-11-23 03:00")
    room.desk.happens(RingChecked(cluster="a", ready=(), gone=ALL_READY, problems=("x",)))
    assert room.duties.killed == {}
