"""What the log says of itself: keys, intents, cards in Slack, people woken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ceremonies.evidence import Evidence


class Kind(StrEnum):
    """The effects that are done by intent and outcome."""

    START = "start"
    SHARE = "share"
    CANCEL = "cancel"
    PROMOTE = "promote"
    DELETE_TOKEN = "delete-token"  # noqa: S105 — an effect's name
    POST = "post"
    DEMOTE = "demote"
    DISABLE = "disable"
    ENABLE_PRIMARY = "enable-primary"
    ENABLE_SECONDARY = "enable-secondary"
    ACTIVATE = "activate"
    UPDATE_PRIMARY = "update-primary"
    REVOKE_SECONDARY = "revoke-secondary"
    SNAPSHOT = "snapshot"
    MINT = "mint"
    KILL = "kill"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityIntroduced:
    """A signing key is introduced: by itself in the first entry, later by the one before it."""

    type: Literal["identity_introduced"] = "identity_introduced"
    key_id: str
    public_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterIdSeen:
    """The cluster id that this set's primary carries."""

    type: Literal["cluster_id_seen"] = "cluster_id_seen"
    cluster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """Somebody is about to do an effect; until `until` nobody else touches its lane.

    The lane of an effect at Vault is its cluster's name; that of posting is `post`.
    """

    type: Literal["intended"] = "intended"
    effect: str
    kind: Kind
    lane: str
    replica: str
    until: int
    ceremony: str = ""
    holder: str = ""
    round: int = 0
    x: int = 0
    mark: str = ""
    nonce: str = ""
    keys: tuple[str, ...] = ()
    runbook: str = ""
    step: str = ""
    shift: str = ""
    part: str = ""
    place: int = 0
    ends: int = 0  # of what is minted: no later than this
    force: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Another replica took over an effect whose time had run out."""

    type: Literal["adopted"] = "adopted"
    effect: str
    replica: str
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """An intent ended without its effect: it was certainly not sent."""

    type: Literal["abandoned"] = "abandoned"
    effect: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a card stands in Slack."""

    key: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unposted:
    """A card that Slack would not take, and Slack's code for it."""

    key: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPosted:
    """Cards were posted for the first time."""

    type: Literal["messages_posted"] = "messages_posted"
    effect: str
    posted: tuple[Posted, ...]
    failed: tuple[Unposted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWoken:
    """People outside Slack were notified of all up to entry `upto`; `failed` names the ways."""

    type: Literal["people_woken"] = "people_woken"
    upto: int
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TailLost:
    """Redis lost entries that this replica had read: `lost` are their hashes, oldest first."""

    type: Literal["tail_lost"] = "tail_lost"
    after: int
    lost: tuple[str, ...]


RecordEvent = (
    IdentityIntroduced
    | ClusterIdSeen
    | Intended
    | Adopted
    | Abandoned
    | MessagesPosted
    | PeopleWoken
    | TailLost
)
