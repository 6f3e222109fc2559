"""Where one step is done: its runbook, its clusters, the intent that makes it ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ceremonies.commands import Refusal
from ceremonies.conductor.station import BOT, Station
from ceremonies.events import Action, Event, Intended, Kind, StepRefused
from ceremonies.owed import StepDebt, owed
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.state import SetState
from ceremonies.steps import Do
from ceremonies.vault import ClusterView

KIND_OF = {
    Action.DEMOTE: Kind.DEMOTE,
    Action.DISABLE: Kind.DISABLE,
    Action.ENABLE_PRIMARY: Kind.ENABLE_PRIMARY,
    Action.ENABLE_SECONDARY: Kind.ENABLE_SECONDARY,
    Action.UPDATE_PRIMARY: Kind.UPDATE_PRIMARY,
    Action.SNAPSHOT: Kind.SNAPSHOT,
}
MAX_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One step of one runbook, on this replica."""

    station: Station
    runbook: Runbook
    step: Step

    @property
    def follows(self) -> str:
        """The cluster that secondaries are led to."""
        return self.runbook.follows

    def look(self) -> dict[str, ClusterView]:
        """Ask every node of every cluster now; up to 10 s."""
        self.station.look(self.step.cluster)
        return dict(self.station.views)

    def intend(
        self, do: Do, kind: Kind, *, lane: str, name: str = "", lasts_ms: int = 0
    ) -> Intended | None:
        """Append the intent to do this if it is still owed; None if it is not ours to do.

        It lasts as long as any other, or `lasts_ms`.
        """
        station, r, step = self.station, self.runbook, self.step
        fresh = station.fresh()
        debt = StepDebt(do=do, runbook=r.id, step=step.id, cluster=lane, name=name)

        def build(state: SetState, now: int) -> Sequence[Event]:
            if lane in state.intents or debt not in owed(state, station.terms(), now=now):
                return ()
            intent = Intended(
                effect=fresh.effect,
                kind=kind,
                lane=lane,
                replica=fresh.replica,
                until=station.clock.now() + lasts_ms if lasts_ms else fresh.until,
                ceremony=step.ceremony,
                runbook=r.id,
                step=step.id,
                nonce=name or f"{step.cluster}-{fresh.effect[:8]}",
            )
            return (intent,)

        outcome = station.ledger.append(build, who=BOT, confirm=True)
        if isinstance(outcome, Refusal):
            raise RuntimeError("an intent was refused")  # noqa: TRY004 — a programmer's mistake
        return station.mine(fresh.effect)

    def refuse(
        self,
        problem: str,
        words: str,
        *,
        effect: str = "",
        again: bool = False,
        by_hand: bool = False,
    ) -> None:
        """Note that the step was not done, and whether it is tried again by itself."""
        refused = StepRefused(
            runbook=self.runbook.id,
            step=self.step.id,
            effect=effect,
            problem=problem,
            words=words,
            again=again and self.step.tries + 1 < MAX_TRIES,
            by_hand=by_hand,
        )
        self.conclude(refused, effect=effect)

    def conclude(self, *events: Event, effect: str = "") -> None:
        """Append what came of an effect; without one, unless somebody did so before."""
        if effect:
            self.station.close_intent(effect, *events)
        else:
            self.station.conclude(*events, unless=self._has_moved)

    def _has_moved(self, state: SetState) -> bool:
        r = state.find_runbook(self.runbook.id)
        now = r.step(self.step.id) if r else None
        if now is None or now.state is not self.step.state:
            return True
        return now.state in (StepState.DONE, StepState.SKIPPED) or now.tries != self.step.tries
