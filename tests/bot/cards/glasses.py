"""Sets whose cluster wants a token, or was opened to attempts without one."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import ButtonElement

from bot.cards import break_glass
from ceremonies.ceremony import AttemptState, Ending
from ceremonies.state import Glass, SetState
from tests.bot.cards import states
from tests.bot.cards.states import KIM, T0

NODES = ("https://vault-b1.example:8200", "https://vault-b2.example:8200")


def glass(**changes: Any) -> Glass:  # noqa: ANN401 — any field of a glass
    """Return that Vault refused the ceremony's attempt."""
    fresh = {"ceremony": states.CEREMONY, "words": "Vault denied permission.", "needed_at": T0}
    return Glass(**{**fresh, **changes})


def denied(**changes: Any) -> SetState:  # noqa: ANN401 — as above
    """Return a set whose ceremony waits for a way in."""
    return SetState(name="payments", ceremonies=(states.ceremony(),), glass={"b": glass(**changes)})


def agreed(**changes: Any) -> SetState:  # noqa: ANN401 — as above
    """Return the same, and Kim agreed to open the cluster."""
    return denied(approved_by=KIM, approved_at=T0 + 1000, **changes)


OPENED = {
    "waits": False,
    "approved_by": KIM,
    "approved_at": T0,
    "nodes": NODES,
    "opened_at": T0 + 2000,
}


def gathering() -> SetState:
    """Return a set that gathers shares on a cluster that is open."""
    c = states.collecting()
    return SetState(name="payments", ceremonies=(c,), glass={"b": glass(**OPENED)})


def left_open(**changes: Any) -> SetState:  # noqa: ANN401 — as above
    """Return a set whose ceremony is over, and whose cluster is still open."""
    c = states.ended(Ending.CANCELLED, attempt=AttemptState.GONE)
    return SetState(name="payments", ceremonies=(c,), glass={"b": glass(**{**OPENED, **changes})})


def one_door(state: SetState) -> ButtonElement:
    """Return the one button that this state has for it."""
    (found,) = break_glass.doors(state, state.ceremonies[-1])
    return found
