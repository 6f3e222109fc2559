"""What an approval covers: the nodes that were shown as silent, and no other silence."""

from __future__ import annotations

import pytest

from ceremonies.evidence import Evidence, worsened
from tests.ceremonies.sights import Said, node, seen, silent

TARGET = node("b")


def a(number: int, mode: str = "secondary") -> Said:
    """Return what this node of `a` answers."""
    return node("a", mode, number=number)


ANSWERED = seen(a(1), a(2), TARGET)
ONE_SILENT = seen(a(1), silent("a", 2), TARGET)
BOTH_SILENT = seen(silent("a", 1), silent("a", 2), TARGET)
THREE = [TARGET, node("b", number=2), node("b", number=3)]


@pytest.mark.parametrize(
    ("shown", "now", "worse"),
    [
        pytest.param(ANSWERED, BOTH_SILENT, True, id="the old primary fell silent"),
        pytest.param(ANSWERED, ONE_SILENT, True, id="one of its nodes did"),
        pytest.param(ONE_SILENT, BOTH_SILENT, True, id="another one did too"),
        pytest.param(
            ONE_SILENT, seen(silent("a", 1), a(2), TARGET), True, id="another one instead"
        ),
        pytest.param(
            ANSWERED,
            seen(a(1, "unknown"), a(2), TARGET),
            True,
            id="one does not say its mode any more",
        ),
        pytest.param(BOTH_SILENT, ONE_SILENT, False, id="the list got shorter"),
        pytest.param(BOTH_SILENT, ANSWERED, False, id="all are back"),
        pytest.param(
            BOTH_SILENT, seen(silent("a", 2), silent("a", 1), TARGET), False, id="another order"
        ),
        pytest.param(
            BOTH_SILENT,
            seen(silent("a", 1), a(2, "unknown"), TARGET),
            False,
            id="one answers and says nothing",
        ),
        pytest.param(
            seen(silent("a"), *THREE),
            seen(silent("a"), *THREE[:2], silent("b", 3)),
            False,
            id="a standby of the target did",
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

    for later in (ANSWERED, ONE_SILENT, BOTH_SILENT, seen(silent("a", 1), a(2), TARGET)):
        assert not worsened(shown, later)
