"""A set that was left without a primary: said aloud, and the way out beside it.

A runbook that is open says so itself, and offers to go back (`bot.cards.runbook`).
"""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards import offers
from bot.cards.kit import actions
from bot.cards.phrases import place
from ceremonies.events import Play
from ceremonies.runbook import Runbook
from ceremonies.state import SetState

HEAD = ":rotating_light: no primary"


def called(state: SetState, r: Runbook) -> str:
    """Return what the channel is told when this runbook was stopped between its two halves."""
    source, target = place(state.name, r.source), place(state.name, r.target)
    return (
        f":rotating_light: *{state.name} has no primary:* the runbook was stopped after "
        f"{source} was demoted, and {target} is not promoted. Promote one of the two."
    )


def way_out(state: SetState, r: Runbook) -> list[Block | None]:
    """Return a button for each of the two, while the set is without a primary because of `r`."""
    if r != state.without_primary:
        return []
    # Two buttons of one id may not stand in one block.
    return [actions([_promoting(state, r, cluster)]) for cluster in (r.target, r.source)]


def _promoting(state: SetState, r: Runbook, cluster: str) -> ButtonElement:
    """Begin a failover to this cluster: its plan comes first, and waits for *Go on*."""
    label = f"Promote {place(state.name, cluster)}{' back' if cluster == r.source else ''}"
    why = f"the set was left without a primary by the runbook {r.play}"
    return offers.begin(state.name, label, play=Play.FAILOVER.value, cluster=cluster, reason=why)
