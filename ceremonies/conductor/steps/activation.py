"""Activation tokens: made by the primary, sealed before they are told of, forgotten when lost.

The token opens the primary's data to a cluster (docs/facts/vault.md 5.4): it is in the keychain
only, never in Slack, and a secondary's id whose token was lost is revoked at the primary.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from ceremonies.conductor.steps.scene import Scene
from ceremonies.errors import VaultError
from ceremonies.events import (
    Abandoned,
    ActivationIssued,
    ActivationSpent,
    Intended,
    Kind,
)
from ceremonies.state import SetState
from ceremonies.steps import Do, lost_ids
from ceremonies.vault import Mode
from ceremonies.vault.errors import ActivationUnfit, PermissionDenied, TruthUnknown

log = structlog.get_logger()

KIND = "activation"


def activate(scene: Scene) -> None:
    """Have the primary make an activation token for the step's cluster."""
    station, step = scene.station, scene.step
    client = station.clients[scene.follows]
    node = client.active_node()
    try:
        login = station.logins[scene.follows].token(node)
    except PermissionDenied as error:
        words = f"{scene.follows}: {error} {error.advice}"
        scene.refuse(type(error).__name__, words, by_hand=True)
        return
    intent = scene.intend(Do.ACTIVATE, Kind.ACTIVATE, lane=scene.follows)
    if intent is None:
        return
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        made = client.operations.activation_token(node, login, intent.nonce)
    except TruthUnknown:
        settle_activation(scene, intent)
        return
    except PermissionDenied as error:
        words = f"{scene.follows}: {error} {error.advice}"
        scene.refuse("PermissionDenied", words, effect=intent.effect, by_hand=True)
        return
    except VaultError as error:
        words = f"{scene.follows} made no activation token. {error} {error.advice}"
        if isinstance(error, ActivationUnfit):
            # The primary knows this id now, and nobody will use what was made for it.
            scene.conclude(_spent(scene, intent, words))
        scene.refuse(type(error).__name__, words, effect=intent.effect, again=True)
        return
    kept_s = max(60, (made.expires_at - station.clock.now()) // 1000)
    station.keep_named(KIND, step.cluster, intent.nonce, made.token, expires_in=kept_s)
    issued = ActivationIssued(
        runbook=scene.runbook.id,
        step=step.id,
        effect=intent.effect,
        secondary_id=intent.nonce,
        until=made.expires_at,
        primary=scene.follows,
        primary_address=made.address,
    )
    station.close_intent(intent.effect, issued)
    log.info("activation.issued", set=station.name, primary=scene.follows, cluster=step.cluster)


def settle_activation(scene: Scene, intent: Intended) -> None:
    """A token whose reply was lost is held by nobody: its id is revoked, another one is made."""
    words = "The primary's answer was lost, so nobody holds this activation token."
    spent = replace(_spent(scene, intent, words), effect=intent.effect)
    scene.station.close_intent(intent.effect, spent)


def _spent(scene: Scene, intent: Intended, words: str) -> ActivationSpent:
    return ActivationSpent(
        runbook=scene.runbook.id, step=scene.step.id, secondary_id=intent.nonce, words=words
    )


def revoke(scene: Scene, secondary_id: str) -> None:
    """Have the primary forget a secondary's id whose activation token nobody will use.

    Not the id by which a cluster says that it follows: it would be cut off. Its order was taken
    after all, later than anybody looked, or what the log said of it was lost.
    """
    station = scene.station
    station.keychain.delete(KIND, scene.step.cluster, secondary_id)
    if _is_in_use(scene, secondary_id):
        kept = ActivationSpent(
            runbook=scene.runbook.id,
            step=scene.step.id,
            secondary_id=secondary_id,
            revoked=True,
            words="A cluster follows by this id: it stays.",
        )
        station.conclude(kept, unless=lambda state: not _is_owed(state, scene, secondary_id))
        log.info("activation.in_use", set=station.name, cluster=scene.step.cluster)
        return
    client = station.clients[scene.follows]
    node = client.active_node()
    login = station.logins[scene.follows].token(node)
    intent = scene.intend(Do.REVOKE, Kind.REVOKE_SECONDARY, lane=scene.follows, name=secondary_id)
    if intent is None or not station.may_send(intent):
        return
    try:
        client.operations.revoke_secondary(node, login, secondary_id)
    except VaultError as error:
        why = Abandoned(effect=intent.effect, why=type(error).__name__)
        station.close_intent(intent.effect, why)
        raise
    gone = ActivationSpent(
        runbook=scene.runbook.id,
        step=scene.step.id,
        effect=intent.effect,
        secondary_id=secondary_id,
        revoked=True,
    )
    station.close_intent(intent.effect, gone)


def _is_in_use(scene: Scene, secondary_id: str) -> bool:
    views = scene.look().values()
    told = [view.dr for view in views if view.dr is not None and view.dr.mode is Mode.SECONDARY]
    return any(dr.secondary_id == secondary_id for dr in told)


def _is_owed(state: SetState, scene: Scene, secondary_id: str) -> bool:
    r = state.find_runbook(scene.runbook.id)
    step = r.step(scene.step.id) if r else None
    return r is not None and step is not None and secondary_id in lost_ids(state, r, step)
