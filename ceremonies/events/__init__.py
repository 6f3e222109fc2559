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
from ceremonies.events.promotions import (
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
    TailLost,
    Unposted,
)

__all__ = [
    "Abandoned",
    "Adopted",
    "AttemptCancelled",
    "AttemptCompleted",
    "AttemptLost",
    "AttemptOpened",
    "AttemptRefused",
    "CeremonyCancelled",
    "CeremonyExpired",
    "CeremonyFrozen",
    "CeremonyStarted",
    "CeremonyThawed",
    "ClusterIdSeen",
    "DeadlineExtended",
    "DeadlineNear",
    "Event",
    "ForeignAttemptFound",
    "GivenOutside",
    "HolderDeclined",
    "HoldersReminded",
    "IdentityIntroduced",
    "Intended",
    "Kind",
    "Lost",
    "MessagesPosted",
    "PeopleWoken",
    "Posted",
    "Promoted",
    "PromotionAccepted",
    "PromotionApproved",
    "PromotionBlocked",
    "PromotionRefused",
    "PromotionRejected",
    "PromotionRequested",
    "PromotionSlow",
    "Purpose",
    "RestartAsked",
    "RosterChanged",
    "RoundLoss",
    "RoundLost",
    "RulesChanged",
    "ShareAccepted",
    "ShareConflicted",
    "ShareRefused",
    "TailLost",
    "ThawAgreed",
    "TokenDeleted",
    "TokenDeletionUnknown",
    "TokenNotDeletable",
    "Unposted",
    "from_plain",
    "to_plain",
]

Event = Annotated[
    IdentityIntroduced
    | ClusterIdSeen
    | Intended
    | Adopted
    | Abandoned
    | MessagesPosted
    | PeopleWoken
    | TailLost
    | AttemptOpened
    | AttemptRefused
    | ForeignAttemptFound
    | ShareAccepted
    | ShareRefused
    | ShareConflicted
    | RoundLost
    | GivenOutside
    | AttemptCompleted
    | AttemptLost
    | AttemptCancelled
    | CeremonyStarted
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
    | PromotionRequested
    | PromotionApproved
    | PromotionRejected
    | PromotionBlocked
    | PromotionAccepted
    | PromotionRefused
    | PromotionSlow
    | Promoted
    | TokenDeleted
    | TokenNotDeletable
    | TokenDeletionUnknown,
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
