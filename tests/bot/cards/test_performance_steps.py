"""Performance secondaries of the set: the card warns, and has a step for each."""

from __future__ import annotations

import html
import json

import pytest

from bot.cards import limits
from bot.cards.runbook import runbook_card
from ceremonies.commands import FinishStep, Refusal, SkipStep, StartRunbook
from ceremonies.events import Play, StepDone
from ceremonies.evidence import Evidence
from ceremonies.plans import plan
from ceremonies.runbook import RunbookEnding, StepState
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.world import CLEAR, Truth, World
from tests.ceremonies.sights import node, sample, seen, silent

NAMES = ("eu-west", "ap-south")
STEPS = tuple(f"performance:{name}" for name in NAMES)


def evidence() -> Evidence:
    """Return what was seen: `a` is gone, and was a performance primary when it was well."""
    last = sample(performance="primary", performance_secondaries=NAMES)
    return seen(silent("a"), node("b"), sample=last)


def begun(names: tuple[str, ...] = NAMES, shown: Evidence = CLEAR) -> World:
    """Return the world of a failover whose primary had these performance secondaries."""
    world = World(truth=Truth(role={"a": "dead", "b": "secondary"}))
    steps = plan(
        Play.FAILOVER,
        world.terms.rules,
        target="b",
        source="a",
        secondaries=("b",),
        performance=names,
    )
    wish = StartRunbook(
        by=SAM,
        play=Play.FAILOVER,
        target="b",
        source="a",
        reason="fire",
        steps=steps,
        evidence=shown,
    )
    assert not isinstance(world.asks(wish), Refusal)
    return world


def words(world: World) -> str:
    """Return what the card says."""
    card = runbook_card(world.state, world.state.runbooks[-1], world.terms.rules, now=world.now)
    limits.check_message(card.text, card.blocks)
    return html.unescape(json.dumps(card.blocks, ensure_ascii=False))


def promoted(world: World) -> None:
    """Let everything before them be done."""
    r = world.state.runbooks[-1]
    for step in r.steps:
        if step.id not in STEPS:
            world.happens(StepDone(runbook=r.id, step=step.id, words="seen"))


def test_the_card_warns_before_anything_is_done() -> None:
    """With the names, as long as nobody has promoted: whoever agrees knows what follows."""
    told = words(begun(shown=evidence()))
    assert ":warning: *Performance replication:*" in told
    assert "must be pointed at it (performance update-primary)" in told
    assert all(name in told for name in NAMES)
    assert "Performance replication" not in words(begun(names=()))


def test_each_has_a_step_with_its_commands() -> None:
    """On the new primary, which is named, and on itself; no secret stands in a command."""
    world = begun()
    cluster = world.terms.rules.cluster("b")
    assert cluster is not None
    promoted(world)
    told = words(world)
    for name in NAMES:
        make = f"{cluster.address} vault write -field=wrapping_token sys/replication/performance"
        assert f'{make}/primary/secondary-token id=\\"{name}-$(date +%s)\\"' in told
    assert "vault write sys/replication/performance/secondary/update-primary token=-" in told
    assert "`vault operator generate-root -init`" in told


@pytest.mark.parametrize("how", ["done", "left out"])
def test_people_say_so(how: str) -> None:
    """Conclave sees nothing there: it believes the one who says that it is done, by name."""
    world = begun()
    promoted(world)
    for name in STEPS:
        assert world.state.runbooks[-1].ending is None
        who = {"runbook": world.state.runbooks[-1].id, "step": name, "by": SAM}
        wish = FinishStep(**who) if how == "done" else SkipStep(**who)
        assert not isinstance(world.asks(wish), Refusal)
    r = world.state.runbooks[-1]
    assert r.ending is RunbookEnding.DONE
    wanted = StepState.DONE if how == "done" else StepState.SKIPPED
    assert {r.step(name).state for name in STEPS} == {wanted}  # type: ignore[union-attr]
    assert all(r.step(name).done_by == SAM for name in STEPS)  # type: ignore[union-attr]


def test_it_holds_nobody_up() -> None:
    """Nothing waits for them: the other secondaries are led to the new primary meanwhile."""
    world = begun()
    r = world.state.runbooks[-1]
    assert [s.beside for s in r.steps if s.id in STEPS] == [True, True]
