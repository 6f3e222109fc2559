"""Steps that change nothing: the canary is read, a Raft snapshot is taken."""

from __future__ import annotations

import structlog

from ceremonies.conductor.steps.scene import MAX_TRIES, Scene
from ceremonies.errors import VaultError
from ceremonies.events import Abandoned, Kind, StepDone, StepRefused
from ceremonies.steps import Do
from ceremonies.vault.errors import PermissionDenied

log = structlog.get_logger()


def read_canary(scene: Scene) -> None:
    """Read the canary with the bot's own login: the cluster serves, or it is said why not."""
    station, step = scene.station, scene.step
    path = station.terms().rules.canary_path or ""
    client = station.clients[step.cluster]
    try:
        node = client.active_node()
        login = station.logins[step.cluster].token(node)
        readable = client.operations.canary(node, login, path)
    except VaultError as error:
        _unread(scene, f"{path} was not read. {error} {error.advice}", error)
        return
    if not readable:
        _unread(scene, f"{path} holds nothing on {step.cluster}.", None)
        return
    words = f"{path} was read on {step.cluster} with Conclave's own login."
    scene.conclude(StepDone(runbook=scene.runbook.id, step=step.id, words=words))


def _unread(scene: Scene, words: str, error: VaultError | None) -> None:
    """Asked again by itself: a cluster that was just promoted takes its time."""
    refused = StepRefused(
        runbook=scene.runbook.id,
        step=scene.step.id,
        effect="",
        problem=type(error).__name__ if error else "empty",
        words=words,
        again=scene.step.tries + 1 < MAX_TRIES,
    )
    scene.conclude(refused)


def snapshot(scene: Scene) -> None:
    """Take a Raft snapshot of the step's cluster to the configured directory."""
    station, step = scene.station, scene.step
    directory = station.terms().rules.snapshots
    if directory is None:
        words = "No place for snapshots is configured (`snapshots`): take one by hand, or decline."
        scene.refuse("no-place", words)
        return
    client = station.clients[step.cluster]
    node = client.active_node()
    try:
        login = station.logins[step.cluster].token(node)
    except PermissionDenied as error:
        scene.refuse("PermissionDenied", f"{error} {error.advice}")
        return
    lasts = station.spans.snapshot_ms
    intent = scene.intend(Do.ORDER, Kind.SNAPSHOT, lane=step.cluster, lasts_ms=lasts)
    if intent is None:
        return
    name = f"{station.name}-{step.cluster}-{intent.effect}.snap"
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        size = client.operations.snapshot(node, login, directory / name)
    except VaultError as error:
        scene.refuse(type(error).__name__, f"{error} {error.advice}", effect=intent.effect)
        return
    done = StepDone(
        runbook=scene.runbook.id,
        step=step.id,
        effect=intent.effect,
        words=f"{name}, {size} bytes, in the configured directory.",
    )
    station.close_intent(intent.effect, done)
    log.info("snapshot.taken", set=station.name, cluster=step.cluster, size=size)
