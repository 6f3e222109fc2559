"""Asking Vault what is true of an attempt, and saying what follows. The saying is pure."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.conductor.station import Station
from ceremonies.decide.terms import Terms
from ceremonies.errors import VaultError
from ceremonies.events import (
    AttemptLost,
    Event,
    GivenOutside,
    Lost,
    RoundLoss,
    RoundLost,
)
from ceremonies.vault import Attempt

RESETS = 3  # in a row within one attempt; more are no accident, and each costs an entry and a page
RESET_WORDS = (
    "Vault threw this round's shares away, and not because of one given here: progress fell to "
    "{progress} of {required}. The nonce goes on; everybody who gave may give again."
)


def ask(station: Station, c: Ceremony) -> Attempt:
    """Return the attempt that is open at the ceremony's cluster, from its pinned node first.

    Where the pinned node does not serve any more, the active one is asked: an attempt lives in
    the memory of one node, so a new leader knows nothing of it (facts/vault 1.4). Raises
    VaultError.
    """
    client = station.clients[c.cluster]
    try:
        if c.node:
            return client.attempt(c.node)
    except VaultError:
        pass
    return client.attempt(client.active_node())


def leader_after(station: Station, c: Ceremony, seen: Attempt) -> str:
    """Return which node leads where ours is not the attempt that is open; empty if not known."""
    if seen.started and seen.nonce == c.nonce:
        return ""
    try:
        return station.clients[c.cluster].active_node()
    except VaultError:
        return ""


def replaced(c: Ceremony, nonce: str, *, leader: str = "", effect: str = "") -> AttemptLost:
    """Return that the attempt `nonce` stands where ours was; an earlier one of ours is no theft."""
    ours = any(r.nonce == nonce != c.nonce for r in c.rounds)
    cause = Lost.OLDER_RETURNED if ours else Lost.SUPERSEDED
    return AttemptLost(ceremony=c.id, effect=effect, cause=cause, nonce_seen=nonce, leader=leader)


def follows(
    c: Ceremony, seen: Attempt, *, now: int, terms: Terms, leader: str = ""
) -> Sequence[Event]:
    """Return what an attempt seen at Vault, with no effect of ours under way, means for `c`.

    `leader`: the node that leads now, where that was asked.
    """
    if c.phase is not Phase.COLLECTING or not c.rounds:
        return ()
    if not seen.started or not seen.nonce:
        return (AttemptLost(ceremony=c.id, cause=Lost.VANISHED, leader=leader),)
    if seen.nonce != c.nonce:
        return (replaced(c, seen.nonce, leader=leader),)
    if seen.progress > c.progress:
        count = seen.progress - len(c.rounds[-1].given)
        return (GivenOutside(ceremony=c.id, count=count, progress=seen.progress),)
    if seen.progress < c.progress:
        lost = reset_outside(c, progress=seen.progress, now=now, terms=terms)
        if seen.progress == 0 or isinstance(lost, AttemptLost):
            return (lost,)
        left = GivenOutside(ceremony=c.id, count=seen.progress, progress=seen.progress)
        return (lost, left)
    return ()


def reset_outside(
    c: Ceremony, *, progress: int, now: int, terms: Terms, effect: str = ""
) -> RoundLost | AttemptLost:
    """Return the loss of the open round to something that happened outside.

    After so many in a row nothing goes on by itself: a commander decides what becomes of the
    attempt, which stays open at Vault until then. Whoever knows the nonce could otherwise have a
    round written down, and people woken, every few seconds. `effect` ends with a lost attempt.
    """
    if _resets_in_a_row(c) + 1 >= RESETS:
        cause = Lost.RESET_BY_OTHERS
        return AttemptLost(ceremony=c.id, effect=effect, cause=cause, still_open=True)
    return RoundLost(
        ceremony=c.id,
        round=len(c.rounds),
        cause=RoundLoss.RESET_OUTSIDE,
        words=RESET_WORDS.format(progress=progress, required=c.required),
        deadline=terms.deadline_of(c, now=now),
    )


def _resets_in_a_row(c: Ceremony) -> int:
    """Return how many of this attempt's newest rounds, before the open one, were reset outside."""
    count = 0
    for before in reversed(c.rounds[:-1]):
        if before.lost is not RoundLoss.RESET_OUTSIDE or before.nonce != c.nonce:
            break
        count += 1
    return count
