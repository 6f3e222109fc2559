"""Performance secondaries of the set: the card warns, and has a step for each."""

from __future__ import annotations

import html
import json

import pytest

from bot.cards import limits
from bot.cards.runbook import runbook_card
from ceremonies.commands import FinishStep, Refusal, SkipStep, StartRunbook
from ceremonies.events import Action, Play, StepDone
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
        if step.action is not Action.PERFORMANCE:
            world.happens(StepDone(runbook=r.id, step=step.id, words="seen"))


def test_the_card_warns_before_anything_is_done() -> None:
    """With the names, as long as nobody has promoted: whoever agrees knows what follows."""
    told = words(begun(shown=evidence()))
    assert ":warning: *Performance replication:*" in told
    assert "must be pointed at it (performance update-primary)" in told
    assert all(name in told for name in NAMES)
    assert "Performance replication" not in words(begun(names=()))


def test_each_has_a_step_with_its_commands() -> None:
    """On the new primary, which is named, and on itself; no secret stands in a command.

    The same two commands for each: they stand at the first one that is not over.
    """
    world = begun()
    cluster = world.terms.rules.cluster("b")
    assert cluster is not None
    promoted(world)
    for name in NAMES:
        told = words(world)
        make = f"{cluster.address} vault write -field=wrapping_token sys/replication/performance"
        assert f'{make}/primary/secondary-token id=\\"{name}-$(date +%s)\\"' in told
        assert told.count(make) == 1
        assert f'"Leave out performance secondary {name}"' in told
        assert ("People do it by the same two commands, with its own name in the id." in told) is (
            name == NAMES[0]
        )
        if name == NAMES[0]:
            which = world.state.runbooks[-1].id
            world.asks(FinishStep(runbook=which, step=f"performance:{name}", by=SAM))
    assert "vault write sys/replication/performance/secondary/update-primary token=-" in told
    assert "`vault operator generate-root -init`" in told


@pytest.mark.parametrize(
    "name", ["$(reboot)", "`reboot`", '"; reboot; "', "a b", "-x", "```", "x\u0430", "n" * 65]
)
def test_a_name_is_no_part_of_a_command_unless_it_is_a_word(name: str) -> None:
    """A node tells it to whoever asks, and somebody copies the command into a terminal."""
    world = begun(names=(name,))
    promoted(world)
    assert 'secondary-token id=\\"performance-$(date +%s)\\"' in words(world)


def test_forty_have_their_buttons_in_turn() -> None:
    """Three at a time: a message has room for no more. In the end each is over."""
    names = tuple(f"region-{n:02}" for n in range(40))
    world = begun(names=names)
    promoted(world)
    for left in range(40, 0, -1):
        told = words(world)
        offered = [
            name for name in names if f'"step":"performance:{name}"' in told.replace("\\", "")
        ]
        assert offered == list(names[40 - left :][:3])
        more = f"{left - 3} more performance secondaries get their buttons"
        assert (more in told) is (left > 3)
        wish = FinishStep(
            runbook=world.state.runbooks[-1].id, step=f"performance:{offered[0]}", by=SAM
        )
        assert not isinstance(world.asks(wish), Refusal)
    assert world.state.runbooks[-1].ending is RunbookEnding.DONE
    assert words(world).count("region-") == 40


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
