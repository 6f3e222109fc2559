"""How a wrap ended whose time is over: nobody opened it, or nobody knows."""

from __future__ import annotations

import pytest

from ceremonies.conductor.duty.wraps import ended
from ceremonies.events import WrapLoss, WrapLost
from tests.ceremonies.duty.test_put_back import in_force

EVERY = 15_000


@pytest.mark.parametrize(
    ("looked", "late", "cause"),
    [
        (1_000, 0, WrapLoss.EXPIRED),
        (EVERY, 0, WrapLoss.EXPIRED),
        (2 * EVERY, 10 * EVERY, WrapLoss.EXPIRED),
        (10 * EVERY, 0, None),
        (10 * EVERY, EVERY, None),
        (10 * EVERY, 2 * EVERY, WrapLoss.UNSEEN),
        (None, 0, None),
        (None, 2 * EVERY, WrapLoss.UNSEEN),
    ],
    ids=[
        "seen right before",
        "seen one look before",
        "seen before, told late",
        "not seen lately: others may have",
        "others still may have",
        "nobody has",
        "never seen: others may have",
        "never seen by anybody",
    ],
)
def test_its_end(looked: int | None, late: int, cause: WrapLoss | None) -> None:
    """`looked`: so long before its end it was seen to wait (ms); `late`: so long ago it ended."""
    _, token = in_force()
    seen_at = 0 if looked is None else token.wrapped_until - looked
    event = ended(token, seen_at, now=token.wrapped_until + late, every_ms=EVERY)
    assert event == (None if cause is None else WrapLost(duty=token.id, cause=cause))


def test_what_nobody_saw_may_be_in_other_hands() -> None:
    """Its place is not used again, and people may put it out of force."""
    room, token = in_force()
    room.desk.happens(WrapLost(duty=token.id, cause=WrapLoss.UNSEEN))
    found = room.duties.find(token.id)
    assert found is not None
    assert found.is_out_of_reach
