"""What an approval covers: the nodes that were shown as silent, and no other silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.evidence import Evidence, NodeSeen, worsened
from tests.ceremonies.sights import CLEAR, node, seen

TARGET = node("b")


def numbered(number: int, mode: str = "secondary", *, answers: bool = True) -> NodeSeen:
    """Return what this node of `a` answers."""
    address = f"https://vault-a{number}.example:8200"
    return replace(
        node("a", mode if answers else "unknown"), node=address, answers=answers, answer="-"
    )


def gone(*numbers: int) -> list[NodeSeen]:
    """Return these nodes of `a`, silent."""
    return [numbered(number, answers=False) for number in numbers]


ANSWERED = seen(numbered(1), numbered(2), TARGET)
ONE_SILENT = seen(numbered(1), *gone(2), TARGET)
BOTH_SILENT = seen(*gone(1, 2), TARGET)


@pytest.mark.parametrize(
    ("shown", "now", "worse"),
    [
        pytest.param(ANSWERED, BOTH_SILENT, True, id="the old primary fell silent"),
        pytest.param(ANSWERED, ONE_SILENT, True, id="one of its nodes did"),
        pytest.param(ONE_SILENT, BOTH_SILENT, True, id="another one did too"),
        pytest.param(
            ONE_SILENT, seen(*gone(1), numbered(2), TARGET), True, id="another one instead"
        ),
        pytest.param(
            ANSWERED,
            seen(numbered(1, "unknown"), numbered(2), TARGET),
            True,
            id="one does not say its mode any more",
        ),
        pytest.param(BOTH_SILENT, ONE_SILENT, False, id="the list got shorter"),
        pytest.param(BOTH_SILENT, ANSWERED, False, id="all are back"),
        pytest.param(BOTH_SILENT, seen(*gone(2, 1), TARGET), False, id="another order"),
        pytest.param(
            BOTH_SILENT,
            seen(*gone(1), numbered(2, "unknown"), TARGET),
            False,
            id="one answers and says nothing",
        ),
        pytest.param(
            CLEAR, seen(*CLEAR.nodes, replace(TARGET, node="b2", answers=False)), False, id="ours"
        ),
    ],
)
def test_a_node_that_fell_silent_voids_what_was_agreed(
    shown: Evidence, now: Evidence, *, worse: bool
) -> None:
    """Only of another cluster, and only one that was not shown as silent."""
    assert worsened(shown, now) is worse


def test_nodes_that_come_and_go_do_not_forbid_a_promotion_for_ever() -> None:
    """Asked anew, each evidence covers what was seen to flap."""
    shown = ANSWERED
    for flapping in (ONE_SILENT, ANSWERED, BOTH_SILENT):
        if worsened(shown, flapping):
            shown = flapping

    for later in (ANSWERED, ONE_SILENT, BOTH_SILENT, seen(*gone(1), numbered(2), TARGET)):
        assert not worsened(shown, later)
