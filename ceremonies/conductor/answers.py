"""What the conductor answers to a person's wish."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.runbook import Runbook
from ceremonies.state import SetState

STORE_AWAY = Refusal(
    reason=Reason.STORE,
    words="Redis does not answer, so nothing was decided and nothing is lost. Try again soon.",
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookDone:
    """It is in the log. `repeated`: this very click was answered before."""

    state: SetState
    runbook: Runbook | None
    repeated: bool = False


RunbookAnswer = RunbookDone | Refusal
