"""State is a fold of the log: `fold(state, entry)` is what the log amounts to with one more entry.

Pure, and total: every outcome is accepted in every phase, because facts are never refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ceremonies.ceremony import Ceremony, TokenState
from ceremonies.events import ClusterIdSeen, Event, PeopleWoken, TailLost
from ceremonies.fold.alarms import alarm_of
from ceremonies.fold.attempts import after_attempt_event
from ceremonies.fold.course import after_course_event, opened_by
from ceremonies.fold.duty import after_duty_event
from ceremonies.fold.promotions import after_promotion_event, withdrawn
from ceremonies.fold.record import after_record_event, without_intent, without_snapshot
from ceremonies.fold.runbooks import after_runbook_event, with_ceremony
from ceremonies.fold.watching import after_watch_event, with_ghost
from ceremonies.state import Alarm, SetState

_ALARMS_KEPT = 20
_CEREMONIES_KEPT = 2  # of each cluster


def fold(
    state: SetState, *, n: int, head: str, at: int, cause: str | None, events: Sequence[Event]
) -> SetState:
    """Return the state after entry `n` (hash `head`, written at `at` ms) with these events."""
    before, runbooks = state.ceremonies, state.runbooks
    for event in events:
        state = _after(state, event, at=at, n=n)
    changed = tuple(
        c if any(c is old for old in before) else replace(c, entry=n, head=head)
        for c in state.ceremonies
    )
    drawn = tuple(
        r if any(r is old for old in runbooks) else replace(r, entry=n, head=head)
        for r in state.runbooks
    )
    state = replace(state, ceremonies=changed, runbooks=drawn)
    causes = state.causes if cause is None else {**state.causes, cause: n}
    return replace(state, n=n, head=head, at=at, causes=causes)


def _after(state: SetState, event: Event, *, at: int, n: int) -> SetState:
    state = after_record_event(state, event)
    state = without_intent(state, getattr(event, "effect", ""), event)
    state = without_snapshot(state, event)
    state = _in_ceremony(state, event, at=at, n=n)
    state = after_runbook_event(state, event, at=at)
    state = with_ceremony(state, event, at=at)
    state = _returned(state)
    state = after_watch_event(state, event, at=at)
    state = after_duty_event(state, event, at=at)
    match event:
        case ClusterIdSeen(cluster_id=cluster_id):
            state = replace(state, cluster_id=cluster_id)
        case TailLost():
            # What was agreed may have been withdrawn in what is lost: it is asked for anew.
            asked_anew = tuple(withdrawn(c, at=at) if c.is_open else c for c in state.ceremonies)
            state = replace(state, tail_lost=event, tail_lost_at=at, ceremonies=asked_anew)
        case PeopleWoken(upto=upto, failed=failed):
            waiting = tuple(alarm for alarm in state.alarms if alarm.n > upto)
            state = replace(state, alarms=waiting, waking_failed=failed)
        case _:
            pass
    words = alarm_of(state, event)
    if words:
        alarm = Alarm(n=n, at=at, words=words)
        state = replace(state, alarms=(*state.alarms, alarm)[-_ALARMS_KEPT:])
    return state


def _returned(state: SetState) -> SetState:
    """A token on duty is not used up by a ceremony: when that is over, it is on duty as before."""
    if not any(_has_duty_over(c) for c in state.ceremonies):
        return state
    return replace(
        state,
        ceremonies=tuple(
            replace(c, token=TokenState.RETURNED) if _has_duty_over(c) else c
            for c in state.ceremonies
        ),
    )


def _has_duty_over(c: Ceremony) -> bool:
    return bool(c.duty) and not c.is_open and c.token is not TokenState.RETURNED


def _in_ceremony(state: SetState, event: Event, *, at: int, n: int) -> SetState:
    started = opened_by(event, at=at, n=n)
    if started is not None:
        return replace(state, ceremonies=(*_kept(state, started.cluster), started))
    named = getattr(event, "ceremony", "")
    if not named:
        return state
    return replace(
        state,
        ceremonies=tuple(
            _changed(c, event, at=at, n=n) if c.id == named else c for c in state.ceremonies
        ),
    )


def _kept(state: SetState, cluster: str) -> tuple[Ceremony, ...]:
    """Return what stays when one more ceremony starts on `cluster`: what is owed is not forgotten.

    A ceremony goes only when it is over, nothing of it is left at Vault, and nobody is asking.
    """
    of_cluster = [c.id for c in state.ceremonies if c.cluster == cluster]
    past = set(of_cluster[: len(of_cluster) + 1 - _CEREMONIES_KEPT])
    asking = {intent.ceremony for intent in state.intents.values()}
    return tuple(c for c in state.ceremonies if c.id not in past or c.owes_vault or c.id in asking)


def _changed(ceremony: Ceremony, event: Event, *, at: int, n: int) -> Ceremony:
    ceremony = after_attempt_event(ceremony, event, at=at, n=n)
    ceremony = after_course_event(ceremony, event, at=at)
    ceremony = with_ghost(ceremony, event, n=n)
    return after_promotion_event(ceremony, event, at=at)
