"""What people want of tokens on duty, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueToken:
    """Mint a token for the shift that is on or opens next, though one was lost or refused."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowWrap:
    """The lead wants to see how their token is collected."""

    duty: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisownWrap:
    """The lead says that it was not they who opened the wrap."""

    duty: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHandover:
    """A lead, going or coming, says that the shift is handed over."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskKill:
    """Put the tokens of a ring place out of force; `place` 0: that of the token on duty."""

    by: str
    reason: str
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeKill:
    """Agree to the kill that was asked for at `asked_at` (ms)."""

    by: str
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectKill:
    """Say no to the kill that was asked for at `asked_at` (ms)."""

    by: str
    asked_at: int


DutyCommand = (
    IssueToken | ShowWrap | DisownWrap | ConfirmHandover | AskKill | AgreeKill | RejectKill
)
