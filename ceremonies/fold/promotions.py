"""From the request to promote to the end of the token that did it."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import (
    Approval,
    Ceremony,
    Ending,
    Force,
    Moments,
    Phase,
    Request,
    TokenState,
)
from ceremonies.events import (
    Event,
    ForceAgreed,
    ForceRequested,
    Intended,
    Kind,
    Promoted,
    PromotionAccepted,
    PromotionApproved,
    PromotionBlocked,
    PromotionRefused,
    PromotionRejected,
    PromotionRequested,
    PromotionSlow,
    TokenDeleted,
    TokenDeletionUnknown,
    TokenNotDeletable,
)

MAX_PROMOTION_TRIES = 10  # as often as Vault's own harness asks (facts/vault 5.2)
RETRY_PROMOTION_MS = 10_000  # "still catching up" is asked again, never forced (facts/vault 5.2)
RETRY_BESIDE_FORCE_MS = 60_000  # so, once it was asked so often, while people decide to force it
CATCHING_UP = "StillCatchingUp"
NOT_TAKEN = "not-taken"  # the answer was lost, and the cluster is still a secondary
RETRY_DELETION_MS = 15_000  # doubled with each try, up to an hour
RETRY_DELETION_MAX_MS = 3_600_000


def after_promotion_event(c: Ceremony, event: Event, *, at: int) -> Ceremony:
    """Return the ceremony after this event; events of other kinds change nothing."""
    match event:
        case PromotionRequested(by=by, reason=reason, evidence=evidence, overrides=overrides):
            request = Request(by=by, at=at, reason=reason, evidence=evidence, overrides=overrides)
            moments = replace(c.moments, requested=at)
            asked = replace(c, request=request, rejected_by="", blocked=None, moments=moments)
            anew = replace(asked, promotion_tries=0, catching_up=0, force=None, retry_at=0)
            return replace(anew, evidence=evidence, voided_at=0)
        case PromotionApproved(by=by):
            others = tuple(a for a in c.approvals if a.by != by)
            return replace(c, approvals=(*others, Approval(by=by, at=at)))
        case PromotionRejected(by=by):
            rejected = replace(withdrawn(c, at=at), rejected_by=by, rejected_at=at)
            return replace(rejected, rejections=c.rejections + 1)
        case PromotionBlocked(evidence=evidence):
            voided = at if c.request is not None else c.voided_at
            void = replace(withdrawn(c, at=at), voided_at=voided)
            return replace(void, blocked=evidence, evidence=evidence)
        case ForceRequested() | ForceAgreed():
            return _after_force(c, event, at=at)
        case Intended(kind=Kind.PROMOTE, evidence=evidence, force=forced):
            moments = replace(c.moments, promotion_sent=at)
            force = replace(c.force, sent=True) if c.force and forced else c.force
            tried = replace(c, promotion_tries=c.promotion_tries + 1, moments=moments, force=force)
            return replace(tried, evidence=evidence or c.evidence)
        case PromotionAccepted():
            moments = replace(c.moments, accepted=c.moments.accepted or at)
            force = c.force if c.force and c.force.sent else None  # the last card tells of it
            taken = replace(c, moments=moments, trouble="", force=force)
            if c.ending is Ending.PROMOTED:
                return taken
            return replace(taken, phase=Phase.PROMOTING, ending=None)
        case PromotionRefused():
            return _after_refusal(c, event, at=at)
        case PromotionSlow(evidence=evidence):
            return replace(c, slow=True, evidence=evidence)
        case Promoted(evidence=evidence):
            moments = replace(c.moments, promoted=at, ended=at)
            done = replace(c, phase=Phase.ENDED, ending=Ending.PROMOTED, evidence=evidence)
            return replace(done, moments=moments, slow=False, trouble="", retry_at=0)
        case _:
            return _after_deletion(c, event, at=at)


def _after_force(c: Ceremony, event: ForceRequested | ForceAgreed, *, at: int) -> Ceremony:
    match event:
        case ForceRequested(by=by, reason=reason, evidence=evidence, until=until):
            force = Force(by=by, at=at, until=until, reason=reason, evidence=evidence)
            return replace(c, force=force, evidence=evidence)
        case ForceAgreed(by=by) if c.force is not None:
            agreed = tuple(dict.fromkeys((*c.force.agreed, by)))
            return replace(c, force=replace(c.force, agreed=agreed), retry_at=0)
        case ForceAgreed():
            return c


def _after_refusal(c: Ceremony, refused: PromotionRefused, *, at: int) -> Ceremony:
    """Still catching up is asked again; after so many tries somebody has to look and ask anew.

    Not while people decide to force it: then it is asked more seldom, until their word lapses.
    What was forced and refused all the same is not forced again without a new word.
    """
    force = c.force if c.force and at < c.force.until else None
    if force is not None and force.sent and refused.problem != NOT_TAKEN:
        force = None
    spent = c.promotion_tries >= MAX_PROMOTION_TRIES
    kept = (
        replace(c, force=force) if refused.again and (force or not spent) else withdrawn(c, at=at)
    )
    count = {CATCHING_UP: c.catching_up + 1, NOT_TAKEN: c.catching_up}.get(refused.problem, 0)
    wait = RETRY_BESIDE_FORCE_MS if spent else RETRY_PROMOTION_MS
    return replace(kept, trouble=refused.words, retry_at=at + wait, catching_up=count)


def _after_deletion(c: Ceremony, event: Event, *, at: int) -> Ceremony:
    match event:
        case TokenDeleted():
            return replace(c, token=TokenState.DELETED, moments=_token_over(c, at), token_words="")
        case TokenNotDeletable():
            over = replace(c, token=TokenState.NOT_DELETABLE, moments=_token_over(c, at))
            return replace(over, token_words="")
        case TokenDeletionUnknown(words=words, sent=sent):
            wait = min(RETRY_DELETION_MS * 2**c.deletion_tries, RETRY_DELETION_MAX_MS)
            unknown = replace(c, token=TokenState.UNKNOWN, token_words=words, retry_at=at + wait)
            tries = min(c.deletion_tries + 1, 10)
            return replace(unknown, deletion_tries=tries, deletion_sent=sent or c.deletion_sent)
        case _:
            return c


def _token_over(c: Ceremony, at: int) -> Moments:
    return replace(c.moments, token_over=at)


def withdrawn(c: Ceremony, *, at: int) -> Ceremony:
    """Return the ceremony without its request and with all that was agreed until `at` void."""
    return replace(c, request=None, approvals=(), approvals_since=at, force=None)
