"""The plan of each runbook: which steps, in which order, behind which guard. Pure.

The orders are those of docs/facts/vault.md 5.2 and 5.3: whatever answers as primary is demoted
before another cluster is promoted, and nothing is wiped or disabled by one person.
"""

from __future__ import annotations

from collections.abc import Iterable

from ceremonies.events import Action, Guard, PlannedStep, Play, Purpose
from ceremonies.topology import ReplicationSet

CEREMONY_FOR = {
    Action.PROMOTE: Purpose.PROMOTE,
    Action.UPDATE_PRIMARY: Purpose.UPDATE_PRIMARY,
    Action.DISABLE: Purpose.DISABLE,
}


def plan(
    play: Play,
    rules: ReplicationSet,
    *,
    target: str,
    source: str,
    secondaries: Iterable[str] = (),
    performance: Iterable[str] = (),
    target_is_secondary: bool = True,
) -> tuple[PlannedStep, ...]:
    """Return the steps of `play` on `target`.

    `source` is the cluster that is primary now (a failover: was), `secondaries` are the others
    that follow it, `performance` names the performance secondaries of the primary.
    """
    others = tuple(name for name in secondaries if name not in (target, source))
    match play:
        case Play.FAILOVER:
            steps = [
                *_promotion(rules, target),
                *_performance(performance),
                *_follow(rules, others),
            ]
        case Play.PLANNED_FAILOVER | Play.FAILBACK:
            steps = [
                *_planned(rules, target, source),
                *_performance(performance),
                *_follow(rules, (*others, source)),
            ]
        case Play.REJOIN:
            steps = [
                _step(Action.SNAPSHOT, target, Guard.CONTINUE),
                _step(Action.DEMOTE, target, Guard.TYPED),
                *_follow(rules, (target,)),
            ]
        case Play.RETIRE:
            steps = _retirement(rules, target, is_secondary=target_is_secondary)
        case Play.REPOINT:
            steps = _follow(rules, (target,))
        case Play.SETUP:
            steps = [
                _step(Action.ENABLE_PRIMARY, source, Guard.CONTINUE),
                _step(Action.SNAPSHOT, target, Guard.CONTINUE),
                _step(Action.ENABLE_SECONDARY, target, Guard.TYPED),
            ]
    return tuple(_by_hand_where_wanted(step, rules.hands) for step in steps)


def tokens_needed(steps: Iterable[PlannedStep]) -> tuple[str, ...]:
    """Return the clusters on which a ceremony is needed, in order, where no token is on duty."""
    return tuple(step.cluster for step in steps if step.action is Action.TOKEN)


def _step(action: Action, cluster: str, guard: Guard, *, beside: bool = False) -> PlannedStep:
    return PlannedStep(action=action, cluster=cluster, guard=guard, beside=beside)


def _promotion(rules: ReplicationSet, target: str) -> list[PlannedStep]:
    token = _step(Action.TOKEN, target, Guard.CONTINUE)
    return [token, _step(Action.PROMOTE, target, Guard.NONE), *_afterwards(rules, target)]


def _planned(rules: ReplicationSet, target: str, source: str) -> list[PlannedStep]:
    """The token first and the approvals of the promotion: they are the demotion's approvals too."""
    return [
        _step(Action.TOKEN, target, Guard.CONTINUE),
        _step(Action.DEMOTE, source, Guard.NONE),
        _step(Action.PROMOTE, target, Guard.NONE),
        *_afterwards(rules, target),
    ]


def _afterwards(rules: ReplicationSet, target: str) -> list[PlannedStep]:
    steps = []
    if rules.canary_path:
        steps.append(_step(Action.CANARY, target, Guard.NONE, beside=True))
    if rules.client_checklist:
        steps.append(_step(Action.CLIENTS, target, Guard.HANDS, beside=True))
    return steps


def _follow(rules: ReplicationSet, clusters: Iterable[str]) -> list[PlannedStep]:
    steps = []
    for cluster in clusters:
        steps.extend(_token_for(rules, Action.UPDATE_PRIMARY, cluster))
        steps.append(_step(Action.UPDATE_PRIMARY, cluster, Guard.NONE))
    return steps


def _token_for(rules: ReplicationSet, action: Action, cluster: str) -> list[PlannedStep]:
    """Return the ceremony for a step that takes a DR operation token; none where people do it.

    What Conclave holds it gives to nobody: a token made for them would be made in vain.
    """
    wanted = action.value not in rules.hands
    return [_step(Action.TOKEN, cluster, Guard.CONTINUE)] if wanted else []


def _retirement(rules: ReplicationSet, target: str, *, is_secondary: bool) -> list[PlannedStep]:
    snapshot = _step(Action.SNAPSHOT, target, Guard.CONTINUE)
    disable = _step(Action.DISABLE, target, Guard.TYPED)
    if is_secondary:
        return [*_token_for(rules, Action.DISABLE, target), disable]
    return [snapshot, disable]


def _performance(names: Iterable[str]) -> list[PlannedStep]:
    return [_step(Action.PERFORMANCE, name, Guard.HANDS, beside=True) for name in names]


def _by_hand_where_wanted(step: PlannedStep, hands: tuple[str, ...]) -> PlannedStep:
    if step.action.value not in hands:
        return step
    return PlannedStep(
        action=step.action,
        cluster=step.cluster,
        guard=step.guard,
        beside=step.beside,
        by_hand=True,
    )
