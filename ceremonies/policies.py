"""The ring of fixed policies and roles from which tokens on duty are minted."""

from __future__ import annotations

RING = 8


def policy_name(place: int) -> str:
    """Return the name of this ring place's policy, which is that of its role too."""
    return f"conclave-shift-{place}"


def creation_path(place: int) -> str:
    """Return where a token of this ring place is made, as a wrap tells it."""
    return f"auth/token/create/{policy_name(place)}"
