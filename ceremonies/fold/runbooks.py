"""A runbook's steps, taken into the set's state; and who is primary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ceremonies.ceremony import Ceremony, Ending, Phase, TokenState
from ceremonies.events import (
    Action,
    CeremonyStarted,
    Event,
    Promoted,
    RunbookAborted,
    RunbookStarted,
    StepAccepted,
    StepDone,
    StepSkipped,
    TailLost,
)
from ceremonies.fold.steps import StepEvent, stepped, withdrawn
from ceremonies.runbook import Runbook, RunbookEnding, Step, StepState
from ceremonies.state import SetState

_RUNBOOKS_OWING = 6  # older ones that are kept, at most: one more is begun by hand each time
_USES_TOKEN = (Action.PROMOTE, Action.UPDATE_PRIMARY, Action.DISABLE)
_CHANGES_ROLES = (
    Action.DEMOTE,
    Action.DISABLE,
    Action.ENABLE_PRIMARY,
    Action.ENABLE_SECONDARY,
    Action.UPDATE_PRIMARY,
)


def after_runbook_event(state: SetState, event: Event, *, at: int) -> SetState:
    """Return the state with what this event means for runbooks and roles taken in."""
    match event:
        case RunbookStarted():
            return replace(state, runbooks=(*_kept(state), _opened(event, at=at)))
        case RunbookAborted(runbook=runbook, by=by):
            return _with(state, runbook, lambda r: _ended(r, RunbookEnding.ABORTED, by=by, at=at))
        case Promoted():
            promoted = state.find(event.ceremony)
            cluster = promoted.cluster if promoted else event.evidence.target
            return replace(state, primary=cluster, roles_changed_at=at)
        case TailLost():
            # What was agreed may have been withdrawn in what is lost: it is asked for anew.
            return replace(state, runbooks=tuple(_asked_anew(r) for r in state.runbooks))
        case _ if isinstance(event, StepEvent):
            return _after_step_event(state, event, at=at)
        case _:
            return state


def with_ceremony(state: SetState, event: Event, *, at: int) -> SetState:
    """Return the state in which runbooks know how their ceremonies stand after this event."""
    named = getattr(event, "ceremony", "")
    c = state.find(named) if named else None
    if c is None or not c.runbook:
        return state
    return _with(
        state, c.runbook, lambda r: _synced(r, c, started=isinstance(event, CeremonyStarted), at=at)
    )


def _kept(state: SetState) -> tuple[Runbook, ...]:
    """Return the last runbook, and those before it that Vault is still to be asked something for.

    Their effects have to be settled, and ids that nobody has revoked, once the cluster is back.
    """
    asked = {intent.runbook for intent in state.intents.values()}
    before = [r for r in state.runbooks[:-1] if r.id in asked or _has_ids(r)]
    return (*before[-_RUNBOOKS_OWING:], *state.runbooks[-1:])


def _has_ids(r: Runbook) -> bool:
    return any(step.lost_ids or step.activation is not None for step in r.steps)


def _opened(event: RunbookStarted, *, at: int) -> Runbook:
    steps = tuple(
        Step(action=p.action, cluster=p.cluster, guard=p.guard, beside=p.beside, by_hand=p.by_hand)
        for p in event.steps
    )
    return Runbook(
        id=event.runbook,
        play=event.play,
        target=event.target,
        source=event.source,
        reason=event.reason,
        started_by=event.by,
        started_at=at,
        evidence=event.evidence,
        steps=steps,
    )


def _with(state: SetState, runbook: str, change: Callable[[Runbook], Runbook]) -> SetState:
    changed = tuple(change(r) if r.id == runbook else r for r in state.runbooks)
    return replace(state, runbooks=changed)


def _ended(r: Runbook, ending: RunbookEnding, *, at: int, by: str = "") -> Runbook:
    return replace(r, ending=ending, ended_at=at, ended_by=by) if r.is_open else r


def _after_step_event(state: SetState, event: StepEvent, *, at: int) -> SetState:
    def change(r: Runbook) -> Runbook:
        steps = tuple(stepped(s, event, at=at) if s.id == event.step else s for s in r.steps)
        if isinstance(event, StepSkipped):
            steps = _skipped_along(steps, event.step, at=at, by=event.by)
        changed = replace(r, steps=steps)
        over = all(step.state.is_over for step in steps)
        return _ended(changed, RunbookEnding.DONE, at=at) if over else changed

    after = _with(state, event.runbook, change)
    r = after.find_runbook(event.runbook)
    step = r.step(event.step) if r else None
    if step is None or not isinstance(event, StepAccepted | StepDone):
        return after
    if step.action in _CHANGES_ROLES:
        after = replace(after, roles_changed_at=at)
    return _used(after, step, at=at) if isinstance(event, StepDone) else after


def _asked_anew(r: Runbook) -> Runbook:
    asked = (StepState.ASKED, StepState.WANTED)
    return replace(
        r,
        steps=tuple(
            replace(withdrawn(s), state=StepState.WAITING)
            if s.state in asked and s.action is not Action.TOKEN
            else s
            for s in r.steps
        ),
    )


def _skipped_along(steps: tuple[Step, ...], name: str, *, at: int, by: str) -> tuple[Step, ...]:
    """Whoever leaves out a cluster's re-pointing leaves out the ceremony for it, and vice versa."""
    named = next((s for s in steps if s.id == name), None)
    pair = (Action.TOKEN, Action.UPDATE_PRIMARY)
    if named is None or named.action not in pair:
        return steps
    return tuple(
        replace(s, state=StepState.SKIPPED, done_at=at, done_by=by)
        if s.action in pair
        and s.cluster == named.cluster
        and not (s.state.is_over or s.state is StepState.ACCEPTED)
        else s
        for s in steps
    )


