"""What a primary has of policies and roles beside what is needed."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.vault import ClusterClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The ring places from which tokens may be minted, and what an operator has to mend."""

    places_ready: frozenset[int]
    problems: tuple[str, ...] = ()


def lint(client: ClusterClient, node: str, token: str, *, longest_s: int) -> Findings:
    """Return what was found. Raises VaultError."""
    raise NotImplementedError
