"""What can happen; to and from log entries.

Times are milliseconds since the epoch, by Redis's clock. No event holds a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from ceremonies.errors import LogBroken
from ceremonies.events.attempts import (
    AttemptCancelled,
    AttemptCompleted,
    AttemptEvent,
    AttemptLost,
    AttemptOpened,
    AttemptRefused,
    ForeignAttemptFound,
    GivenOutside,
    Lost,
    RoundLoss,
    RoundLost,
    ShareAccepted,
    ShareConflicted,
    ShareRefused,
)
from ceremonies.events.course import (
    CeremonyCancelled,
    CeremonyExpired,
    CeremonyFrozen,
    CeremonyStarted,
    CeremonyThawed,
    CourseEvent,
    DeadlineExtended,
    DeadlineNear,
    HolderDeclined,
    HoldersReminded,
    Purpose,
    RestartAsked,
    RosterChanged,
    RulesChanged,
    ThawAgreed,
)
from ceremonies.events.duty import (
    CoverageChanged,
    DutyEvent,
    HandoverAsked,
    HandoverConfirmed,
    HandoverLate,
    MintAsked,
    MintLate,
    MintLost,
    MintRefused,
    Part,
    Proof,
    ProofChanged,
    RingChecked,
    RotaChecked,
    TokenMinted,
    WrapCollected,
    WrapLoss,
    WrapLost,
    WrapShown,
)
from ceremonies.events.kills import (
    KillAgreed,
    KillAsked,
    KillRefused,
    KillRejected,
    KillSpread,
    PolicyDeleted,
    Spread,
)
from ceremonies.events.promotions import (
    ForceAgreed,
    ForceRequested,
    Promoted,
    PromotionAccepted,
    PromotionApproved,
    PromotionBlocked,
    PromotionEvent,
    PromotionRefused,
    PromotionRejected,
    PromotionRequested,
    PromotionSlow,
    TokenDeleted,
    TokenDeletionUnknown,
    TokenNotDeletable,
)
from ceremonies.events.record import (
    Abandoned,
    Adopted,
    ClusterIdSeen,
    IdentityIntroduced,
    Intended,
    Kind,
    MessagesPosted,
    PeopleWoken,
    Posted,
    RecordEvent,
    TailLost,
    Unposted,
)
from ceremonies.events.runbooks import (
    Action,
    ActivationIssued,
    ActivationSpent,
    Guard,
    NodesSealed,
    PlannedStep,
    Play,
    RunbookAborted,
    RunbookEvent,
    RunbookStarted,
    SecondaryLeaves,
    SecondPrimaryGone,
    SecondPrimarySeen,
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
from ceremonies.events.watching import (
    AccessClosed,
    AccessReminded,
    AccessSeen,
    BreakGlassApproved,
    BreakGlassNeeded,
    ForeignAttemptGone,
    ForeignAttemptSeen,
    GhostFound,
    TokenAdmitted,
    WatchEvent,
)

__all__ = [
    "Abandoned",
    "AccessClosed",
    "AccessReminded",
    "AccessSeen",
    "Action",
    "ActivationIssued",
    "ActivationSpent",
    "Adopted",
    "AttemptCancelled",
    "AttemptCompleted",
    "AttemptLost",
    "AttemptOpened",
    "AttemptRefused",
    "BreakGlassApproved",
    "BreakGlassNeeded",
    "CeremonyCancelled",
    "CeremonyExpired",
    "CeremonyFrozen",
    "CeremonyStarted",
    "CeremonyThawed",
    "ClusterIdSeen",
    "CoverageChanged",
    "DeadlineExtended",
    "DeadlineNear",
    "Event",
    "ForceAgreed",
    "ForceRequested",
    "ForeignAttemptFound",
    "ForeignAttemptGone",
    "ForeignAttemptSeen",
    "GhostFound",
    "GivenOutside",
    "Guard",
    "HandoverAsked",
    "HandoverConfirmed",
    "HandoverLate",
    "HolderDeclined",
    "HoldersReminded",
    "IdentityIntroduced",
    "Intended",
    "KillAgreed",
    "KillAsked",
    "KillRefused",
    "KillRejected",
    "KillSpread",
    "Kind",
    "Lost",
    "MessagesPosted",
    "MintAsked",
    "MintLate",
    "MintLost",
    "MintRefused",
    "NodesSealed",
    "Part",
    "PeopleWoken",
    "PlannedStep",
    "Play",
    "PolicyDeleted",
    "Posted",
    "Promoted",
    "PromotionAccepted",
    "PromotionApproved",
    "PromotionBlocked",
    "PromotionRefused",
    "PromotionRejected",
    "PromotionRequested",
    "PromotionSlow",
    "Proof",
    "ProofChanged",
    "Purpose",
    "RestartAsked",
    "RingChecked",
    "RosterChanged",
    "RotaChecked",
    "RoundLoss",
    "RoundLost",
    "RulesChanged",
    "RunbookAborted",
    "RunbookStarted",
    "SecondPrimaryGone",
    "SecondPrimarySeen",
    "SecondaryLeaves",
    "ShareAccepted",
    "ShareConflicted",
    "ShareRefused",
    "Spread",
    "StepAccepted",
    "StepApproved",
    "StepContinued",
    "StepDone",
    "StepHandedOut",
    "StepRefused",
    "StepRejected",
    "StepRequested",
    "StepSkipped",
    "StepSlow",
    "TailLost",
    "ThawAgreed",
    "TokenAdmitted",
    "TokenDeleted",
    "TokenDeletionUnknown",
    "TokenMinted",
    "TokenNotDeletable",
    "Unposted",
    "WrapCollected",
    "WrapLoss",
    "WrapLost",
    "WrapShown",
    "from_plain",
    "to_plain",
]

Event = Annotated[
    RecordEvent
    | AttemptEvent
    | CourseEvent
    | PromotionEvent
    | RunbookEvent
    | WatchEvent
    | DutyEvent,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def to_plain(event: Event) -> dict[str, Any]:
    """Return the event as JSON-ready values, as a log entry stores it."""
    plain: dict[str, Any] = _ADAPTER.dump_python(event, mode="json", exclude_defaults=False)
    return plain


def from_plain(plain: Mapping[str, Any]) -> Event:
    """Return the event that a log entry holds.

    Raises LogBroken for one that this version does not know: a newer replica wrote it, and
    to go on without understanding it would be guessing.
    """
    try:
        return _ADAPTER.validate_python(dict(plain), strict=False)
    except ValidationError:
        kind = str(plain.get("type", "?"))[:60]
        raise LogBroken(
            f"the log holds an event this version cannot read: {kind}",
            advice="Run the same version of Conclave on every replica.",
        ) from None
