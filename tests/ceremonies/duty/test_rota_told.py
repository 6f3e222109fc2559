"""What is odd about the plan of shifts: told once, again only when it is another, and seldom."""

from __future__ import annotations

import pytest

from ceremonies.conductor.duty.plan import AGAIN_MS, is_news
from ceremonies.duty import Duties
from ceremonies.events import RotaChecked
from tests.ceremonies.duty.watchroom import Room

AWAY = ("shift oncall: its calendar gave no plan: it answers with status 500",)
NOBODY = ("shift oncall: in its calendar, nobody leads in the 9 days to come",)
AT = 1_800_000_000_000


@pytest.mark.parametrize(
    ("known", "known_at", "odd", "news"),
    [
        ((), 0, (), False),
        ((), 0, AWAY, True),
        (AWAY, AT - AGAIN_MS, AWAY, False),
        (AWAY, AT - 1, NOBODY, False),
        (AWAY, AT - AGAIN_MS, NOBODY, True),
        (AWAY, AT - AGAIN_MS, (), True),
        (AWAY, AT - AGAIN_MS + 1, (), False),
        (AWAY, AT + 1, (), True),
    ],
    ids=[
        "all is well",
        "the first time",
        "told already",
        "another, but told just now",
        "another, an hour later",
        "well again",
        "well again, too early",
        "a clock that was put back",
    ],
)
def test_when_it_is_news(
    known: tuple[str, ...],
    known_at: int,
    odd: tuple[str, ...],
    news: bool,  # noqa: FBT001 — a table
) -> None:
    """Replicas that see it differently do not tell by turns."""
    assert is_news(Duties(rota=known, rota_at=known_at), odd, now=AT) == news


def test_it_stands_in_the_state() -> None:
    """The newest word holds, and when it was told."""
    room = Room()
    room.desk.happens(RotaChecked(problems=AWAY))
    assert room.duties.rota == AWAY
    assert room.duties.rota_at == room.desk.now
    room.desk.happens(RotaChecked())
    assert room.duties.rota == ()
