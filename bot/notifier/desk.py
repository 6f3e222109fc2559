"""What drawing one set needs, in one value."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol

from bot.cards.board import Wanted, wanted
from bot.metrics import Metrics
from bot.notifier.drawn import Drawn
from bot.notifier.pace import Pace
from bot.reply import Refused, Reply, SlowDown, Taken, Unheard
from bot.slack_clients import SlackClients
from ceremonies.conductor import Conductor
from ceremonies.observations import Observations
from ceremonies.state import SetState


class Turn(Protocol):
    """Whose turn it is to draw: `ceremonies.lease.Lease`, or a test's."""

    def take(self) -> bool:
        """Return whether it is ours."""

    def release(self) -> None:
        """Let others have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One set's part of the notifier. `command` is the slash command as configured."""

    set_name: str
    conductor: Conductor
    slack: SlackClients = field(repr=False)
    turn: Turn
    drawn: Drawn
    seen: Observations
    pace: Pace
    posts: Executor
    metrics: Metrics
    command: str

    def wanted(self, state: SetState) -> dict[str, Wanted]:
        """Return every card that this state wants to stand in Slack."""
        return wanted(
            state,
            self.conductor.sets[self.set_name],
            self.conductor.roster,
            command=self.command,
            now=self.conductor.now(),
        )

    def count(self, method: str, reply: Reply) -> None:
        """Count a call to Slack that did not go well."""
        match reply:
            case Refused(code=code) | Unheard(problem=code):
                self.metrics.slack_failures.labels(method=method, error=code).inc()
            case SlowDown():
                self.metrics.slack_failures.labels(method=method, error="ratelimited").inc()
            case Taken():
                pass
