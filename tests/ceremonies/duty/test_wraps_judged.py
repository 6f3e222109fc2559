"""What a look at a wrap tells: that it is ours, who opened it, that its time is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.conductor.duty.wraps import judged
from ceremonies.duty import Wrap
from ceremonies.events import WrapCollected, WrapLoss, WrapLost
from ceremonies.policies import creation_path
from ceremonies.vault.shift_tokens import WrapSeen
from tests.ceremonies.duty.test_put_back import in_force

HOUR = 3_600_000
COLLECTED = "collected"


@pytest.mark.parametrize(
    ("wrap", "path", "left", "told"),
    [
        (Wrap.WAITING, "its place's", HOUR, None),
        (Wrap.SHOWN, "its place's", HOUR, None),
        (Wrap.WAITING, "its place's", 1, None),
        (Wrap.WAITING, "another place's", HOUR, WrapLoss.FOREIGN),
        (Wrap.WAITING, "sys/wrapping/wrap", HOUR, WrapLoss.FOREIGN),
        (Wrap.SHOWN, "sys/wrapping/wrap", HOUR, WrapLoss.FOREIGN),
        (Wrap.WAITING, "", HOUR, WrapLoss.OPENED),
        (Wrap.WAITING, "", 3_001, WrapLoss.OPENED),
        (Wrap.WAITING, "", 3_000, WrapLoss.EXPIRED),
        (Wrap.SHOWN, "", HOUR, COLLECTED),
        (Wrap.SHOWN, "", 1, COLLECTED),
    ],
    ids=[
        "waits",
        "waits, shown",
        "waits to its end",
        "of another place",
        "of another path",
        "of another path, shown",
        "gone, never shown",
        "gone, some time before its end",
        "gone, near its end",
        "gone, shown",
        "gone, shown, near its end",
    ],
)
def test_a_look(wrap: Wrap, path: str, left: int, told: WrapLoss | str | None) -> None:
    """`path`: where it was made, empty if it is gone. `left`: until its end (ms)."""
    _, token = in_force()
    token = replace(token, wrap=wrap)
    made = {
        "its place's": creation_path(token.place),
        "another place's": creation_path(token.place % 8 + 1),
    }.get(path, path)
    seen = WrapSeen(waiting=bool(path), creation_path=made)

    event = judged(token, seen, now=token.wrapped_until - left)

    match told:
        case WrapLoss():
            assert event == WrapLost(duty=token.id, cause=told)
        case None:
            assert event is None
        case _:
            assert event == WrapCollected(duty=token.id)
