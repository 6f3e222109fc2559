"""Putting a ring place's tokens out of force: its policy is deleted on the primary."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ceremonies.commands import Refusal
from ceremonies.conductor.duty.primary import PrimaryUnknown, primary
from ceremonies.conductor.station import BOT, Station
from ceremonies.errors import ConclaveError, VaultError
from ceremonies.events import Abandoned, Event, Intended, KillRefused, Kind, PolicyDeleted
from ceremonies.owed import owed
from ceremonies.policies import policy_name
from ceremonies.rotation import KillDebt
from ceremonies.state import SetState

log = structlog.get_logger()


def kill(station: Station, debt: KillDebt) -> None:
    """Delete the policy if two people still want it; where it cannot be done, that is told."""
    if debt not in owed(station.ledger.state, station.terms(), now=station.clock.now()):
        return
    try:
        at = primary(station)
    except (PrimaryUnknown, VaultError) as error:
        _tell(station, debt, error)
        return
    intent = _intend(station, debt, lane=at.name)
    if intent is None:
        return
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        at.client.shift_tokens.delete_policy(at.node, at.login, policy_name(debt.place))
    except VaultError as error:
        words = _words(error)
        refused = KillRefused(effect=intent.effect, place=debt.place, words=words)
        station.close_intent(intent.effect, refused)
        return
    others = tuple(name for name in station.clients if name != at.name)
    deleted = PolicyDeleted(effect=intent.effect, place=debt.place, cluster=at.name, others=others)
    station.close_intent(intent.effect, deleted)
    log.info("duty.killed", set=station.name, place=debt.place)


def _tell(station: Station, debt: KillDebt, error: ConclaveError) -> None:
    """Write that nobody could be asked, unless another replica did: there is no effect to close."""
    refused = KillRefused(effect="", place=debt.place, words=_words(error))

    def news(state: SetState, now: int) -> Sequence[Event]:
        asked = any(intent.kind is Kind.KILL for intent in state.intents.values())
        if asked or debt not in owed(state, station.terms(), now=now):
            return ()
        return (refused,)

    station.ledger.record(news, who=BOT)
    log.warning("duty.kill_waits", set=station.name, problem=type(error).__name__)


def _words(error: ConclaveError) -> str:
    return f"{str(error).rstrip('.')}. {error.advice}"


def _intend(station: Station, debt: KillDebt, *, lane: str) -> Intended | None:
    fresh = station.fresh()

    def build(state: SetState, now: int) -> Sequence[Event]:
        if lane in state.intents or debt not in owed(state, station.terms(), now=now):
            return ()
        intent = Intended(
            effect=fresh.effect,
            kind=Kind.KILL,
            lane=lane,
            replica=fresh.replica,
            until=fresh.until,
            place=debt.place,
        )
        return (intent,)

    outcome = station.ledger.append(build, who=BOT, confirm=True)
    if isinstance(outcome, Refusal):
        raise RuntimeError("an intent was refused")  # noqa: TRY004 — a programmer's mistake
    return station.mine(fresh.effect)


def settle_kill(station: Station, intent: Intended) -> None:
    """Close a deletion whose reply nobody has: to repeat it is harmless, so it is owed again."""
    words = "Vault's answer was lost; it is asked again."
    refused = KillRefused(effect=intent.effect, place=intent.place, words=words)
    station.close_intent(intent.effect, refused)
