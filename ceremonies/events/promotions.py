"""From the request to promote to the end of the token that did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ceremonies.evidence import Evidence, Override


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRequested:
    """A commander typed the cluster's name and asked for the promotion.

    `overrides`: blocks that they want lifted, for the reason given; one more person must agree.
    """

    type: Literal["promotion_requested"] = "promotion_requested"
    ceremony: str
    by: str
    reason: str
    evidence: Evidence
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionApproved:
    """Another person agreed to what the request's evidence showed."""

    type: Literal["promotion_approved"] = "promotion_approved"
    ceremony: str
    by: str
    cluster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRejected:
    """Somebody said no; the request is withdrawn."""

    type: Literal["promotion_rejected"] = "promotion_rejected"
    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionBlocked:
    """The gate said no: request and approvals are void."""

    type: Literal["promotion_blocked"] = "promotion_blocked"
    ceremony: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceRequested:
    """A commander typed `SET/CLUSTER force`: promote it though it has not applied all.

    Nothing of it counts any more at `until`.
    """

    type: Literal["force_requested"] = "force_requested"
    ceremony: str
    by: str
    reason: str
    until: int
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceAgreed:
    """Another person typed the same."""

    type: Literal["force_agreed"] = "force_agreed"
    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionAccepted:
    """Vault took the promotion on. That is acceptance, not completion.

    `by_hand`: it was handed to the lead, whose token nobody else has; Vault was not asked by us.
    """

    type: Literal["promotion_accepted"] = "promotion_accepted"
    ceremony: str
    effect: str
    warnings: tuple[str, ...] = ()
    seen: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRefused:
    """Vault did not promote. `again` says whether asking once more is right."""

    type: Literal["promotion_refused"] = "promotion_refused"
    ceremony: str
    effect: str
    problem: str
    words: str
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionSlow:
    """Accepted two minutes ago and the target is not primary yet."""

    type: Literal["promotion_slow"] = "promotion_slow"
    ceremony: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """The target answers as primary, active and unsealed."""

    type: Literal["promoted"] = "promoted"
    ceremony: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDeleted:
    """Vault deleted the DR operation token."""

    type: Literal["token_deleted"] = "token_deleted"
    ceremony: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenNotDeletable:
    """Vault says that this is no secondary any more, so it deletes no DR operation token."""

    type: Literal["token_not_deletable"] = "token_not_deletable"
    ceremony: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDeletionUnknown:
    """Whether the token still lives is not known; it is tried again.

    `sent`: the order to delete it may have reached Vault.
    """

    type: Literal["token_deletion_unknown"] = "token_deletion_unknown"
    ceremony: str
    effect: str
    words: str
    sent: bool = False


PromotionEvent = (
    PromotionRequested
    | PromotionApproved
    | PromotionRejected
    | PromotionBlocked
    | ForceRequested
    | ForceAgreed
    | PromotionAccepted
    | PromotionRefused
    | PromotionSlow
    | Promoted
    | TokenDeleted
    | TokenNotDeletable
    | TokenDeletionUnknown
)
