"""Leaving out a runbook's step, and stopping a runbook."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.commands import AbortRunbook, Reason, Refusal, SkipStep
from ceremonies.events import (
    Action,
    CeremonyCancelled,
    Event,
    Intended,
    Kind,
    RunbookAborted,
    StepSkipped,
)
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.state import SetState

_OPTIONAL = (Action.SNAPSHOT, Action.CANARY, Action.CLIENTS, Action.PERFORMANCE)
_FOLLOWS = (Action.TOKEN, Action.UPDATE_PRIMARY)


def skip(state: SetState, r: Runbook, step: Step, command: SkipStep) -> list[Event] | Refusal:
    """Leave a step out, if what follows can be done without it."""
    follows = step.action in _FOLLOWS and step.cluster != r.target
    if step.action not in _OPTIONAL and not follows:
        return _not_now("Nothing that follows could be done without this step.")
    if step.state is StepState.ACCEPTED:
        return _not_now("Vault has taken this on; wait until it is done.")
    ended = _ended_with(state.find(step.ceremony), by=command.by)
    return [*ended, StepSkipped(runbook=r.id, step=step.id, by=command.by)]


def abort(state: SetState, r: Runbook, command: AbortRunbook, *, now: int) -> list[Event] | Refusal:
    """Stop the runbook, and end its ceremonies."""
    if is_asked(state, r, ending=True, now=now):
        return Refusal(reason=Reason.BUSY, words="Vault is being asked just now; wait for it.")
    ceremonies = [c for c in state.open_ceremonies if c.runbook == r.id]
    asked = [state.intents.get(c.cluster) for c in ceremonies]
    if any(c.phase is Phase.PROMOTING for c in ceremonies) or any(
        intent and intent.kind == "promote" for intent in asked
    ):
        return _not_now("The promotion was sent to Vault; it cannot be taken back.")
    ended = [event for c in ceremonies for event in _ended_with(c, by=command.by)]
    return [*ended, RunbookAborted(runbook=r.id, by=command.by)]


def is_asked(
    state: SetState, r: Runbook, *, ending: bool, now: int, step: Step | None = None
) -> bool:
    """Whether Vault is being asked for the runbook, or for this step of it.

    Whoever is `ending` something does not wait for a snapshot: it changes nothing, and lasts. Nor
    for an order of which nobody knows what became of it: its cluster may never answer again, and
    another one has to be promoted meanwhile. When it does answer, what it did is taken in.
    """

    def holds_up(intent: Intended) -> bool:
        if intent.runbook != r.id or (step is not None and intent.step != step.id):
            return False
        return not (ending and (intent.kind is Kind.SNAPSHOT or now >= intent.until))

    return any(holds_up(intent) for intent in state.intents.values())


def _ended_with(c: Ceremony | None, *, by: str) -> list[Event]:
    if c is None or not c.is_open or c.phase is Phase.PROMOTING:
        return []
    return [CeremonyCancelled(ceremony=c.id, by=by)]


def _not_now(words: str) -> Refusal:
    return Refusal(reason=Reason.NOT_NOW, words=words)
