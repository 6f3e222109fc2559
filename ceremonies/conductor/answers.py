"""What the conductor answers to a person's wish."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.ceremony import Ceremony
from ceremonies.commands import Refusal
from ceremonies.state import SetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It is in the log. `repeated`: this very click was answered before.

    Not `settled`: Vault was asked and nobody knows yet what came of it; the card will tell.
    """

    state: SetState
    ceremony: Ceremony | None
    repeated: bool = False
    settled: bool = True


Answer = Done | Refusal
