"""What remains to be done, from the state alone: effects, reminders, expiries. Pure.

Nothing is scheduled, so nothing is lost with a process: any replica that looks at the state at
`now` finds the same debts, and the log decides who does them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ceremonies import rotation
from ceremonies.approval import is_approved
from ceremonies.ceremony import AttemptState, Ceremony, Phase
from ceremonies.decide import handover
from ceremonies.decide.gathering import attempt_to_end
from ceremonies.decide.terms import Terms, ms
from ceremonies.events import (
    AccessReminded,
    CeremonyExpired,
    DeadlineNear,
    Event,
    HoldersReminded,
    Intended,
    Kind,
    Purpose,
)
from ceremonies.rotation import KillDebt, MintDebt
from ceremonies.state import SetState
from ceremonies.steps import Do, due, is_ready, is_using, lost_ids

NEAR_MS = 5 * 60_000
SLOW_MS = 2 * 60_000
PROMOTION_GIVEN_UP_MS = 60 * 60_000  # accepted so long ago, and still nobody answers as primary
REMIND_OPEN_MS = 60 * 60_000  # at least so often people are told that a cluster is left open
UNANSWERED_MS = 60_000  # so long the clock waits for what Vault is being asked


class Work(StrEnum):
    """Effects at Vault that a state may owe, in the order in which they matter."""

    END_ATTEMPT = "end-attempt"
    OPEN_ATTEMPT = "open-attempt"
    PROMOTE = "promote"
    CONFIRM = "confirm"
    DELETE_TOKEN = "delete-token"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDebt:
    """What a runbook's step needs done, on the lane of `cluster`; `name`: a secondary's id."""

    do: Do
    runbook: str
    step: str
    cluster: str
    name: str = ""


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


Owed = Debt | StepDebt | MintDebt | KillDebt | Overdue | Note


def owed(state: SetState, terms: Terms, *, now: int) -> list[Owed]:
    """Return everything that is due at `now` (ms)."""
    found: list[Owed] = [Overdue(intent=i) for i in state.intents.values() if now >= i.until]
    for c in state.ceremonies:
        asked = state.intents.get(c.cluster)
        if asked is not None:
            found += _notes_meanwhile(state, c, asked, terms, now=now)
            continue
        found += _notes(state, c, terms, now=now)
        work = _work(state, c, terms, now=now)
        if work is Work.OPEN_ATTEMPT and _has_predecessor(state, c):
            continue
        if work is not None:
            found.append(Debt(work=work, ceremony=c.id, cluster=c.cluster))
    found += _left_open(state, terms, now=now)
    found += _on_duty(state, terms, now=now)
    return [*found, *_steps(state, terms, now=now), *_lost_ids(state)]


def _on_duty(state: SetState, terms: Terms, *, now: int) -> list[Owed]:
    """What shifts need: tokens, policies deleted, people told. Nothing of it holds a token up."""
    told = rotation.notes(state, terms.shifts, now=now, since=terms.since)
    told += handover.notes(state.duties, terms.shifts, now=now, since=terms.since)
    found: list[Owed] = [Note(events=(event,)) for event in told]
    found += rotation.mints(state.duties, terms.shifts, now=now)
    return [*found, *rotation.kills(state.duties, now=now)]


def _left_open(state: SetState, terms: Terms, *, now: int) -> list[Owed]:
    """Whoever opened a cluster to attempts without a token is told until it is closed again.

    At first as often as holders are reminded, then ever more seldom, down to once an hour.
    """
    found: list[Owed] = []
    for cluster in state.glass:
        glass = state.left_open(cluster)
        if glass is None or not glass.opened_at:
            continue
        newest = state.newest(cluster)
        over = newest.moments.ended if newest else 0
        gap = ms(terms.rules.ceremony.remind_every) * 2 ** min(glass.reminders, 16)
        if now >= max(over, glass.opened_at, glass.reminded_at) + min(gap, REMIND_OPEN_MS):
            found.append(Note(events=(AccessReminded(cluster=cluster),)))
    return found


def _steps(state: SetState, terms: Terms, *, now: int) -> list[Owed]:
    found: list[Owed] = []
    r = state.runbook
    for step in r.at_hand if r else ():
        needed = due(state, r, step, terms.rules, now=now, roster=terms.roster) if r else None
        if r is not None and needed is not None:
            do, cluster = needed
            found.append(StepDebt(do=do, runbook=r.id, step=step.id, cluster=cluster))
    return found


def _lost_ids(state: SetState) -> list[Owed]:
    """The primary forgets a secondary's id whose activation token nobody can use any more."""
    return [
        StepDebt(do=Do.REVOKE, runbook=r.id, step=step.id, cluster=r.follows, name=name)
        for r in state.runbooks
        for step in r.steps
        for name in lost_ids(state, r, step)[:1]
        if r.follows not in state.intents
    ]


