"""What happens to an attempt and its shares, taken into the ceremony."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import AttemptState, Ceremony, Ending, Given, Phase, Round, TokenState
from ceremonies.events import (
    AttemptCancelled,
    AttemptCompleted,
    AttemptLost,
    AttemptOpened,
    AttemptRefused,
    Event,
    ForeignAttemptFound,
    GivenOutside,
    Lost,
    Purpose,
    RoundLoss,
    RoundLost,
    ShareAccepted,
    ShareConflicted,
    ShareRefused,
)

_TOKEN_WITHOUT_OWNER = (Lost.LAST_REPLY_LOST, Lost.UNDECODABLE)


def after_attempt_event(c: Ceremony, event: Event, *, at: int, n: int) -> Ceremony:
    """Return the ceremony after this event; events of other kinds change nothing."""
    match event:
        case AttemptOpened():
            return replace(_opened(c, event, at=at), touched=n)
        case AttemptRefused(words=words):
            return replace(_not_opened(c, at=at), trouble=words, touched=n)
        case ForeignAttemptFound():
            phase = Phase.BLOCKED if c.is_open else c.phase
            return replace(c, phase=phase, foreign=event, cancel_agreed="", touched=n)
        case ShareAccepted():
            return replace(_accepted(c, event, at=at), touched=n)
        case ShareRefused(holder=holder, round=number, words=words):
            newest = dict(_round(c, number).refused) | {holder: words}
            changed = _with_round(c, number, refused=tuple(newest.items()))
            trouble = words if event.of_cluster else c.trouble
            return replace(changed, trouble=trouble, touched=n)
        case ShareConflicted(round=number):
            conflicts = (*_round(c, number).conflicts, event)
            return replace(_with_round(c, number, conflicts=conflicts), touched=n)
        case RoundLost():
            return replace(_next_round(c, event, at=at), touched=n)
        case GivenOutside(count=count):
            return replace(_with_round(c, len(c.rounds), outside=count), touched=n)
        case AttemptCompleted():
            return replace(_completed(c, at=at), touched=n)
        case AttemptLost():
            return replace(_lost(c, event), touched=n)
        case AttemptCancelled():
            return replace(c, attempt=AttemptState.GONE, cancel_agreed="", touched=n)
        case _:
            return c


def _round(c: Ceremony, number: int) -> Round:
    if 0 < number <= len(c.rounds):
        return c.rounds[number - 1]
    return Round(number=number, nonce=c.nonce, opened_at=0)


def _with_round(c: Ceremony, number: int, **changes: object) -> Ceremony:
    """Return the ceremony with one round changed; a round that it does not know stays unknown."""
    if not 0 < number <= len(c.rounds):
        return c
    changed = replace(c.rounds[number - 1], **changes)  # type: ignore[arg-type]
    return replace(c, rounds=(*c.rounds[: number - 1], changed, *c.rounds[number:]))


def _opened(c: Ceremony, event: AttemptOpened, *, at: int) -> Ceremony:
    fresh = Round(number=len(c.rounds) + 1, nonce=event.nonce, opened_at=at)
    return replace(
        c,
        phase=Phase.COLLECTING if c.is_open else c.phase,
        attempt=AttemptState.OPEN,
        nonce=event.nonce,
        node=event.node,
        required=event.required,
        recovery_keys=event.recovery_keys,
        rounds=(*c.rounds, fresh),
        deadline=event.deadline,
        foreign=None,
        cancel_agreed="",
        trouble="",
        reminded_at=at,
    )


def _not_opened(c: Ceremony, *, at: int) -> Ceremony:
    if not c.is_open:
        return c
    if c.rounds:
        return replace(c, phase=Phase.STRANDED, attempt=AttemptState.GONE)
    moments = replace(c.moments, ended=at)
    return replace(c, phase=Phase.ENDED, ending=Ending.NOT_STARTED, moments=moments)


def _accepted(c: Ceremony, event: ShareAccepted, *, at: int) -> Ceremony:
    before = _round(c, event.round)
    given = (*before.given, Given(holder=event.holder, x=event.x, mark=event.mark, at=at))
    # Where Vault counts more than we know of, the rest came from outside.
    outside = max(0, event.progress - len(given))
    changed = _with_round(
        c,
        event.round,
        given=given,
        outside=outside,
        refused=tuple(pair for pair in before.refused if pair[0] != event.holder),
    )
    return replace(
        changed,
        required=event.required or c.required,
        deadline=event.deadline,
        declined=tuple(h for h in c.declined if h != event.holder),
        trouble="",
        reminded_at=at,
        moments=replace(c.moments, first_share=c.moments.first_share or at),
    )


def _next_round(c: Ceremony, event: RoundLost, *, at: int) -> Ceremony:
    changed = _with_round(
        c, event.round, lost=event.cause, lost_words=event.words, last=event.holder
    )
    fresh = Round(number=len(c.rounds) + 1, nonce=c.nonce, opened_at=at)
    return replace(
        changed,
        rounds=(*changed.rounds, fresh),
        deadline=event.deadline,
        trouble=event.words,
        reminded_at=at,
    )


def _completed(c: Ceremony, *, at: int) -> Ceremony:
    """The token is there. Told twice, it is one token: it may be used or deleted since."""
    if c.attempt is AttemptState.COMPLETE:
        return c
    done = replace(
        c,
        attempt=AttemptState.COMPLETE,
        token=TokenState.HELD,
        retry_at=0,
        trouble="",
        moments=replace(c.moments, completed=at),
    )
    if not c.is_open:
        return done
    if c.purpose is Purpose.DRILL:
        moments = replace(done.moments, ended=at)
        return replace(done, phase=Phase.ENDED, ending=Ending.DRILLED, moments=moments)
    return replace(done, phase=Phase.TOKEN_HELD)


def _lost(c: Ceremony, event: AttemptLost) -> Ceremony:
    closed = c
    if c.rounds and c.rounds[-1].lost is None:
        by_others = event.cause is Lost.RESET_BY_OTHERS
        why = RoundLoss.RESET_OUTSIDE if by_others else RoundLoss.GIVEN_UP
        closed = _with_round(c, len(c.rounds), lost=why)
    return replace(
        closed,
        phase=Phase.STRANDED if c.is_open else c.phase,
        attempt=AttemptState.OPEN if event.still_open else AttemptState.GONE,
        token=TokenState.ORPHANED if event.cause in _TOKEN_WITHOUT_OWNER else c.token,
        trouble=LOST_WORDS[event.cause] + _seen_in_its_place(c, event),
    )


def _seen_in_its_place(c: Ceremony, event: AttemptLost) -> str:
    """Return what was seen of it: which attempt stands there, and whether another node leads."""
    found = ""
    if event.nonce_seen and event.cause is Lost.SUPERSEDED:
        found += f" Its nonce is {event.nonce_seen[:_NONCE]}."
    if not event.leader or event.cause not in _TELLING_OF_LEADERS:
        return found
    if event.leader == c.node:
        return f"{found} The node on which ours was opened still leads, so this was no election."
    return f"{found} {event.leader} leads now; ours was in the memory of {c.node}."


_NONCE = 40  # Vault's have 36 characters
_TELLING_OF_LEADERS = (Lost.VANISHED, Lost.SUPERSEDED, Lost.OLDER_RETURNED)

LOST_WORDS = {
    Lost.VANISHED: "The attempt is gone at Vault: somebody cancelled it, or its leader changed. "
    "The shares given are spent; nobody here did anything wrong.",
    Lost.LAST_REPLY_LOST: "Vault was sent the last share and its answer was lost. It may have "
    "made a DR operation token that nobody holds; a new attempt replaces it.",
    Lost.SUPERSEDED: "Another attempt took this one's place at Vault: somebody outside started it.",
    Lost.OLDER_RETURNED: "An earlier attempt of ours stands at Vault again in place of the newest: "
    "a node leads again that remembered it. The shares given are spent; nobody did anything wrong.",
    Lost.OTP_UNREADABLE: "The OTP of this attempt cannot be opened, so its token could never be "
    "read. No further share was sent.",
    Lost.UNDECODABLE: "Vault's encoded token does not open with this attempt's OTP. "
    "Nobody holds the token.",
    Lost.RESET_BY_OTHERS: "Somebody outside Conclave had Vault throw this attempt's shares away "
    "three times in a row, so no new round begins by itself. No share given here did it. The "
    "attempt is still open at Vault; a new one ends it first. Look first who can reach Vault.",
}
