"""Opening an attempt at Vault, ending one, and following one while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.conductor import glass
from ceremonies.conductor.station import OTP_MARGIN_S, Station
from ceremonies.conductor.truth import ask, follows, leader_after
from ceremonies.decide.gathering import attempt_to_end
from ceremonies.errors import SecretUnreadable, VaultError
from ceremonies.events import (
    Abandoned,
    AttemptCancelled,
    AttemptOpened,
    AttemptRefused,
    Event,
    ForeignAttemptFound,
    GhostFound,
    Intended,
    Kind,
)
from ceremonies.state import SetState
from ceremonies.vault import Attempt, Cancelled, NotOurs
from ceremonies.vault.errors import AttemptAlreadyOpen, PermissionDenied, TruthUnknown

log = structlog.get_logger()


def open_attempt(station: Station, c: Ceremony) -> None:
    """Open an attempt, or say in the log why there is none. The OTP is sealed before the event."""
    client = station.clients[c.cluster]
    try:
        node = client.active_node()
        seen = client.attempt(node)
    except VaultError as error:
        _refuse_or_wait(station, c, error)
        return
    if seen.started:
        _found_open(station, c, seen, node=node, effect="")
        return
    intent = station.intend(Kind.START, c.id, still=_still_starting)
    if intent is None:
        return
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        begun = client.start(node)
    except (AttemptAlreadyOpen, TruthUnknown):
        settle_start(station, c, intent)
        return
    except VaultError as error:
        _refuse_or_wait(station, c, error, effect=intent.effect)
        return
    kept_s = max(0, c.max_at - station.clock.now()) // 1000 + OTP_MARGIN_S
    station.keep("otp", c, begun.nonce, begun.otp, expires_in=kept_s)
    opened = _opened(station, c, begun.nonce, begun.required, node=node, effect=intent.effect)
    station.close_intent(intent.effect, opened)
    log.info("attempt.opened", set=station.name, cluster=c.cluster, ceremony=c.id)


def settle_start(station: Station, c: Ceremony, intent: Intended) -> None:
    """Say what became of a start whose reply nobody has, from what Vault says now."""
    client = station.clients[c.cluster]
    try:
        node = client.active_node()
        seen = client.attempt(node)
    except VaultError:
        return  # the intent stays open; it is adopted and asked again
    if not seen.started:
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="not opened"))
        return
    _found_open(station, c, seen, node=node, effect=intent.effect)


def _found_open(station: Station, c: Ceremony, seen: Attempt, *, node: str, effect: str) -> None:
    """Go on with an attempt whose OTP the keychain has; tell of one that is not this ceremony's.

    An attempt that was taken for lost may stand there again, when the node that remembers it leads.
    What was given to it was given for its own ceremony, and its OTP is deleted with that one's.
    """
    given_up = station.ledger.state.gave_up(c.cluster, seen.nonce)
    if given_up or not _is_readable(station, c, seen.nonce):
        _conclude_start(station, c, _in_the_way(station, c, seen, effect=effect), effect=effect)
        return
    opened = _opened(station, c, seen.nonce, seen.required, node=node, effect=effect)
    _conclude_start(station, c, opened, effect=effect)


def _in_the_way(
    station: Station, c: Ceremony, seen: Attempt, *, effect: str
) -> GhostFound | ForeignAttemptFound:
    """Return whose attempt stands there: one that our log gave up needs nobody's word to end."""
    if station.ledger.state.gave_up(c.cluster, seen.nonce):
        return GhostFound(ceremony=c.id, effect=effect, nonce=seen.nonce, progress=seen.progress)
    return ForeignAttemptFound(
        ceremony=c.id,
        effect=effect,
        nonce=seen.nonce,
        progress=seen.progress,
        required=seen.required,
        probably_ours=bool(effect),
    )


def _is_readable(station: Station, c: Ceremony, nonce: str) -> bool:
    try:
        station.keychain.open("otp", c.cluster, nonce)
    except SecretUnreadable:
        return False
    return True


