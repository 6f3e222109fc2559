"""What remains to be done, from the state alone: effects, reminders, expiries. Pure.

Nothing is scheduled, so nothing is lost with a process: any replica that looks at the state at
`now` finds the same debts, and the log decides who does them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ceremonies.approval import is_approved
from ceremonies.ceremony import AttemptState, Ceremony, Phase, TokenState
from ceremonies.decide.gathering import attempt_to_end
from ceremonies.decide.terms import Terms, ms
from ceremonies.events import (
    CeremonyExpired,
    DeadlineNear,
    Event,
    HoldersReminded,
    Intended,
)
from ceremonies.state import SetState

NEAR_MS = 5 * 60_000
MAX_PROMOTION_TRIES = 10  # Vault's own harness asks up to ten times while catching up (facts 5.2)
SLOW_MS = 2 * 60_000


class Work(StrEnum):
    """Effects at Vault that a state may owe, in the order in which they matter."""

    END_ATTEMPT = "end-attempt"
    OPEN_ATTEMPT = "open-attempt"
    PROMOTE = "promote"
    CONFIRM = "confirm"
    DELETE_TOKEN = "delete-token"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """An effect that is owed for a ceremony."""

    work: Work
    ceremony: str
    cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """An intent whose time ran out without an outcome: whoever adopts it asks what is true."""

    intent: Intended


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Events that follow from the clock alone."""

    events: tuple[Event, ...]


Owed = Debt | Overdue | Note


def owed(state: SetState, terms: Terms, *, now: int) -> list[Owed]:
    """Return everything that is due at `now` (ms)."""
    due: list[Owed] = [Overdue(intent=i) for i in state.intents.values() if now >= i.until]
    for c in state.ceremonies:
        if c.cluster in state.intents:
            continue  # what Vault is being asked decides first
        due += _notes(c, terms, now=now)
        work = _work(c, terms, now=now)
        if work is not None:
            due.append(Debt(work=work, ceremony=c.id, cluster=c.cluster))
    return due


def _work(c: Ceremony, terms: Terms, *, now: int) -> Work | None:
    if not c.token.is_over and (not c.is_open) and now >= c.retry_at:
        return Work.DELETE_TOKEN
    if not c.is_open:
        return Work.END_ATTEMPT if c.attempt is AttemptState.OPEN else None
    if c.phase is Phase.PROMOTING:
        return Work.CONFIRM
    if c.frozen:
        return None
    if c.phase is Phase.STARTING:
        return Work.END_ATTEMPT if attempt_to_end(c) else Work.OPEN_ATTEMPT
    ready = c.phase is Phase.TOKEN_HELD and c.token is TokenState.HELD and now >= c.retry_at
    if ready and c.promotion_tries < MAX_PROMOTION_TRIES and is_approved(c, terms.rules, now=now):
        return Work.PROMOTE
    return None


def _notes(c: Ceremony, terms: Terms, *, now: int) -> list[Owed]:
    if not c.is_open or c.phase is Phase.PROMOTING:
        return []
    if now >= c.max_at:
        return [Note(events=(CeremonyExpired(ceremony=c.id, cause="max"),))]
    if c.phase is Phase.TOKEN_HELD:
        unused = c.moments.completed + ms(terms.rules.ceremony.token_unused)
        if now >= unused and not (c.promotion_tries and is_approved(c, terms.rules, now=now)):
            return [Note(events=(CeremonyExpired(ceremony=c.id, cause="token-unused"),))]
        return []
    if c.frozen:
        return []
    if now >= c.deadline:
        return [Note(events=(CeremonyExpired(ceremony=c.id, cause="deadline"),))]
    return [*_warning(c, terms, now=now), *_reminder(c, terms, now=now)]


def _warning(c: Ceremony, terms: Terms, *, now: int) -> list[Owed]:
    near = min(NEAR_MS, ms(terms.rules.ceremony.deadline) // 2)
    if now < c.deadline - near or c.warned_deadline == c.deadline:
        return []
    return [Note(events=(DeadlineNear(ceremony=c.id, deadline=c.deadline),))]


def _reminder(c: Ceremony, terms: Terms, *, now: int) -> list[Owed]:
    due = c.reminded_at + ms(terms.rules.ceremony.remind_every)
    if c.phase is not Phase.COLLECTING or now < due or not c.waiting_for:
        return []
    return [Note(events=(HoldersReminded(ceremony=c.id, holders=c.waiting_for),))]
