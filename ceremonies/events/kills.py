"""A ring place put out of force: asked for, agreed to, done on the primary, and everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Spread(StrEnum):
    """What is known of a ring place on another cluster, after its policy was deleted."""

    REFUSED = "refused"  # it refuses a token of that place that the bot holds
    CAUGHT_UP = "caught-up"  # it has what the primary had written by then
    BEHIND = "behind"  # it follows the primary again, and is not that far yet
    CUT_OFF = "cut-off"  # it does not follow the primary

    @property
    def is_out(self) -> bool:
        """Whether the tokens are known to be out of force there."""
        return self in (Spread.REFUSED, Spread.CAUGHT_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class KillAsked:
    """Somebody wants the tokens of a ring place out of force: its policy deleted."""

    type: Literal["kill_asked"] = "kill_asked"
    place: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillAgreed:
    """A second person agrees."""

    type: Literal["kill_agreed"] = "kill_agreed"
    place: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillRejected:
    """Somebody says no, or whoever asked takes it back."""

    type: Literal["kill_rejected"] = "kill_rejected"
    place: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDeleted:
    """The policy of this ring place is gone on the primary `cluster`: its tokens may do nothing.

    `others` are the clusters that have to follow; there they work until those have it too.
    """

    type: Literal["policy_deleted"] = "policy_deleted"
    effect: str
    place: int
    cluster: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSpread:
    """What is known of a deleted policy on another cluster is another than before."""

    type: Literal["kill_spread"] = "kill_spread"
    place: int
    cluster: str
    spread: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class KillRefused:
    """The policy could not be deleted, or it is not known; it is tried again.

    No `effect`: no cluster could be asked at all.
    """

    type: Literal["kill_refused"] = "kill_refused"
    effect: str
    place: int
    words: str


KillEvent = KillAsked | KillAgreed | KillRejected | PolicyDeleted | KillSpread | KillRefused