def _used(state: SetState, step: Step, *, at: int) -> SetState:
    """The step's token has done its work: its ceremony is over, and the token's end is owed."""

    def over(c: Ceremony) -> Ceremony:
        if c.id != step.ceremony or not c.is_open:
            return c
        moments = replace(c.moments, ended=at)
        return replace(c, phase=Phase.ENDED, ending=Ending.USED, moments=moments, retry_at=0)

    if not step.ceremony or step.action is Action.PROMOTE:
        return state
    return replace(state, ceremonies=tuple(over(c) for c in state.ceremonies))


def _synced(r: Runbook, c: Ceremony, *, started: bool, at: int) -> Runbook:
    steps = r.steps
    if started:
        steps = tuple(_given(s, c) if _takes(s, c) else s for s in steps)
    steps = tuple(_as_ceremony_stands(s, c, at=at) if s.ceremony == c.id else s for s in steps)
    if steps == r.steps and c.is_open:
        return r
    changed = replace(r, steps=steps)
    if all(step.state.is_over for step in steps):
        return _ended(changed, RunbookEnding.DONE, at=at)
    if not c.is_open and c.ending not in (Ending.PROMOTED, Ending.USED) and _nothing_done(changed):
        return _ended(changed, RunbookEnding.ABORTED, at=at, by=c.ended_by)
    return changed


def _given(s: Step, c: Ceremony) -> Step:
    """A step whose token is in a lead's hands is done by hand: nobody else has the token."""
    by_hand = s.by_hand or (c.by_hand and s.action is not Action.TOKEN)
    return replace(s, ceremony=c.id, by_hand=by_hand)


def _takes(s: Step, c: Ceremony) -> bool:
    return s.cluster == c.cluster and (s.action is Action.TOKEN or s.action in _USES_TOKEN)


def _nothing_done(r: Runbook) -> bool:
    """Whether no cluster was touched yet: without its token such a runbook is over."""
    touched = (StepState.DONE, StepState.ACCEPTED)
    return all(s.state not in touched or s.action is Action.TOKEN for s in r.steps)


def _as_ceremony_stands(s: Step, c: Ceremony, *, at: int) -> Step:
    if s.action is Action.TOKEN:
        return _token_step(s, c, at=at)
    if s.action is Action.PROMOTE:
        return _promote_step(s, c, at=at)
    return s


def _token_step(s: Step, c: Ceremony, *, at: int) -> Step:
    if c.ending in (Ending.PROMOTED, Ending.USED) or (c.is_open and c.token is TokenState.HELD):
        if s.state is StepState.DONE:
            return s
        words = f"The DR operation token of {c.cluster} was made."
        if c.duty:
            words = "The token on duty is used; no key holder is needed."
        return replace(s, state=StepState.DONE, done_at=at, words=words)
    if not c.is_open:
        words = "The ceremony ended without a token that could be used; start another."
        return replace(s, state=StepState.REFUSED, words=words)
    wanted_at = s.wanted_at or at
    return replace(s, state=StepState.WANTED, wanted_at=wanted_at, wanted_by=c.started_by, words="")


def _promote_step(s: Step, c: Ceremony, *, at: int) -> Step:
    if c.ending is Ending.PROMOTED:
        words = f"{c.cluster} answers as primary, active and unsealed."
        return replace(s, state=StepState.DONE, done_at=s.done_at or at, words=words, slow=False)
    if c.phase is Phase.PROMOTING:
        accepted = c.moments.accepted
        return replace(s, state=StepState.ACCEPTED, accepted_at=accepted, slow=c.slow)
    asked = c.is_open and c.request is not None
    state = StepState.ASKED if asked else StepState.WAITING
    return replace(s, state=state, words=c.trouble if c.is_open else "", request=c.request)
