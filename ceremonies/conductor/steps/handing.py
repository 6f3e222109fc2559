"""The gate before a planned demotion, and handing that demotion out to people while it is open.

Nothing is demoted before the promotion could follow. What the bot may not send itself is under the
same promise: the command is on the card only for the request that people agreed to, and the gate
is asked for as long as it stands there.
"""

from __future__ import annotations

import structlog

from ceremonies.ceremony import Ceremony
from ceremonies.conductor.context import context_of
from ceremonies.conductor.promotions import forbids
from ceremonies.conductor.steps.proofs import hindrance
from ceremonies.conductor.steps.scene import Scene
from ceremonies.events import PromotionBlocked, StepHandedOut
from ceremonies.evidence import Check, Evidence
from ceremonies.state import SetState
from ceremonies.steps import is_wanted, promotion_of

log = structlog.get_logger()

_LOOK_AGAIN_S = 1.0
_WAITS = 4  # for records on their way, before they are records that are missing


def lets_pass(scene: Scene) -> bool:
    """Ask the gate once more before the primary is demoted; where it says no, that is noted."""
    asked = _judged(scene)
    if asked is None:
        return False
    if forbids(*asked):
        _shut(scene, *asked)
        return False
    return True


def hand_out(scene: Scene) -> None:
    """Let people demote the primary, if the gate, asked now, lets the promotion follow."""
    station, step = scene.station, scene.step
    words = _hindrance(scene)
    if words:
        scene.refuse("hindered", words, again=True)
        return
    c = promotion_of(station.ledger.state, scene.runbook)
    if c is None or c.request is None or not lets_pass(scene):
        return
    handed = StepHandedOut(runbook=scene.runbook.id, step=step.id, request=c.request.at)

    def moved(state: SetState) -> bool:
        r = state.find_runbook(scene.runbook.id)
        now = r.step(step.id) if r else None
        if r is None or now is None:
            return True
        terms, at = station.terms(), station.clock.now()
        return not is_wanted(state, r, now, terms.rules, now=at, roster=terms.roster)

    station.conclude(handed, unless=moved)
    log.info("step.handed_out", set=station.name, step=step.id, runbook=scene.runbook.id)


def hold_back(scene: Scene) -> None:
    """Take the command back where the gate would not let the promotion follow any more.

    It has to say so twice: while people demote it, a cluster's nodes differ for a moment. Once it
    does not answer as primary it may be on its way, and its evidence comes next.
    """
    asked = _shut_now(scene)
    if asked is None or scene.station.ledger.closing.wait(_LOOK_AGAIN_S):
        return
    asked = _shut_now(scene)
    if asked is not None:
        _shut(scene, *asked)


def _shut_now(scene: Scene) -> tuple[Ceremony, Evidence] | None:
    """Return whose gate is shut, and by what, while the primary still answers as one."""
    asked = _judged(scene)
    return asked if asked and forbids(*asked) and not _hindrance(scene) else None


def _shut(scene: Scene, c: Ceremony, evidence: Evidence) -> None:
    """Say that the gate is shut: what was agreed to is void, and has to be asked for anew."""
    station, request = scene.station, c.request
    blocked = PromotionBlocked(ceremony=c.id, evidence=evidence)

    def changed(state: SetState) -> bool:
        now = state.find(c.id)
        return now is None or now.request != request or c.cluster in state.intents

    station.conclude(blocked, unless=changed)


def _judged(scene: Scene) -> tuple[Ceremony, Evidence] | None:
    """Ask every node; return what the gate says now of the promotion, and whose; None: of none.

    Records that are just on their way are waited for: every login writes some.
    """
    asked = _asked(scene)
    for _ in range(_WAITS):
        blocks = asked[1].blocks if asked else ()
        if {found.check for found in blocks} != {Check.LOSS}:
            break
        if scene.station.ledger.closing.wait(_LOOK_AGAIN_S):
            break
        asked = _asked(scene)
    return asked


def _asked(scene: Scene) -> tuple[Ceremony, Evidence] | None:
    station = scene.station
    state, rules = station.ledger.state, station.terms().rules
    c = promotion_of(state, scene.runbook)
    if c is None or c.request is None:
        return None
    return c, station.look(c.cluster, context_of(state, c, rules))


def _hindrance(scene: Scene) -> str:
    return hindrance(scene.runbook, scene.step, scene.station.views)
