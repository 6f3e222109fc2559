"""Batch tokens for shifts: minted, wrapped, looked at; and the policies that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ceremonies.vault.wire import Wire


class Verdict(StrEnum):
    """Whether a cluster takes a token."""

    GOOD = "good"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict, and why, in words for people."""

    verdict: Verdict
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A batch token, and what was granted."""

    token: str = field(repr=False)
    ttl_s: int
    kind: str = ""
    policies: tuple[str, ...] = ()
    renewable: bool = False
    orphan: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A wrapping token for a batch token."""

    token: str = field(repr=False)
    accessor: str = field(repr=False)
    wrap_ttl_s: int
    creation_path: str = ""
    created: float = 0.0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapSeen:
    """What a look at a wrap tells: it waits still, or is gone."""

    waiting: bool
    creation_path: str = ""
    created: float = 0.0
    ttl_s: int = 0


def complaints(
    made: Minted | Wrapped, *, place: int, ttl_s: int, wrap_s: int = 0
) -> tuple[str, ...]:
    """Return what is not as it was asked for, in words for people."""
    raise NotImplementedError


class ShiftTokens:
    """What may be asked about batch tokens, node by node."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def mint(self, node: str, token: str, *, place: int, ttl_s: int) -> Minted:
        """Return a batch token from this ring place."""
        raise NotImplementedError

    def mint_wrapped(
        self, node: str, token: str, *, place: int, ttl_s: int, wrap_s: int
    ) -> Wrapped:
        """Return a batch token from this ring place, wrapped."""
        raise NotImplementedError

    def wrap_lookup(self, node: str, wrapping_token: str) -> WrapSeen:
        """Return whether the wrap waits; it is not consumed."""
        raise NotImplementedError

    def verdict_on_primary(self, node: str, token: str) -> Said:
        """Return whether the primary takes the token: lookup and capabilities."""
        raise NotImplementedError

    def verdict_on_secondary(self, node: str, token: str) -> Said:
        """Return whether a DR secondary takes the token: the autopilot read."""
        raise NotImplementedError

    def delete_policy(self, node: str, token: str, name: str) -> None:
        """The policy is not there any more."""
        raise NotImplementedError


__all__: Sequence[str] = ("ShiftTokens", "complaints")