def _conclude_start(station: Station, c: Ceremony, event: Event, *, effect: str = "") -> None:
    """Append what came of a start, also when the ceremony ended meanwhile.

    An attempt of an ended ceremony is owed its cancelling, so the log has to know it.
    """
    if effect:
        station.close_intent(effect, event)
        return

    def settled(state: SetState) -> bool:
        now = state.find(c.id)
        return now is None or now.phase is not Phase.STARTING or now.touched != c.touched

    station.conclude(event, unless=settled)


def _opened(
    station: Station, c: Ceremony, nonce: str, required: int, *, node: str, effect: str
) -> AttemptOpened:
    return AttemptOpened(
        ceremony=c.id,
        effect=effect,
        nonce=nonce,
        required=required,
        node=node,
        deadline=station.terms().deadline_of(c, now=station.clock.now()),
        recovery_keys=station.uses_recovery_keys(c.cluster),
    )


def _refuse_or_wait(station: Station, c: Ceremony, error: VaultError, *, effect: str = "") -> None:
    """Say why there is no attempt; where a token is missing, people may find a way in."""
    if isinstance(error, PermissionDenied) and glass.ask_people(station, c, error, effect=effect):
        return
    words = f"No attempt was opened. {error} {error.advice}"
    refused = AttemptRefused(
        ceremony=c.id, effect=effect, problem=type(error).__name__, words=words
    )
    _conclude_start(station, c, refused, effect=effect)


def _still_starting(state: SetState, c: Ceremony, now: int) -> bool:
    del state, now
    return c.phase is Phase.STARTING and not attempt_to_end(c) and not c.frozen


def end_attempt(station: Station, c: Ceremony) -> None:
    """Cancel the attempt that this ceremony has open, and no other: its nonce is read first."""
    client = station.clients[c.cluster]
    nonce = attempt_to_end(c)
    node = client.active_node()
    try:
        seen = client.attempt(node)
    except PermissionDenied as error:
        if c.phase is Phase.STARTING and glass.ask_people(station, c, error):
            return
        raise
    if not seen.started or seen.nonce != nonce:
        outcome = "not-ours" if seen.started else "nothing-open"
        station.conclude(
            AttemptCancelled(ceremony=c.id, effect="", outcome=outcome),
            unless=lambda state: _changed(state, c),
        )
        return
    intent = station.intend(Kind.CANCEL, c.id, still=_still_to_end(nonce), nonce=nonce)
    if intent is None:
        return
    finish_cancel(station, c, intent)


def finish_cancel(station: Station, c: Ceremony, intent: Intended) -> None:
    """Do an intended cancel. To repeat it is harmless: the nonce is read before."""
    if not station.may_send(intent):
        return
    client = station.clients[c.cluster]
    outcome = client.cancel(client.active_node(), intent.nonce)
    match outcome:
        case Cancelled():
            words = "cancelled"
        case NotOurs():
            words = "not-ours"
        case _:
            words = "nothing-open"
    cancelled = AttemptCancelled(ceremony=c.id, effect=intent.effect, outcome=words)
    station.close_intent(intent.effect, cancelled)


def _still_to_end(nonce: str) -> Callable[[SetState, Ceremony, int], bool]:
    def wanted(state: SetState, c: Ceremony, now: int) -> bool:
        del state, now
        makes_way = not c.is_open or c.phase is Phase.STARTING
        return makes_way and attempt_to_end(c) == nonce

    return wanted


def _changed(state: SetState, c: Ceremony) -> bool:
    now = state.find(c.id)
    return now is None or now.touched != c.touched or c.cluster in state.intents


def follow_attempt(station: Station, c: Ceremony) -> None:
    """Look at the open attempt; note what others did to it while no effect of ours was under way.

    Raises VaultError where nobody can be asked; the next look is soon enough.
    """
    seen = ask(station, c)
    leader = leader_after(station, c, seen)

    def build(state: SetState, now: int) -> Sequence[Event]:
        if _changed(state, c):
            return ()
        return follows(c, seen, now=now, terms=station.terms(), leader=leader)

    station.ledger.append(build, who="conclave")
