"""Whether a promotion may be asked for, agreed to, refused."""

from __future__ import annotations

from ceremonies import share
from ceremonies.ceremony import Ceremony, Phase
from ceremonies.commands import Approve, Reason, Refusal, Reject, RequestPromotion
from ceremonies.decide.terms import Terms, ms, pause, soon
from ceremonies.events import (
    Event,
    Kind,
    PromotionApproved,
    PromotionBlocked,
    PromotionRejected,
    PromotionRequested,
    Purpose,
)
from ceremonies.evidence import Evidence, Override, standing_blocks
from ceremonies.state import SetState

_BEFORE_PROMOTION = (Phase.STARTING, Phase.COLLECTING, Phase.STRANDED, Phase.TOKEN_HELD)


def request(c: Ceremony, command: RequestPromotion, *, now: int) -> list[Event] | Refusal:
    """A commander asks for the promotion; a gate that blocks is noted with its evidence, once."""
    if share.is_shown_in(command.reason):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    if c.purpose is not Purpose.PROMOTE:
        words = f"This ceremony is for {c.purpose}; its token is not used to promote."
        return Refusal(reason=Reason.NOT_NOW, words=words)
    if not c.is_open:
        return Refusal(reason=Reason.NOT_NEEDED, words="The ceremony is over; start a new one.")
    if c.phase not in _BEFORE_PROMOTION:
        return Refusal(reason=Reason.NOT_NOW, words="A promotion cannot be asked for just now.")
    if c.frozen:
        return Refusal(reason=Reason.FROZEN, words="The ceremony is frozen; thaw it first.")
    if c.request is not None:
        words = f"<@{c.request.by}> has asked for the promotion already."
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    left = c.rejected_at + pause(c.rejections) - now
    if left > 0:
        words = f"It was rejected {c.rejections} times. Talk first; ask again in {soon(left)}."
        return Refusal(reason=Reason.NOT_NOW, words=words)
    lifted = tuple(
        Override(check=found.check, cause=found.cause, words=found.words)
        for found in command.evidence.blocks
        if found.check in command.overrides and not found.final
    )
    if lifted and not command.reason.strip():
        words = "Say why the block is overridden: the reason stands in the log."
        return Refusal(reason=Reason.MALFORMED, words=words)
    if standing_blocks(command.evidence, lifted):
        if c.blocked is not None and c.blocked.causes == command.evidence.causes:
            return blocked(command.evidence)
        return [PromotionBlocked(ceremony=c.id, evidence=command.evidence)]
    asked = PromotionRequested(
        ceremony=c.id,
        by=command.by,
        reason=command.reason,
        evidence=command.evidence,
        overrides=lifted,
    )
    return [asked]


def blocked(evidence: Evidence) -> Refusal:
    """Return how a person is told that the gate blocks, whether the log knows it already or not."""
    words = "The promotion is blocked. " + " ".join(found.words for found in evidence.blocks)
    return Refusal(reason=Reason.GATE, words=words, evidence=evidence)


def approve(c: Ceremony, command: Approve, *, now: int, terms: Terms) -> list[Event] | Refusal:
    """Another person than the requester agrees to what the request shows."""
    if not c.is_open or c.phase is Phase.PROMOTING:
        return _too_late(c)
    if c.request is None:
        words = "No promotion is asked for just now, so there is nothing to approve."
        return Refusal(reason=Reason.NO_REQUEST, words=words)
    if command.request != c.request.at:
        return _another_request()
    if command.by == c.request.by:
        words = "You asked for this promotion; another person must approve it."
        return Refusal(reason=Reason.OWN_REQUEST, words=words)
    lapse = ms(terms.rules.ceremony.approval_lapses)
    mine = next((a for a in c.approvals if a.by == command.by), None)
    if mine is not None and now < mine.at + lapse:
        words = "You have approved this promotion already."
        return Refusal(reason=Reason.NOT_NOW, words=words)
    cluster_id = c.request.evidence.target_cluster_id or ""
    return [PromotionApproved(ceremony=c.id, by=command.by, cluster_id=cluster_id)]


def reject(state: SetState, c: Ceremony, command: Reject) -> list[Event] | Refusal:
    """Anybody who may approve may say no: the request is withdrawn, the token stays sealed."""
    sending = state.intents.get(c.cluster)
    if not c.is_open or c.phase is Phase.PROMOTING or (sending and sending.kind is Kind.PROMOTE):
        return _too_late(c)
    if c.request is None:
        words = "No promotion is asked for just now."
        return Refusal(reason=Reason.NO_REQUEST, words=words)
    if command.request != c.request.at:
        return _another_request()
    return [PromotionRejected(ceremony=c.id, by=command.by)]


def _another_request() -> Refusal:
    words = "The request changed since this card was drawn; look at the card again."
    return Refusal(reason=Reason.STALE, words=words)


def _too_late(c: Ceremony) -> Refusal:
    if not c.is_open:
        return Refusal(reason=Reason.NOT_NEEDED, words="The ceremony is over; nothing is needed.")
    return Refusal(reason=Reason.NOT_NOW, words="The promotion was sent to Vault already.")
