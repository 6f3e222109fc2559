"""What drawing one set needs, in one value."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol

from bot.cards.board import Wanted, wanted
from bot.cards.runbook import BACK_MS
from bot.metrics import Metrics
from bot.notifier.drawn import Drawn, digest
from bot.notifier.pace import Pace
from bot.reply import Refused, Reply, SlowDown, Taken, Unheard
from bot.slack_clients import SlackClients
from ceremonies.conductor import Conductor
from ceremonies.observations import Observations
from ceremonies.roster import Roster
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet


class Turn(Protocol):
    """Whose turn it is to draw: `ceremonies.lease.Lease`, or a test's."""

    def take(self) -> bool:
        """Return whether it is ours."""

    def release(self) -> None:
        """Let others have it."""


_SAME_MS = 1000  # what a card says of time changes that slowly


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The cards of one state, as drawn at `at` (ms), and their digests as far as asked for."""

    state: SetState
    rules: ReplicationSet
    roster: Roster
    at: int
    wanted: dict[str, Wanted]
    digests: dict[str, str] = field(default_factory=dict)

    def shows(self, state: SetState, rules: ReplicationSet, roster: Roster, *, now: int) -> bool:
        """Return whether these are the cards of this very state, rules and people."""
        same = state is self.state and rules is self.rules and roster is self.roster
        return same and abs(now - self.at) < _SAME_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One set's part of the notifier.

    `command` is the slash command as configured; `back_ms` after a demotion without a primary,
    going back is offered.
    """

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
    back_ms: int = BACK_MS
    _newest: list[Sheet] = field(default_factory=list)

    def wanted(self, state: SetState) -> dict[str, Wanted]:
        """Return every card that this state wants to stand in Slack."""
        return self._sheet(state).wanted

    def digest(self, state: SetState, key: str) -> str:
        """Return what tells this card, as this state wants it, from any other."""
        sheet = self._sheet(state)
        if key not in sheet.digests:
            sheet.digests[key] = digest(sheet.wanted[key].card)
        return sheet.digests[key]

    def _sheet(self, state: SetState) -> Sheet:
        """Draw this state once: the same is asked for at every step, for every card of it."""
        rules, roster = self.conductor.sets[self.set_name], self.conductor.roster
        now = self.conductor.now()
        if self._newest and self._newest[0].shows(state, rules, roster, now=now):
            return self._newest[0]
        cards = wanted(state, rules, roster, command=self.command, now=now, back_ms=self.back_ms)
        self._newest[:] = [Sheet(state=state, rules=rules, roster=roster, at=now, wanted=cards)]
        return self._newest[0]

    def count(self, method: str, reply: Reply) -> None:
        """Count a call to Slack that did not go well."""
        match reply:
            case Refused(code=code) | Unheard(problem=code):
                self.metrics.slack_failures.labels(method=method, error=code).inc()
            case SlowDown():
                self.metrics.slack_failures.labels(method=method, error="ratelimited").inc()
            case Taken():
                pass
