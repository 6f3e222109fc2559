"""By which id the primary knows a secondary that leaves: noted while that still tells it."""

from __future__ import annotations

from ceremonies.conductor.steps.scene import Scene
from ceremonies.events import Action, SecondaryLeaves
from ceremonies.vault import ClusterView, Mode


def note_leaver(scene: Scene, view: ClusterView) -> None:
    """Write down the id of a secondary whose replication is to be disabled, if it was not yet."""
    r, step = scene.runbook, scene.step
    if step.action is not Action.DISABLE or not r.retires_secondary:
        return
    if view.dr is None or view.dr.mode is not Mode.SECONDARY:
        return
    name = view.dr.secondary_id
    if name and name != step.leaves:
        scene.conclude(SecondaryLeaves(runbook=r.id, step=step.id, secondary_id=name))
