"""A policy that was killed and laid again before anybody looked: its tokens are in force."""

from __future__ import annotations

from ceremonies.conductor.duty.ring import is_news
from ceremonies.events import KillAgreed, KillAsked, PolicyDeleted, RingChecked
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.duty.watchroom import ALL_READY, Room

WELL = RingChecked(cluster="a", ready=ALL_READY, laid=ALL_READY)


def test_laid_again_between_two_looks() -> None:
    """The ring is as it was seen last, and still it is news; told once, it is none any more."""
    room = Room()
    room.until("2026-11-23 10:00")
    token = room.tokens[-1]
    assert not is_news(room.duties, WELL)
    room.desk.happens(
        KillAsked(place=token.place, by=SAM, reason="stolen"),
        KillAgreed(place=token.place, by=KIM),
        PolicyDeleted(effect="k", place=token.place, cluster="a"),
    )
    assert is_news(room.duties, WELL)
    room.desk.happens(WELL)
    found = room.duties.find(token.id)
    assert found is not None
    assert not found.killed_at
    assert not is_news(room.duties, WELL)


def test_still_gone() -> None:
    """A look that saw what is known is no news."""
    room = Room()
    others = tuple(place for place in ALL_READY if place != 1)
    gone = RingChecked(cluster="a", ready=others, laid=others, gone=(1,), problems=("x",))
    room.desk.happens(PolicyDeleted(effect="k", place=1, cluster="a"), gone)
    assert not is_news(room.duties, gone)
