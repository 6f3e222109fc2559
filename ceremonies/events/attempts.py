"""What happens to an attempt at Vault and to the shares that are given for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Lost(StrEnum):
    """Why an attempt can lead nowhere any more."""

    VANISHED = "vanished"
    LAST_REPLY_LOST = "last-reply-lost"
    SUPERSEDED = "superseded"
    OTP_UNREADABLE = "otp-unreadable"
    UNDECODABLE = "undecodable"
    RESET_BY_OTHERS = "reset-by-others"
    OLDER_RETURNED = "older-returned"


class RoundLoss(StrEnum):
    """Why a round's shares were thrown away while its nonce goes on."""

    SHARE_DID_NOT_FIT = "share-did-not-fit"
    RESET_OUTSIDE = "reset-outside"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOpened:
    """Vault opened an attempt: its nonce, and how many shares it requires."""

    type: Literal["attempt_opened"] = "attempt_opened"
    ceremony: str
    effect: str
    nonce: str
    required: int
    node: str
    deadline: int
    recovery_keys: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRefused:
    """Vault opened no attempt."""

    type: Literal["attempt_refused"] = "attempt_refused"
    ceremony: str
    effect: str
    problem: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAttemptFound:
    """An attempt is open at Vault that is not this ceremony's: only a person's word ends it.

    `probably_ours`: we may have started it, but hold no OTP of it, or only until it is deleted.
    """

    type: Literal["foreign_attempt_found"] = "foreign_attempt_found"
    ceremony: str
    effect: str
    nonce: str
    progress: int
    required: int
    probably_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAccepted:
    """Vault counted this holder's share. It says nothing about whether the share is right."""

    type: Literal["share_accepted"] = "share_accepted"
    ceremony: str
    effect: str
    holder: str
    round: int
    x: int
    mark: str
    progress: int
    required: int
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRefused:
    """A share was not counted; the round goes on.

    `of_cluster`: not the share is at fault but the cluster, which is the commander's matter too.
    """

    type: Literal["share_refused"] = "share_refused"
    ceremony: str
    effect: str
    holder: str
    round: int
    problem: str
    words: str
    of_cluster: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareConflicted:
    """A share with an x that this round has, but other bytes. It was not sent."""

    type: Literal["share_conflicted"] = "share_conflicted"
    ceremony: str
    holder: str
    round: int
    other: str
    x: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLost:
    """Vault threw the round's shares away; the nonce goes on and everybody may give again."""

    type: Literal["round_lost"] = "round_lost"
    ceremony: str
    round: int
    effect: str = ""
    cause: RoundLoss
    holder: str = ""
    words: str
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOutside:
    """Progress grew without us while the nonce is ours: `count` shares in all came so."""

    type: Literal["given_outside"] = "given_outside"
    ceremony: str
    count: int
    progress: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCompleted:
    """The DR operation token is decoded and sealed in the keychain."""

    type: Literal["attempt_completed"] = "attempt_completed"
    ceremony: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLost:
    """The attempt can lead nowhere; a new one can be started.

    `nonce_seen`: the attempt that stands in its place; `leader`: the node that leads now, if asked.
    """

    type: Literal["attempt_lost"] = "attempt_lost"
    ceremony: str
    effect: str = ""
    cause: Lost
    nonce_seen: str = ""
    still_open: bool = False
    leader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCancelled:
    """No attempt with this nonce is open at Vault any more; perhaps one that is not ours."""

    type: Literal["attempt_cancelled"] = "attempt_cancelled"
    ceremony: str
    effect: str
    outcome: str


AttemptEvent = (
    AttemptOpened
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
)
