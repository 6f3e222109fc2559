"""The usual course beside the model: every fate at every border, everybody who may ask or agree.

Where `test_ceremony_model` goes by chance, this goes through all there is: each step of a
ceremony that nobody disturbs but this once, then left alone until it is over.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from ceremonies.decide import Terms
from ceremonies.events import Purpose
from ceremonies.topology import ApprovalRules
from tests.ceremonies.cast import HOLDERS, KIM, ROSTER, SAM, rules
from tests.ceremonies.model.fate import Blow, Fate
from tests.ceremonies.model.stage import Plan, Stage
from tests.ceremonies.model.world import ModelWorld

BORDERS = 7
STEPS = 7
WHERE_VAULT_IS_ASKED = (2, 3, 4, 6, 7)  # the others are a person's word alone
LONGER_THAN_AN_APPROVAL = 16 * 60
FATES = [
    *(Fate(blow=blow) for blow in Blow if blow not in (Blow.NONE, Blow.HANGS_AFTER)),
    *(Fate(blow=Blow.HANGS_AFTER, hangs=seconds) for seconds in (5, 31, 70)),
    Fate(blow=Blow.HANGS_AFTER, hangs=70, restarted=True),
]
USUAL = Plan(purpose=Purpose.PROMOTE, far=STEPS, asks=SAM, agrees=True, pause=0, fate=None)


def held(plan: Plan, approval: ApprovalRules | None = None) -> Stage:
    """Hold this ceremony and leave it alone; the watcher and the rest have asserted the rules."""
    terms = Terms(rules=rules(approval=approval or ApprovalRules()), roster=ROSTER)
    stage = Stage(ModelWorld(terms=terms))
    stage.usual(plan)
    stage.comes_to_rest()
    return stage


def test_the_usual_course() -> None:
    """Undisturbed it ends with one promotion, which whoever is disturbed must not do twice."""
    assert held(USUAL).world.vault.promotions == 1


@pytest.mark.parametrize("purpose", [Purpose.PROMOTE, Purpose.DRILL])
@pytest.mark.parametrize("far", WHERE_VAULT_IS_ASKED)
def test_every_fate_at_every_border_of_a_step(purpose: Purpose, far: int) -> None:
    """Killed, cut or hung anywhere in this step: it ends, nothing is left, nothing done twice."""
    for border, fate in product(range(BORDERS), FATES):
        plan = replace(USUAL, purpose=purpose, far=far, fate=replace(fate, border=border))
        assert held(plan).world.vault.promotions <= 1


@pytest.mark.parametrize("asks", [*HOLDERS[:3], SAM, KIM])
@pytest.mark.parametrize("wanted", range(4))
@pytest.mark.parametrize("holders_count", [True, False])
def test_who_asks_and_who_agrees(asks: str, wanted: int, *, holders_count: bool) -> None:
    """A promotion is sent if enough others agreed not too long ago, and only then."""
    approval = ApprovalRules(promote_approvers=wanted, holders_count=holders_count)
    for agrees, pause in product((True, False), (0, LONGER_THAN_AN_APPROVAL)):
        plan = replace(USUAL, asks=asks, agrees=agrees, pause=pause)
        others = {*HOLDERS[:3]} if holders_count else set()
        others |= {KIM} if agrees else set()
        enough = len(others - {asks}) >= wanted and not (pause and wanted)
        assert held(plan, approval).world.vault.promotions == int(enough)
