"""Which of a runbook's steps is to be done now, and what of it. Pure."""

from __future__ import annotations

from enum import StrEnum

from ceremonies.approval import is_approved, is_step_approved
from ceremonies.ceremony import Ceremony, Phase, TokenState
from ceremonies.events import Action
from ceremonies.roster import Roster
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

ACTIVATION_MARGIN_MS = 60_000  # an activation token that ends sooner is not sent any more


class Do(StrEnum):
    """What a step needs done now."""

    ACTIVATE = "activate"  # the primary makes an activation token
    ORDER = "order"  # Vault is given the step's order
    CONFIRM = "confirm"  # it is looked whether what the step is for holds
    HAND_OUT = "hand out"  # people are given the order's command
    READ = "read"  # the canary is read
    REVOKE = "revoke"  # the primary forgets a secondary's id that nobody has


_OFFERED = (StepState.WAITING, StepState.WANTED)
_JOINS = (Action.UPDATE_PRIMARY, Action.ENABLE_SECONDARY)
_PROVEN = (*_JOINS, Action.DEMOTE, Action.DISABLE, Action.ENABLE_PRIMARY)


def due(
    state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int, roster: Roster
) -> tuple[Do, str] | None:
    """Return what this step at hand needs done, and on whose lane; None: nothing but people.

    A lane is a cluster's name; a cluster that is being asked something already has no other work.
    Nor has the primary for it: while an order's answer is missing, its cluster may be joining by
    the activation token that it has, and by another one it would lose its primary.
    """
    found = _due(state, r, step, rules, now=now, roster=roster)
    busy = step.cluster in state.intents or (found is not None and found[1] in state.intents)
    return None if busy else found


def _due(
    state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int, roster: Roster
) -> tuple[Do, str] | None:
    if step.state is StepState.ACCEPTED:
        return Do.CONFIRM, step.cluster
    if now < step.retry_at or step.state is StepState.REFUSED:
        return None
    if step.action is Action.CANARY:
        return (Do.READ, step.cluster) if step.state in _OFFERED else None
    if step.by_hand and step.action in _PROVEN:
        return _of_people(state, r, step, rules, now=now, roster=roster), step.cluster
    if not is_wanted(state, r, step, rules, now=now, roster=roster):
        return None
    if step.action in _JOINS and needs_activation(step, now=now):
        return Do.ACTIVATE, r.follows
    return Do.ORDER, step.cluster


def _of_people(
    state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int, roster: Roster
) -> Do:
    """Return what is due of a step that people do: its evidence, after they may do it."""
    waits = is_planned_demotion(r, step) and not is_handed_out(state, r, step)
    wanted = waits and is_wanted(state, r, step, rules, now=now, roster=roster)
    return Do.HAND_OUT if wanted else Do.CONFIRM


def is_planned_demotion(r: Runbook, step: Step) -> bool:
    """Return whether this takes the set's primary away, so that the promotion has to follow."""
    return step.action is Action.DEMOTE and r.of(Action.PROMOTE) is not None


def is_handed_out(state: SetState, r: Runbook, step: Step) -> bool:
    """Return whether people were given a planned demotion, for the request that stands now."""
    c = promotion_of(state, r)
    return c is not None and c.request is not None and c.request.at == step.handed_out


def lost_ids(state: SetState, r: Runbook, step: Step) -> tuple[str, ...]:
    """Return the secondaries' ids that the primary has to forget: nobody has or uses them.

    With those that were lost goes the one of a step that was left out or stopped. Not while its
    order may be on its way, nor once Vault took it on: who has joined would lose its primary.
    """
    over = step.state is StepState.SKIPPED or not r.is_open
    asked = any(i.runbook == r.id and i.step == step.id for i in state.intents.values())
    if step.activation is None or not over or asked or step.state is StepState.ACCEPTED:
        return step.lost_ids
    return (*step.lost_ids, step.activation.secondary_id)


def needs_activation(step: Step, *, now: int) -> bool:
    """Return whether no activation token is held that could still be used."""
    return step.activation is None or now >= step.activation.until - ACTIVATION_MARGIN_MS


def is_wanted(
    state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int, roster: Roster
) -> bool:
    """Return whether all that has to come before the order has come: people, tokens, steps."""
    if step not in r.at_hand or step.state in (StepState.REFUSED, StepState.ACCEPTED):
        return False
    match step.action:
        case Action.DEMOTE if is_planned_demotion(r, step):
            # Nothing is demoted before the promotion could follow at once.
            c = promotion_of(state, r)
            return c is not None and is_ready(c) and is_approved(c, rules, now=now, roster=roster)
        case Action.DEMOTE | Action.ENABLE_SECONDARY:
            return is_step_approved(step, rules, now=now, roster=roster)
        case Action.DISABLE:
            c = state.find(step.ceremony)
            agreed = is_step_approved(step, rules, now=now, roster=roster)
            return agreed and (c is None or is_ready(c))
        case Action.UPDATE_PRIMARY:
            c = state.find(step.ceremony)
            return c is not None and is_ready(c)
        case Action.SNAPSHOT | Action.ENABLE_PRIMARY:
            return step.state is StepState.WANTED
        case _:
            return False


def promotion_of(state: SetState, r: Runbook) -> Ceremony | None:
    """Return the ceremony whose token promotes this runbook's target, or None."""
    step = r.of(Action.PROMOTE)
    return state.find(step.ceremony) if step and step.ceremony else None


def is_ready(c: Ceremony) -> bool:
    """Return whether the ceremony's token is held and nobody froze it."""
    return c.phase is Phase.TOKEN_HELD and c.token is TokenState.HELD and not c.frozen


def is_using(state: SetState, c: Ceremony) -> bool:
    """Return whether a step is on its way that this ceremony's token is for: it is not idle."""
    r = state.find_runbook(c.runbook) if c.runbook else None
    if r is None or not r.is_open:
        return False
    uses = [s for s in r.steps if s.ceremony == c.id and s.action is not Action.TOKEN]
    first = r.of(Action.DEMOTE)
    if first is not None and r.of(Action.PROMOTE) is not None:
        uses.append(first)
    busy = {intent.step for intent in state.intents.values() if intent.runbook == r.id}
    return any(s.state is StepState.ACCEPTED or s.id in busy for s in uses)
