"""A runbook's steps, done: what is due of one is done by whichever replica's intent is first."""

from __future__ import annotations

from ceremonies.conductor.station import Station
from ceremonies.conductor.steps.activation import activate, revoke, settle_activation
from ceremonies.conductor.steps.handing import hand_out
from ceremonies.conductor.steps.orders import confirm, order, settle_order
from ceremonies.conductor.steps.reading import read_canary
from ceremonies.conductor.steps.scene import Scene
from ceremonies.events import Abandoned, Intended, Kind
from ceremonies.owed import StepDebt, owed
from ceremonies.steps import Do

__all__ = ["do", "settle"]


def do(station: Station, debt: StepDebt) -> None:
    """Do what is owed, if it still is: since it was found, another replica may have done it.

    Raises VaultError while a cluster that has to be asked is away; it is tried again later.
    """
    state = station.ledger.state
    if debt not in owed(state, station.terms(), now=station.clock.now()):
        return
    r = state.find_runbook(debt.runbook)
    step = r.step(debt.step) if r else None
    if r is None or step is None:
        return
    scene = Scene(station=station, runbook=r, step=step)
    match debt.do:
        case Do.ACTIVATE:
            confirm(scene)  # whoever follows already needs no token
            activate(scene)
        case Do.ORDER:
            order(scene)
        case Do.CONFIRM:
            confirm(scene)
        case Do.HAND_OUT:
            confirm(scene)  # whoever did it without being asked is not asked
            hand_out(scene)
        case Do.READ:
            read_canary(scene)
        case Do.REVOKE:
            revoke(scene, debt.name)


def settle(station: Station, intent: Intended) -> None:
    """Say what became of a step's effect that nobody finished in time. Raises VaultError."""
    r = station.ledger.state.find_runbook(intent.runbook)
    step = r.step(intent.step) if r else None
    if r is None or step is None:
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="runbook gone"))
        return
    scene = Scene(station=station, runbook=r, step=step)
    match intent.kind:
        case Kind.ACTIVATE:
            settle_activation(scene, intent)
        case Kind.REVOKE_SECONDARY | Kind.SNAPSHOT:
            # To do it once more is harmless, so it is owed as before.
            why = Abandoned(effect=intent.effect, why="not finished")
            station.close_intent(intent.effect, why)
        case _:
            settle_order(scene, intent)
