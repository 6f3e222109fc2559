"""The course of a ceremony: its start, its clock, who holds it up, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ceremonies.evidence import Evidence


class Purpose(StrEnum):
    """What the DR operation token of a ceremony is for."""

    PROMOTE = "promote"
    UPDATE_PRIMARY = "update-primary"
    DISABLE = "disable"
    DRILL = "drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyStarted:
    """A commander called the key holders together."""

    type: Literal["ceremony_started"] = "ceremony_started"
    ceremony: str
    cluster: str
    purpose: Purpose
    reason: str
    by: str
    holders: tuple[str, ...]
    roster_hash: str
    evidence: Evidence
    deadline: int
    max_at: int
    runbook: str = ""
    rules_hash: str = ""  # empty where an earlier version wrote it
    duty: str = ""  # the token on duty that it takes instead of the key holders' shares
    by_hand: bool = False  # that token is in its lead's hands: they give the orders themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartAsked:
    """A commander wants a new attempt; `cancel_nonce` is the open one they agreed to end."""

    type: Literal["restart_asked"] = "restart_asked"
    ceremony: str
    by: str
    cancel_nonce: str = ""
    holders: tuple[str, ...] = ()
    evidence: Evidence | None = None
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderDeclined:
    """A key holder cannot take part."""

    type: Literal["holder_declined"] = "holder_declined"
    ceremony: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersReminded:
    """Those who have not answered are reminded; `by` is empty when the clock did it."""

    type: Literal["holders_reminded"] = "holders_reminded"
    ceremony: str
    holders: tuple[str, ...]
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineNear:
    """The commanders are asked to extend or to stop."""

    type: Literal["deadline_near"] = "deadline_near"
    ceremony: str
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineExtended:
    """A commander gave more time, never past the ceremony's maximum."""

    type: Literal["deadline_extended"] = "deadline_extended"
    ceremony: str
    by: str
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyFrozen:
    """Somebody says that this looks wrong: no share goes to Vault, nothing is promoted."""

    type: Literal["ceremony_frozen"] = "ceremony_frozen"
    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThawAgreed:
    """One person says that the ceremony may go on."""

    type: Literal["thaw_agreed"] = "thaw_agreed"
    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyThawed:
    """A commander and another person agreed: the ceremony goes on with a moved deadline."""

    type: Literal["ceremony_thawed"] = "ceremony_thawed"
    ceremony: str
    by: tuple[str, ...]
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyCancelled:
    """A commander called it off."""

    type: Literal["ceremony_cancelled"] = "ceremony_cancelled"
    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyExpired:
    """Its time ran out; `cause` is `deadline`, `max`, `token-unused`, or `token-refused`."""

    type: Literal["ceremony_expired"] = "ceremony_expired"
    ceremony: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChanged:
    """The people or key holders were configured anew in mid-ceremony."""

    type: Literal["roster_changed"] = "roster_changed"
    ceremony: str
    roster_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """The rules for approvals or times were configured anew in mid-ceremony."""

    type: Literal["rules_changed"] = "rules_changed"
    ceremony: str
    rules_hash: str


CourseEvent = (
    CeremonyStarted
    | RestartAsked
    | HolderDeclined
    | HoldersReminded
    | DeadlineNear
    | DeadlineExtended
    | CeremonyFrozen
    | ThawAgreed
    | CeremonyThawed
    | CeremonyCancelled
    | CeremonyExpired
    | RosterChanged
    | RulesChanged
)
