"""What came of an offered share, as events: from Vault's reply, its refusal, or its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ceremonies.ceremony import Ceremony
from ceremonies.conductor.station import Station
from ceremonies.conductor.truth import ask, replaced, reset_outside
from ceremonies.decide.terms import Terms
from ceremonies.errors import SecretUnreadable, VaultError
from ceremonies.events import (
    AttemptCompleted,
    AttemptLost,
    Event,
    Intended,
    Lost,
    RoundLoss,
    RoundLost,
    ShareAccepted,
    ShareRefused,
)
from ceremonies.vault import Attempt, Offered
from ceremonies.vault.errors import (
    AlreadyProvided,
    NoAttempt,
    RoundThrownAway,
    WrongNonce,
)
from ceremonies.vault.errors import ShareRefused as ShareNotTaken

DID_NOT_FIT = (
    "The shares given do not fit together: at least one is mistyped, of another cluster, or from "
    "before a rekey. Vault does not say which, and the last to give need not be the one. Vault "
    "threw all of them away: 0 of {required}. The nonce goes on; everybody may give again."
)
NOT_COUNTED = (
    "Vault's answer was lost and it did not count your share. Nothing is wrong with it: "
    "please give it again."
)
TOO_LATE = "It took too long to get to Vault, so your share was not sent. Please give it again."


def accepted(
    c: Ceremony, intent: Intended, progress: int, required: int, *, now: int, terms: Terms
) -> ShareAccepted:
    """Return the outcome of a share that Vault counted; the deadline runs from now."""
    return ShareAccepted(
        ceremony=c.id,
        effect=intent.effect,
        holder=intent.holder,
        round=intent.round,
        x=intent.x,
        mark=intent.mark,
        progress=progress,
        required=required,
        deadline=terms.deadline_of(c, now=now),
    )


def share_counted(
    c: Ceremony, intent: Intended, progress: int, required: int, *, now: int, terms: Terms
) -> Sequence[Event]:
    """Return what a reply with this progress means: below ours, the round was reset before us."""
    share = accepted(c, intent, progress, required, now=now, terms=terms)
    if progress > c.progress:
        return (share,)
    lost = reset_outside(c, progress=progress, now=now, terms=terms, effect=intent.effect)
    if isinstance(lost, AttemptLost):
        return (lost,)
    again = Intended(
        effect=intent.effect,
        kind=intent.kind,
        lane=intent.lane,
        replica=intent.replica,
        until=intent.until,
        holder=intent.holder,
        round=intent.round + 1,
        x=intent.x,
        mark=intent.mark,
    )
    return (lost, accepted(c, again, progress, required, now=now, terms=terms))


def decoded(
    c: Ceremony, intent: Intended, reply: Offered, *, now: int, terms: Terms
) -> Sequence[Event]:
    """Return the completion: the token is decoded and in the keychain already."""
    required = reply.required or c.required
    share = accepted(c, intent, required, required, now=now, terms=terms)
    return (share, AttemptCompleted(ceremony=c.id, effect=intent.effect))


def refused(c: Ceremony, intent: Intended, problem: str, words: str) -> ShareRefused:
    """Return the outcome of a share that was not counted while the round goes on."""
    return ShareRefused(
        ceremony=c.id,
        effect=intent.effect,
        holder=intent.holder,
        round=intent.round,
        problem=problem,
        words=words,
    )


def unsent(c: Ceremony, intent: Intended) -> Sequence[Event]:
    """Return the outcome of a share whose time ran out before it was sent."""
    return (refused(c, intent, "too-late", TOO_LATE),)


def refusal_outcome(
    station: Station, c: Ceremony, intent: Intended, error: VaultError
) -> Sequence[Event]:
    """Return what Vault's refusal of a share means for the ceremony."""
    now, terms = station.clock.now(), station.terms()
    match error:
        case RoundThrownAway():
            return (did_not_fit(c, intent, now=now, terms=terms),)
        case NoAttempt():
            return (AttemptLost(ceremony=c.id, effect=intent.effect, cause=Lost.VANISHED),)
        case WrongNonce():
            return (replaced(c, error.nonce or "", effect=intent.effect),)
        case AlreadyProvided():
            return _already_there(station, c, intent, now=now, terms=terms)
        case _:
            words = f"{error} {error.advice}"
            not_counted = refused(c, intent, type(error).__name__, words)
            of_cluster = not isinstance(error, ShareNotTaken)
            return (replace(not_counted, of_cluster=of_cluster),)


def _already_there(
    station: Station, c: Ceremony, intent: Intended, *, now: int, terms: Terms
) -> Sequence[Event]:
    """Vault has this share: it came before, by a lost reply or by hand. It is this holder's."""
    try:
        progress = ask(station, c).progress
    except VaultError:
        progress = c.progress
    return (accepted(c, intent, progress, c.required, now=now, terms=terms),)


def did_not_fit(c: Ceremony, intent: Intended, *, now: int, terms: Terms) -> RoundLost:
    """Return the loss of a round at its threshold; nobody is blamed."""
    return RoundLost(
        ceremony=c.id,
        round=intent.round,
        effect=intent.effect,
        cause=RoundLoss.SHARE_DID_NOT_FIT,
        holder=intent.holder,
        words=DID_NOT_FIT.format(required=c.required),
        deadline=terms.deadline_of(c, now=now),
    )


def share_outcome(
    station: Station, c: Ceremony, intent: Intended, seen: Attempt
) -> Sequence[Event]:
    """Return what became of a share whose reply nobody has, from what Vault says now."""
    now, terms = station.clock.now(), station.terms()
    if _token_is_kept(station, c, intent):
        share = accepted(c, intent, c.required, c.required, now=now, terms=terms)
        return (share, AttemptCompleted(ceremony=c.id, effect=intent.effect))
    could_be_last = c.progress + 1 >= c.required
    if not seen.started or seen.nonce != intent.nonce:
        if seen.started and not could_be_last:
            return (replaced(c, seen.nonce, effect=intent.effect),)
        cause = Lost.LAST_REPLY_LOST if could_be_last else Lost.VANISHED
        lost = AttemptLost(ceremony=c.id, effect=intent.effect, cause=cause, nonce_seen=seen.nonce)
        return (lost,)
    if seen.progress > c.progress:
        required = seen.required or c.required
        return (accepted(c, intent, seen.progress, required, now=now, terms=terms),)
    if seen.progress == c.progress:
        return (refused(c, intent, "not-counted", NOT_COUNTED),)
    if could_be_last and seen.progress == 0:
        return (did_not_fit(c, intent, now=now, terms=terms),)
    reset = reset_outside(c, progress=seen.progress, now=now, terms=terms, effect=intent.effect)
    if isinstance(reset, AttemptLost):
        return (reset,)
    return (reset, refused(c, intent, "not-counted", NOT_COUNTED))


def _token_is_kept(station: Station, c: Ceremony, intent: Intended) -> bool:
    try:
        station.keychain.open("token", c.cluster, intent.nonce)
    except SecretUnreadable:
        return False
    return True
