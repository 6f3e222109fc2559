"""What is seen at the clusters while nobody does anything there: attempts, and who is let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAttemptSeen:
    """An attempt is open at Vault that belongs to no ceremony of ours.

    `ours`: it is an earlier one of ours that came back from the memory of a node that leads again.
    """

    type: Literal["foreign_attempt_seen"] = "foreign_attempt_seen"
    cluster: str
    nonce: str
    progress: int
    required: int
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAttemptGone:
    """That attempt is not open any more: completed or cancelled, which Vault does not say."""

    type: Literal["foreign_attempt_gone"] = "foreign_attempt_gone"
    cluster: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostFound:
    """An attempt that this set's log gave up stands in the way of a new one: it is ended first."""

    type: Literal["ghost_found"] = "ghost_found"
    ceremony: str
    effect: str
    nonce: str
    progress: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassNeeded:
    """Vault wants a token for the attempt and was given none that counts (403)."""

    type: Literal["break_glass_needed"] = "break_glass_needed"
    ceremony: str
    effect: str
    cluster: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassApproved:
    """A second person agrees that the cluster is opened to attempts without a token."""

    type: Literal["break_glass_approved"] = "break_glass_approved"
    ceremony: str
    cluster: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAdmitted:
    """Vault lets us in with a token now; nothing needs to be opened."""

    type: Literal["token_admitted"] = "token_admitted"
    ceremony: str
    cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSeen:
    """These nodes let attempts be made without a token; `admits`: ours may be made now.

    Without a ceremony: nobody asked for it.
    """

    type: Literal["access_seen"] = "access_seen"
    ceremony: str
    cluster: str
    nodes: tuple[str, ...]
    admits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessReminded:
    """The ceremony is over and nodes still let anybody in: people are told again."""

    type: Literal["access_reminded"] = "access_reminded"
    cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClosed:
    """Every node refuses attempts without a token again; `by` says so where none can be asked."""

    type: Literal["access_closed"] = "access_closed"
    cluster: str
    by: str = ""


WatchEvent = (
    ForeignAttemptSeen
    | ForeignAttemptGone
    | GhostFound
    | BreakGlassNeeded
    | BreakGlassApproved
    | TokenAdmitted
    | AccessSeen
    | AccessReminded
    | AccessClosed
)
