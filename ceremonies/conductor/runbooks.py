"""The conductor's side of runbooks: every wish of a person that concerns one comes through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ceremonies.commands import (
    AbortRunbook,
    ApproveStep,
    ContinueStep,
    FinishStep,
    Fresh,
    Reason,
    Refusal,
    RejectStep,
    RequestStep,
    RunbookCommand,
    SkipStep,
    StartRunbook,
)
from ceremonies.conductor.answers import RunbookAnswer, RunbookDone
from ceremonies.conductor.casting import Cast, cast
from ceremonies.conductor.context import context_at_start, starting_context
from ceremonies.conductor.deciding import Rule, appended
from ceremonies.conductor.station import Station
from ceremonies.decide import decide_runbook
from ceremonies.decide.going_back import GoBack, go_back
from ceremonies.events import Event, Play, Purpose
from ceremonies.evidence import Evidence
from ceremonies.plans import plan
from ceremonies.state import SetState

PLAY_FOR = {
    Purpose.PROMOTE: Play.FAILOVER,
    Purpose.UPDATE_PRIMARY: Play.REPOINT,
    Purpose.DISABLE: Play.RETIRE,
}


def planned(
    station: Station,
    play: Play,
    *,
    cluster: str | None,
    by: str,
    reason: str,
    evidence: Evidence | None = None,
) -> StartRunbook | Refusal:
    """Return the runbook as it would begin now: every node is asked, unless it was just."""
    seen = evidence or station.look(cluster or next(iter(station.clients)))
    rules = station.terms().rules
    views = dict(station.views)
    parts = cast(play, station.ledger.state, rules, views, cluster=cluster)
    if isinstance(parts, Refusal):
        return replace(parts, evidence=seen)
    steps = plan(
        play,
        rules,
        target=parts.target,
        source=parts.source,
        secondaries=parts.secondaries,
        performance=_performance(station, parts.source),
        target_is_secondary=parts.target_is_secondary,
    )
    return StartRunbook(
        by=by,
        play=play,
        target=parts.target,
        source=parts.source,
        reason=reason,
        steps=steps,
        evidence=_seen_for(station, play, parts, seen),
    )


def _seen_for(station: Station, play: Play, parts: Cast, seen: Evidence) -> Evidence:
    """Return what was seen, judged as what is to be done: a planned failover or not."""
    context = starting_context(play, station.terms().rules, source=parts.source)
    if seen.target == parts.target and not context.planned:
        return seen
    return station.look(parts.target, context)


def _performance(station: Station, source: str) -> tuple[str, ...]:
    """Return the performance secondaries that the primary knows: each needs a step of its own.

    Of a primary that is silent, those that it knew at the last healthy look.
    """
    view = station.views.get(source)
    if view is not None and view.answers:
        return view.performance_secondaries
    sample = station.samples.newest() if station.samples else None
    return sample.performance_secondaries if sample and sample.primary == source else ()


@dataclass(frozen=True, slots=True)
class Runbooks:
    """Thinks and does, for every set. Its methods return an answer and raise nothing."""

    stations: Mapping[str, Station]

    def run(
        self,
        set_name: str,
        play: Play,
        *,
        by: str,
        cluster: str | None,
        reason: str,
        cause: str,
    ) -> RunbookAnswer:
        """Begin a runbook: its plan is shown, and nothing is done before a commander goes on."""
        station = self.stations[set_name]
        wish = planned(station, play, cluster=cluster, by=by, reason=reason)
        if isinstance(wish, Refusal):
            return wish
        return self._decide(set_name, wish, by=by, cause=cause)

    def go_on(
        self, set_name: str, runbook: str, step: str, *, by: str, cause: str
    ) -> RunbookAnswer:
        """Do this step now, or once more."""
        station = self.stations[set_name]
        found = _step_cluster(station, runbook, step)
        if isinstance(found, Refusal):
            return found
        r = station.ledger.state.find_runbook(runbook)
        context = context_at_start(r, found, station.terms().rules) if r else None
        seen = station.look(found, context)
        wish = ContinueStep(runbook=runbook, step=step, by=by, evidence=seen)
        return self._decide(set_name, wish, by=by, cause=cause)

    def request(
        self,
        set_name: str,
        runbook: str,
        step: str,
        *,
        by: str,
        typed: str,
        reason: str,
        cause: str,
    ) -> RunbookAnswer:
        """Ask for a step that another must approve; `typed` names the cluster: `payments/b`."""
        station = self.stations[set_name]
        found = _step_cluster(station, runbook, step)
        if isinstance(found, Refusal):
            return found
        name = f"{set_name}/{found}"
        if typed.strip().casefold() != name:
            words = f"Type {name} to confirm: that is the cluster that this step changes."
            return Refusal(reason=Reason.MALFORMED, words=words)
        wish = RequestStep(
            runbook=runbook, step=step, by=by, reason=reason, evidence=station.look(found)
        )
        return self._decide(set_name, wish, by=by, cause=cause)

    def approve(
        self, set_name: str, runbook: str, step: str, *, by: str, asked_at: int, cause: str
    ) -> RunbookAnswer:
        """Agree to the step as it was requested at `asked_at`."""
        wish = ApproveStep(runbook=runbook, step=step, by=by, asked_at=asked_at)
        return self._decide(set_name, wish, by=by, cause=cause)

    def reject(
        self, set_name: str, runbook: str, step: str, *, by: str, asked_at: int, cause: str
    ) -> RunbookAnswer:
        """Say no to the step as it was requested at `asked_at`."""
        wish = RejectStep(runbook=runbook, step=step, by=by, asked_at=asked_at)
        return self._decide(set_name, wish, by=by, cause=cause)

    def finish(
        self, set_name: str, runbook: str, step: str, *, by: str, cause: str
    ) -> RunbookAnswer:
        """Say that people did this step."""
        wish = FinishStep(runbook=runbook, step=step, by=by)
        return self._decide(set_name, wish, by=by, cause=cause)

    def skip(self, set_name: str, runbook: str, step: str, *, by: str, cause: str) -> RunbookAnswer:
        """Leave an optional step out."""
        wish = SkipStep(runbook=runbook, step=step, by=by)
        return self._decide(set_name, wish, by=by, cause=cause)

    def abort(self, set_name: str, runbook: str, *, by: str, cause: str) -> RunbookAnswer:
        """Stop here; what is done stays done, and what is owed to Vault is still done."""
        wish = AbortRunbook(runbook=runbook, by=by)
        return self._decide(set_name, wish, by=by, cause=cause)

    def go_back(self, set_name: str, runbook: str, *, by: str, cause: str) -> RunbookAnswer:
        """Stop it, and begin a failover to the cluster that it demoted, in one entry."""
        station = self.stations[set_name]
        r = station.ledger.state.find_runbook(runbook)
        if r is None:
            return _over()
        reason = f"{r.target} did not become primary after {r.source} was demoted"
        plan = planned(station, Play.FAILOVER, cluster=r.source, by=by, reason=reason)
        if isinstance(plan, Refusal):
            return plan
        wish = GoBack(runbook=runbook, by=by, plan=plan, after_ms=station.spans.back_ms)

        def rule(state: SetState, now: int, fresh: Fresh) -> Sequence[Event] | Refusal:
            return go_back(state, wish, now=now, fresh=fresh)

        return self._answer(station, rule, by=by, cause=cause)

    def _decide(self, set_name: str, wish: RunbookCommand, *, by: str, cause: str) -> RunbookAnswer:
        station = self.stations[set_name]
        named = "" if isinstance(wish, StartRunbook) else wish.runbook

        def rule(state: SetState, now: int, fresh: Fresh) -> Sequence[Event] | Refusal:
            return decide_runbook(state, wish, now=now, terms=station.terms(), fresh=fresh)

        return self._answer(station, rule, by=by, cause=cause, named=named)

    def _answer(
        self, station: Station, rule: Rule, *, by: str, cause: str, named: str = ""
    ) -> RunbookAnswer:
        """Return what came of it, with the runbook that is named or else the new one."""
        outcome = appended(station, rule, by=by, cause=cause)
        if isinstance(outcome, Refusal):
            return outcome
        state, fresh, is_new = outcome
        found = state.find_runbook(named or fresh.runbook) or state.runbook
        return RunbookDone(state=state, runbook=found, repeated=not is_new)


def _step_cluster(station: Station, runbook: str, step: str) -> str | Refusal:
    r = station.ledger.state.find_runbook(runbook)
    found = r.step(step) if r else None
    return found.cluster if found else _over()


def _over() -> Refusal:
    return Refusal(reason=Reason.NO_RUNBOOK, words="That runbook is over; nothing was done.")
