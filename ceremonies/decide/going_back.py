"""Going back: a set that has had no primary for a while gets the one again that was demoted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ceremonies.commands import Fresh, Reason, Refusal, StartRunbook
from ceremonies.decide.runbooks import begin
from ceremonies.decide.terms import soon
from ceremonies.events import CeremonyCancelled, Event, RunbookAborted
from ceremonies.runbook import Runbook
from ceremonies.state import SetState


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack:
    """Stop `runbook` and begin `plan`, a failover to the cluster that it demoted.

    It is offered `after_ms` after the demotion: until then the promotion may only be slow.
    """

    runbook: str
    by: str
    plan: StartRunbook
    after_ms: int


def go_back(state: SetState, command: GoBack, *, now: int, fresh: Fresh) -> list[Event] | Refusal:
    """Return the one entry that stops the runbook and begins the way back, or a Refusal.

    A promotion that Vault took on and never finished holds nobody up: the gates ask every node
    before another one is sent, and the cluster that took it on is one of those that are asked.
    """
    r = state.find_runbook(command.runbook)
    if r is None or not r.is_open:
        words = "That runbook is over; nothing was done."
        return Refusal(reason=Reason.NO_RUNBOOK, words=words)
    refused = _too_early(r, command, now=now)
    if refused is not None:
        return refused
    if _is_asking(state, r, now=now):
        return Refusal(reason=Reason.BUSY, words="Vault is being asked just now; wait for it.")
    begun = begin(replace(state, runbooks=()), command.plan, fresh=fresh)
    if isinstance(begun, Refusal):
        return begun
    ended = [
        CeremonyCancelled(ceremony=c.id, by=command.by)
        for c in state.open_ceremonies
        if c.runbook == r.id
    ]
    return [*ended, RunbookAborted(runbook=r.id, by=command.by), *begun]


def _too_early(r: Runbook, command: GoBack, *, now: int) -> Refusal | None:
    since = r.without_primary_since
    if not since:
        words = "No cluster is demoted that could be promoted back here."
        return Refusal(reason=Reason.NOT_NOW, words=words)
    left = since + command.after_ms - now
    if left <= 0:
        return None
    words = f"{r.target} may still become primary; going back is possible in {soon(left)}."
    return Refusal(reason=Reason.NOT_NOW, words=words)


def _is_asking(state: SetState, r: Runbook, *, now: int) -> bool:
    """Whether a step of this runbook may be on its way to Vault; after `until` nothing is.

    A promotion on its way is not waited for: it is what does not come to an end.
    """
    return any(i.runbook == r.id and now < i.until for i in state.intents.values())
