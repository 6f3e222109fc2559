"""One step of a runbook, after what was asked, agreed, ordered and seen of it."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import Approval, Request
from ceremonies.events import (
    ActivationIssued,
    ActivationSpent,
    SecondaryLeaves,
    StepAccepted,
    StepApproved,
    StepContinued,
    StepDone,
    StepHandedOut,
    StepRefused,
    StepRejected,
    StepRequested,
    StepSkipped,
    StepSlow,
)
from ceremonies.runbook import Activation, Step, StepState

RETRY_STEP_MS = 10_000  # doubled with each try, up to five minutes
RETRY_STEP_MAX_MS = 300_000

StepEvent = (
    StepContinued
    | StepRequested
    | StepApproved
    | StepRejected
    | StepAccepted
    | StepRefused
    | ActivationIssued
    | ActivationSpent
    | StepHandedOut
    | SecondaryLeaves
    | StepSlow
    | StepDone
    | StepSkipped
)


def stepped(s: Step, event: StepEvent, *, at: int) -> Step:
    """Return the step with this event taken in, which is about it."""
    if s.state.is_over and isinstance(event, StepAccepted | StepRefused | StepSlow):
        # Left out meanwhile: what became of its order begins nothing anew. Whoever joined by it
        # is known to the primary by the activation token's id, which is not revoked.
        return replace(s, activation=None) if isinstance(event, StepAccepted) else s
    match event:
        case StepContinued(by=by):
            wanted = replace(s, state=StepState.WANTED, wanted_by=by, wanted_at=at)
            ours = replace(wanted, by_hand=s.by_hand and not s.lacks_right, lacks_right=False)
            return replace(ours, words="", retry_at=0, tries=0, slow=False)
        case StepRequested(by=by, reason=reason, evidence=evidence):
            request = Request(by=by, at=at, reason=reason, evidence=evidence)
            asked = replace(s, state=StepState.ASKED, request=request, approvals=())
            return replace(asked, rejected_by="", words="", retry_at=0, tries=0)
        case StepApproved(by=by):
            others = tuple(a for a in s.approvals if a.by != by)
            return replace(s, approvals=(*others, Approval(by=by, at=at)))
        case StepRejected(by=by):
            return replace(withdrawn(s), state=StepState.WAITING, rejected_by=by)
        case StepAccepted(warnings=warnings):
            taken = replace(s, state=StepState.ACCEPTED, accepted_at=s.accepted_at or at)
            return replace(taken, words=" ".join(warnings), slow=False)
        case StepRefused():
            return _refused(s, event, at=at)
        case ActivationIssued():
            activation = Activation(
                secondary_id=event.secondary_id,
                until=event.until,
                primary=event.primary,
                primary_address=event.primary_address,
            )
            before = (s.activation.secondary_id,) if s.activation else ()
            return replace(s, activation=activation, lost_ids=(*s.lost_ids, *before))
        case ActivationSpent(secondary_id=spent, revoked=revoked):
            left = s.activation if s.activation and s.activation.secondary_id != spent else None
            lost = tuple(name for name in s.lost_ids if name != spent)
            return replace(s, activation=left, lost_ids=lost if revoked else (*lost, spent))
        case StepHandedOut():
            return replace(s, handed_out=event.request)
        case SecondaryLeaves():
            return replace(s, leaves=event.secondary_id)
        case StepSlow(words=words):
            return replace(s, slow=True, words=words)
        case StepDone(by=by, words=words):
            done = replace(s, state=StepState.DONE, done_at=at, done_by=by, words=words)
            gone = (s.leaves,) if s.leaves else ()
            # Done before it was ordered: the cluster followed already, and nobody used the token.
            unused = (s.activation.secondary_id,) if s.activation and not s.accepted_at else ()
            lost = (*s.lost_ids, *unused, *gone)
            return replace(done, slow=False, activation=None, leaves="", lost_ids=lost)
        case StepSkipped(by=by):
            return replace(s, state=StepState.SKIPPED, done_at=at, done_by=by)


def _refused(s: Step, event: StepRefused, *, at: int) -> Step:
    told = replace(s, words=event.words, by_hand=s.by_hand or event.by_hand, accepted_at=0)
    if event.by_hand:
        return replace(told, lacks_right=s.lacks_right or not s.by_hand)
    if event.again:
        wait = min(RETRY_STEP_MS * 2 ** min(s.tries, 10), RETRY_STEP_MAX_MS)
        return replace(told, tries=s.tries + 1, retry_at=at + wait)
    return replace(withdrawn(told), state=StepState.REFUSED, refused_at=at)


def withdrawn(s: Step) -> Step:
    """Return the step as nobody asked for it, nor agreed to it."""
    return replace(s, request=None, approvals=())
