"""What a promotion is judged in: planned or not, by which token, beside what else. Pure."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import Ceremony, Phase, TokenState
from ceremonies.events import Action, Play, Proof
from ceremonies.gates import Context, TokenLife
from ceremonies.runbook import Runbook
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

_PLANNED = (Play.PLANNED_FAILOVER, Play.FAILBACK)


def context_of(state: SetState, c: Ceremony, rules: ReplicationSet) -> Context:
    """Return what is to be done with this ceremony's token, as the gates need to know it."""
    r = state.find_runbook(c.runbook) if c.runbook else None
    planned = r is not None and r.play in _PLANNED
    return Context(
        planned=planned,
        source=r.source if r else "",
        demoted=planned and r is not None and not r.demotes_first,
        other_promotion=_other(state, c),
        token=_life(state, c),
        clients=rules.client_checklist,
    )


def _life(state: SetState, c: Ceremony) -> TokenLife:
    """Return how long the token lasts: a DR operation token has no end, one on duty has."""
    token = state.duties.find(c.duty) if c.duty else None
    held = c.token is TokenState.HELD
    if token is None:
        return TokenLife(held=held and not c.duty, endless=not c.duty)
    seen = token.proofs.get(c.cluster)
    known = seen is not None and seen.answer is not Proof.UNKNOWN
    accepted = seen.answer is Proof.GOOD if seen is not None and known else None
    return TokenLife(held=held, accepted=accepted, ends_at=token.until)


def starting_context(play: Play, rules: ReplicationSet, *, source: str) -> Context:
    """Return the context of a promotion that has no ceremony yet, and no demotion behind it."""
    return Context(planned=play in _PLANNED, source=source, clients=rules.client_checklist)


def context_at_start(r: Runbook, cluster: str, rules: ReplicationSet) -> Context | None:
    """Return in what a ceremony on `cluster` begins within this runbook; None: in no promotion."""
    step = r.of(Action.PROMOTE)
    if step is None or step.cluster != cluster:
        return None
    context = starting_context(r.play, rules, source=r.source)
    return replace(context, demoted=context.planned and not r.demotes_first)


def _other(state: SetState, c: Ceremony) -> str:
    """Return another ceremony of this set that promotes, as people name it; or nothing."""
    promoting = (
        other
        for other in state.open_ceremonies
        if other.id != c.id and (other.phase is Phase.PROMOTING or other.request is not None)
    )
    found = next(promoting, None)
    return f"{state.name}/{found.cluster}" if found else ""
