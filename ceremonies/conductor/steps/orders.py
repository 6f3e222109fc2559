"""Giving Vault a step's order once, knowing whether it was taken, and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from ceremonies.conductor.promotions import duty_refused
from ceremonies.conductor.steps.activation import KIND as ACTIVATION
from ceremonies.conductor.steps.handing import hold_back, lets_pass
from ceremonies.conductor.steps.leaving import note_leaver
from ceremonies.conductor.steps.proofs import Proof, hindrance, proof
from ceremonies.conductor.steps.reading import snapshot
from ceremonies.conductor.steps.scene import KIND_OF, Scene
from ceremonies.errors import SecretUnreadable, VaultError
from ceremonies.events import (
    Abandoned,
    Action,
    ActivationSpent,
    Event,
    Intended,
    StepAccepted,
    StepDone,
    StepRefused,
    StepSlow,
)
from ceremonies.owed import SLOW_MS
from ceremonies.runbook import StepState
from ceremonies.steps import Do, is_handed_out, is_planned_demotion
from ceremonies.vault import Accepted
from ceremonies.vault.errors import PermissionDenied, RightMissing, TruthUnknown

log = structlog.get_logger()

_LOOK_AGAIN_S = 1.0
_JOINS = (Action.UPDATE_PRIMARY, Action.ENABLE_SECONDARY)


def order(scene: Scene) -> None:
    """Order the step at Vault, unless what it is for holds already or something hinders it."""
    step = scene.step
    if step.action is Action.SNAPSHOT:
        snapshot(scene)
        return
    views = scene.look()
    found = proof(step, views, follows=scene.follows)
    if found.holds:
        _done(scene, found)
        return
    note_leaver(scene, views[step.cluster])
    words = hindrance(scene.runbook, step, views)
    if words:
        scene.refuse("hindered", words, again=True)  # a cluster that changes roles is away a while
        return
    send = _prepared(scene)
    if send is None:
        return
    # Last of all: between this look and the order nothing is waited for but the log.
    if is_planned_demotion(scene.runbook, step) and not lets_pass(scene):
        return
    intent = scene.intend(Do.ORDER, KIND_OF[step.action], lane=step.cluster)
    if intent is not None:
        _send(scene, intent, send)


def _send(scene: Scene, intent: Intended, send: Callable[[], Accepted]) -> None:
    station, step = scene.station, scene.step
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        reply = send()
    except TruthUnknown:
        _watch_for_taken(scene, intent)
        return
    except VaultError as error:
        station.close_intent(intent.effect, *_refusals(scene, intent, error))
        return
    accepted = StepAccepted(
        runbook=scene.runbook.id,
        step=step.id,
        effect=intent.effect,
        warnings=tuple(reply.warnings),
    )
    station.close_intent(intent.effect, accepted)
    log.info("step.accepted", set=station.name, step=step.id, runbook=scene.runbook.id)


def _prepared(scene: Scene) -> Callable[[], Accepted] | None:
    """Return what sends the order, with its secrets opened; None where they cannot be had."""
    station, step = scene.station, scene.step
    client = station.clients[step.cluster]
    node = client.active_node()
    ops = client.operations
    try:
        match step.action:
            case Action.DEMOTE:
                login = station.logins[step.cluster].token(node)
                return lambda: ops.demote(node, login)
            case Action.ENABLE_PRIMARY:
                login = station.logins[step.cluster].token(node)
                return lambda: ops.enable_primary(node, login)
            case Action.ENABLE_SECONDARY:
                login = station.logins[step.cluster].token(node)
                activation = _activation(scene)
                return lambda: ops.enable_secondary(node, login, activation)
            case Action.DISABLE if not step.ceremony:
                login = station.logins[step.cluster].token(node)
                return lambda: ops.disable_primary(node, login)
            case Action.DISABLE:
                token = _dr_token(scene)
                return lambda: ops.disable_secondary(node, token)
            case _:
                token, activation = _dr_token(scene), _activation(scene)
                return lambda: ops.update_primary(node, token, activation)
    except PermissionDenied as error:
        scene.refuse("PermissionDenied", f"{error} {error.advice}", by_hand=True)
    except SecretUnreadable as error:
        scene.refuse("secret-unreadable", f"{error} {error.advice}")
    return None


def _dr_token(scene: Scene) -> str:
    c = scene.station.ledger.state.find(scene.step.ceremony)
    if c is None:
        raise RuntimeError("a step that needs a token has a ceremony")
    return scene.station.token_of(c)


def _activation(scene: Scene) -> str:
    held = scene.step.activation
    name = held.secondary_id if held else ""
    return scene.station.keychain.open(ACTIVATION, scene.step.cluster, name).decode()


def _refusals(scene: Scene, intent: Intended, error: VaultError) -> Sequence[Event]:
    """What Vault's no means: a right that we lack is people's work; a used token makes way."""
    step = scene.step
    denied = isinstance(error, RightMissing)
    refused = StepRefused(
        runbook=scene.runbook.id,
        step=step.id,
        effect=intent.effect,
        problem=type(error).__name__,
        words=f"{error} {error.advice}",
        by_hand=denied,
    )
    spent = (_spent(scene),) if step.action in _JOINS and step.activation is not None else ()
    c = scene.station.ledger.state.find(step.ceremony)
    if c is not None and c.duty and isinstance(error, PermissionDenied):
        return (*spent, refused, *duty_refused(c, str(error)))
    return (*spent, refused)


def _spent(scene: Scene) -> ActivationSpent:
    """A failed try may have consumed the activation token: it is not sent again."""
    held = scene.step.activation
    return ActivationSpent(
        runbook=scene.runbook.id,
        step=scene.step.id,
        secondary_id=held.secondary_id if held else "",
        words="The try may have consumed this activation token.",
    )


def _watch_for_taken(scene: Scene, intent: Intended) -> None:
    """Look whether an order whose reply was lost was taken; never send it again from here."""
    station = scene.station
    while station.clock.now() < intent.until and station.mine(intent.effect) is not None:
        if proof(scene.step, scene.look(), follows=scene.follows).holds:
            settle_order(scene, intent)
            return
        if station.ledger.closing.wait(_LOOK_AGAIN_S):
            return


def settle_order(scene: Scene, intent: Intended) -> None:
    """Say whether an order whose reply nobody has was taken, from what every node says now.

    A cluster that does not answer proves nothing: the intent stays open and is adopted again.
    """
    station, step = scene.station, scene.step
    views = scene.look()
    if proof(step, views, follows=scene.follows).holds:
        taken = StepAccepted(
            runbook=scene.runbook.id, step=step.id, effect=intent.effect, seen=True
        )
        station.close_intent(intent.effect, taken)
        return
    if views[step.cluster].dr is None:
        return
    joins = step.action in _JOINS
    words = f"Vault's answer was lost, and it was not done: {step.cluster} is as before."
    refused = StepRefused(
        runbook=scene.runbook.id,
        step=step.id,
        effect=intent.effect,
        problem="not-taken",
        words=words,
        # Joining anew with a new activation token is harmless; a change of role is not repeated.
        again=joins,
    )
    spent = (_spent(scene),) if joins and step.activation is not None else ()
    station.close_intent(intent.effect, *spent, refused)


def confirm(scene: Scene) -> None:
    """Note that the step is done, or that it is slow; where people do it, only that it is done."""
    step = scene.step
    found = proof(step, scene.look(), follows=scene.follows)
    if found.holds:
        _done(scene, found)
        return
    note_leaver(scene, scene.station.views[step.cluster])
    if _is_with_people(scene):
        hold_back(scene)
        return
    late = scene.station.clock.now() - step.accepted_at >= SLOW_MS
    if step.state is StepState.ACCEPTED and late and not step.slow:
        words = f"Accepted, and not done after two minutes: {found.words}"
        slow = StepSlow(runbook=scene.runbook.id, step=step.id, words=words)
        scene.conclude(slow)


def _is_with_people(scene: Scene) -> bool:
    """Whether people have the command of a planned demotion, and it is not on its way yet."""
    r, step = scene.runbook, scene.step
    handed = is_planned_demotion(r, step) and is_handed_out(scene.station.ledger.state, r, step)
    return handed and step.state is not StepState.ACCEPTED


def _done(scene: Scene, found: Proof) -> None:
    step = scene.step
    scene.conclude(StepDone(runbook=scene.runbook.id, step=step.id, words=found.words))
    if step.activation is not None:
        scene.station.keychain.delete(ACTIVATION, step.cluster, step.activation.secondary_id)
    log.info("step.done", set=scene.station.name, step=step.id, runbook=scene.runbook.id)
