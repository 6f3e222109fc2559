"""Taking over an effect whose time ran out: one replica adopts it, asks what is true, says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from ceremonies.commands import Refusal
from ceremonies.conductor import duty, steps
from ceremonies.conductor.attempts import finish_cancel, settle_start
from ceremonies.conductor.outcomes import share_outcome
from ceremonies.conductor.promotions import settle_deletion, settle_promotion
from ceremonies.conductor.station import BOT, Station
from ceremonies.conductor.truth import ask
from ceremonies.errors import VaultError
from ceremonies.events import Abandoned, Adopted, Event, Intended, Kind
from ceremonies.state import SetState

log = structlog.get_logger()


def adopt(station: Station, overdue: Intended) -> None:
    """Adopt an intent that nobody finished in time, unless somebody else was faster.

    Raises VaultError while the cluster cannot be asked what is true.
    """
    asks_nobody = (Kind.DELETE_TOKEN, Kind.MINT, Kind.KILL)
    if overdue.lane in station.clients and overdue.kind not in asks_nobody:
        # Nobody can be asked while the cluster is away: no entry is written for a try in vain.
        station.clients[overdue.lane].active_node()
    until = station.clock.now() + station.spans.intent_ms

    def build(state: SetState, now: int) -> Sequence[Event]:
        standing = state.intents.get(overdue.lane)
        if standing is None or standing.effect != overdue.effect or now < standing.until:
            return ()
        return (Adopted(effect=overdue.effect, replica=station.replica, until=until),)

    outcome = station.ledger.append(build, who=BOT, confirm=True)
    if isinstance(outcome, Refusal) or not outcome[1]:
        return
    log.warning("effect.adopted", set=station.name, kind=overdue.kind, lane=overdue.lane)
    _settle(station, replace(overdue, until=until, replica=station.replica))


def _settle(station: Station, intent: Intended) -> None:
    if intent.runbook:
        try:
            steps.settle(station, intent)
        except VaultError as error:
            log.warning("effect.truth_unknown", kind=intent.kind, problem=type(error).__name__)
        return
    if intent.kind is Kind.MINT:
        duty.settle_mint(station, intent)
        return
    if intent.kind is Kind.KILL:
        duty.settle_kill(station, intent)
        return
    c = station.ledger.state.find(intent.ceremony)
    if intent.kind is Kind.POST or c is None:
        # A card posted twice is an orphan whose buttons still work.
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="not finished"))
        return
    try:
        match intent.kind:
            case Kind.START:
                settle_start(station, c, intent)
            case Kind.SHARE:
                events = share_outcome(station, c, intent, ask(station, c))
                station.close_intent(intent.effect, *events)
            case Kind.CANCEL:
                finish_cancel(station, c, intent)
            case Kind.PROMOTE:
                settle_promotion(station, c, intent)
            case Kind.DELETE_TOKEN:
                settle_deletion(station, c, intent)
            case _:
                raise RuntimeError("an effect of a runbook's step names its runbook")
    except VaultError as error:
        # Nobody could be asked. The intent stays open and is adopted again when it runs out.
        log.warning("effect.truth_unknown", kind=intent.kind, problem=type(error).__name__)