def _notes_meanwhile(
    state: SetState, c: Ceremony, asked: Intended, terms: Terms, *, now: int
) -> list[Owed]:
    """What Vault is being asked decides first, but a Vault that is gone holds up no clock.

    A promotion that may have been sent is waited for: nothing may end a ceremony before it.
    """
    if asked.kind is Kind.PROMOTE:
        return []
    return _notes(state, c, terms, now=now - UNANSWERED_MS)


def _has_predecessor(state: SetState, c: Ceremony) -> bool:
    """Whether an ended ceremony's attempt still holds the cluster's one slot.

    That attempt's OTP is still in the keychain, so it would be taken for this ceremony's own.
    """
    return any(
        before.cluster == c.cluster and not before.is_open and before.attempt is AttemptState.OPEN
        for before in state.ceremonies
        if before.id != c.id
    )


def _work(state: SetState, c: Ceremony, terms: Terms, *, now: int) -> Work | None:
    if not c.token.is_over and (not c.is_open) and now >= c.retry_at:
        return Work.DELETE_TOKEN
    if not c.is_open:
        return Work.END_ATTEMPT if c.attempt is AttemptState.OPEN else None
    if c.phase is Phase.PROMOTING:
        return Work.CONFIRM
    if c.frozen:
        return None
    if c.phase is Phase.STARTING:
        if state.waits_for_access(c):
            return None
        return Work.END_ATTEMPT if attempt_to_end(c) else Work.OPEN_ATTEMPT
    r = state.find_runbook(c.runbook)
    promotes = c.purpose is Purpose.PROMOTE and not (r and r.is_open and r.demotes_first)
    ready = promotes and is_ready(c) and now >= c.retry_at
    if ready and is_approved(c, terms.rules, now=now, roster=terms.roster):
        return Work.PROMOTE
    return None


def _notes(state: SetState, c: Ceremony, terms: Terms, *, now: int) -> list[Owed]:
    if not c.is_open or is_using(state, c):
        return []
    if c.phase is Phase.PROMOTING:
        return _given_up(c, now=now)
    if now >= c.max_at:
        return [Note(events=(CeremonyExpired(ceremony=c.id, cause="max"),))]
    if c.phase is Phase.TOKEN_HELD:
        unused = c.moments.completed + ms(terms.rules.ceremony.token_unused)
        if now >= unused and not is_approved(c, terms.rules, now=now, roster=terms.roster):
            return [Note(events=(CeremonyExpired(ceremony=c.id, cause="token-unused"),))]
        return []
    if c.frozen:
        return []
    if now >= c.deadline:
        return [Note(events=(CeremonyExpired(ceremony=c.id, cause="deadline"),))]
    return [*_warning(c, terms, now=now), *_reminder(c, terms, now=now)]


def _given_up(c: Ceremony, *, now: int) -> list[Owed]:
    """A promotion that was taken on and never done ends too, and its token is deleted.

    The cluster would otherwise be closed to every later ceremony.
    """
    if now < max(c.max_at, c.moments.accepted + PROMOTION_GIVEN_UP_MS):
        return []
    return [Note(events=(CeremonyExpired(ceremony=c.id, cause="max"),))]


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
