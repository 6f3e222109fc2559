"""The course of a ceremony: its start, its clock, who holds it up, how it ends."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import AttemptState, Ceremony, Ending, Moments, Phase, TokenState
from ceremonies.events import (
    CeremonyCancelled,
    CeremonyExpired,
    CeremonyFrozen,
    CeremonyStarted,
    CeremonyThawed,
    DeadlineExtended,
    DeadlineNear,
    Event,
    HolderDeclined,
    HoldersReminded,
    RestartAsked,
    RosterChanged,
    RoundLoss,
    RulesChanged,
    ThawAgreed,
)


def opened_by(event: Event, *, at: int, n: int) -> Ceremony | None:
    """Return the ceremony that this event starts, or None."""
    if not isinstance(event, CeremonyStarted):
        return None
    started = _called(event, at=at, n=n)
    if not event.duty:
        return started
    return replace(
        started,
        duty=event.duty,
        by_hand=event.by_hand,
        phase=Phase.TOKEN_HELD,
        token=TokenState.HELD,
        nonce=event.duty,
        moments=Moments(completed=at),
    )


def _called(event: CeremonyStarted, *, at: int, n: int) -> Ceremony:
    return Ceremony(
        id=event.ceremony,
        cluster=event.cluster,
        purpose=event.purpose,
        reason=event.reason,
        started_by=event.by,
        started_at=at,
        holders=event.holders,
        roster_hash=event.roster_hash,
        rules_hash=event.rules_hash,
        evidence=event.evidence,
        deadline=event.deadline,
        max_at=event.max_at,
        runbook=event.runbook,
        reminded_at=at,
        moments=Moments(),
        touched=n,
    )


def after_course_event(c: Ceremony, event: Event, *, at: int) -> Ceremony:
    """Return the ceremony after this event; events of other kinds change nothing."""
    match event:
        case RestartAsked():
            return _restarting(c, event)
        case HolderDeclined(holder=holder):
            return replace(c, declined=tuple(dict.fromkeys((*c.declined, holder))))
        case HoldersReminded(holders=holders):
            reminded = replace(c, reminded=holders, reminded_round=len(c.rounds))
            return replace(reminded, reminded_at=at, reminders=c.reminders + 1)
        case DeadlineNear(deadline=deadline):
            return replace(c, warned_deadline=deadline)
        case DeadlineExtended(deadline=deadline):
            return replace(c, deadline=deadline)
        case CeremonyFrozen(by=by):
            frozen = replace(c, frozen_by=by, frozen_at=at, thaw_agreed=())
            return replace(frozen, freezes=c.freezes + 1)
        case ThawAgreed(by=by):
            return replace(c, thaw_agreed=tuple(dict.fromkeys((*c.thaw_agreed, by))))
        case CeremonyThawed(deadline=deadline):
            return replace(c, frozen_by="", frozen_at=0, thaw_agreed=(), deadline=deadline)
        case RosterChanged(roster_hash=roster_hash):
            return replace(c, roster_hash=roster_hash, roster_changed_at=at)
        case RulesChanged(rules_hash=rules_hash):
            return replace(c, rules_hash=rules_hash, rules_changed_at=at)
        case CeremonyCancelled(by=by):
            return _ended(c, Ending.CANCELLED, by=by, at=at)
        case CeremonyExpired(cause="token-unused"):
            return _ended(c, Ending.TOKEN_UNUSED, by="", at=at)
        case CeremonyExpired(cause="token-refused"):
            return _ended(c, Ending.TOKEN_REFUSED, by="", at=at)
        case CeremonyExpired():
            return _ended(c, Ending.EXPIRED, by="", at=at)
        case _:
            return c


def _ended(c: Ceremony, ending: Ending, *, by: str, at: int) -> Ceremony:
    if not c.is_open:
        return c
    moments = replace(c.moments, ended=at)
    return replace(
        c, phase=Phase.ENDED, ending=ending, ended_by=by, moments=moments, retry_at=0, foreign=None
    )


def _restarting(c: Ceremony, event: RestartAsked) -> Ceremony:
    rounds = c.rounds
    if rounds and rounds[-1].lost is None:
        rounds = (*rounds[:-1], replace(rounds[-1], lost=RoundLoss.GIVEN_UP))
    agreed = event.cancel_nonce or (c.nonce if c.attempt is AttemptState.OPEN else "")
    return replace(
        c,
        phase=Phase.STARTING if c.is_open else c.phase,
        rounds=rounds,
        cancel_agreed=agreed,
        holders=event.holders or c.holders,
        evidence=event.evidence or c.evidence,
        deadline=event.deadline,
        foreign=None,
        trouble="",
    )
