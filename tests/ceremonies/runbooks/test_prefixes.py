"""Each prefix of each runbook's log, continued by others: it ends, and nothing is done twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from ceremonies.decide import Terms
from ceremonies.events import Play
from ceremonies.runbook import RunbookEnding
from tests.ceremonies.cast import ROSTER
from tests.ceremonies.runbooks.record import served
from tests.ceremonies.runbooks.world import Stopped, Truth, World


@dataclass(frozen=True)
class Case:
    """A runbook, the clusters before it and after it."""

    play: Play
    target: str
    source: str
    before: dict[str, str]
    after: dict[str, str]
    follow: dict[str, str]
    leaves: tuple[str, ...] = ()  # whose ids the primary has to forget

    def __str__(self) -> str:
        what = self.before[self.target]
        return f"{self.play} of a {what}" if self.play is Play.RETIRE else str(self.play)


CASES = (
    Case(
        Play.FAILOVER,
        "b",
        "a",
        {"a": "dead", "b": "secondary", "c": "secondary"},
        {"a": "dead", "b": "primary", "c": "secondary"},
        {"c": "b"},
    ),
    Case(
        Play.PLANNED_FAILOVER,
        "b",
        "a",
        {"a": "primary", "b": "secondary", "c": "secondary"},
        {"a": "secondary", "b": "primary", "c": "secondary"},
        {"a": "b", "c": "b"},
    ),
    Case(
        Play.FAILBACK,
        "a",
        "b",
        {"a": "secondary", "b": "primary"},
        {"a": "primary", "b": "secondary"},
        {"b": "a"},
    ),
    Case(
        Play.REJOIN,
        "a",
        "b",
        {"a": "primary", "b": "primary"},
        {"a": "secondary", "b": "primary"},
        {"a": "b"},
    ),
    Case(
        Play.REPOINT,
        "c",
        "b",
        {"a": "dead", "b": "primary", "c": "secondary"},
        {"a": "dead", "b": "primary", "c": "secondary"},
        {"c": "b"},
    ),
    Case(
        Play.SETUP,
        "b",
        "a",
        {"a": "disabled", "b": "disabled"},
        {"a": "primary", "b": "secondary"},
        {"b": "a"},
    ),
    Case(
        Play.RETIRE,
        "a",
        "b",
        {"a": "primary", "b": "primary"},
        {"a": "disabled", "b": "primary"},
        {},
    ),
    Case(
        Play.RETIRE,
        "c",
        "b",
        {"b": "primary", "c": "secondary"},
        {"b": "primary", "c": "disabled"},
        {},
        ("c",),
    ),
)
JOINS = ("update-primary", "enable-secondary")
BY_HAND = ("demote", "disable", "enable-primary", "enable-secondary", "update-primary")
TWO_AT_FIRST = (Play.REJOIN, Play.RETIRE)


def begun(case: Case, *, hands: tuple[str, ...] = (), **changes: int) -> World:
    """Return the world of a case in which the runbook has begun, if nobody is killed before."""
    terms = Terms(rules=replace(served(), hands=hands), roster=ROSTER)
    known = {f"{name}-old" for name in case.leaves}
    world = World(truth=Truth(role=dict(case.before), ids=known), terms=terms, **changes)
    others = tuple(name for name, role in case.before.items() if role == "secondary")
    with suppress(Stopped):
        world.begins(
            case.play,
            target=case.target,
            source=case.source,
            secondaries=others,
            target_is_secondary=case.before[case.target] == "secondary",
        )
    return world


def played(case: Case, hands: tuple[str, ...] = ()) -> World:
    """Return the world after the whole runbook, without any mishap."""
    world = begun(case, hands=hands)
    world.goes_on()
    return world


def ended_well(case: Case, world: World) -> None:
    """The runbook is done, the clusters are as it promises, and no change was made twice."""
    (r,) = world.state.runbooks
    assert r.ending is RunbookEnding.DONE, r
    assert world.truth.role == case.after
    assert {k: v for k, v in world.truth.follows.items() if k in case.follow} == case.follow
    twice = {what: n for what, n in world.truth.took.items() if n > 1 and "snapshot" not in what}
    assert not twice
    assert all(c.token.is_over for c in world.state.ceremonies), "no token is left behind"
    joins = sum(n for what, n in world.truth.took.items() if what.startswith(JOINS))
    assert len(world.truth.ids) == joins, "the primary knows an id that nobody joined with"
    if case.play not in TWO_AT_FIRST:
        assert not world.always_two, "two primaries at once"


@pytest.mark.parametrize("hands", [(), BY_HAND], ids=["by Conclave", "by hand"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_without_mishap(case: Case, hands: tuple[str, ...]) -> None:
    """A runbook brings about what it promises, in order."""
    ended_well(case, played(case, hands))


@pytest.mark.parametrize("lost", [False, True], ids=["before Vault", "after Vault"])
@pytest.mark.parametrize("hands", [(), BY_HAND], ids=["by Conclave", "by hand"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_prefix_is_continued(case: Case, hands: tuple[str, ...], *, lost: bool) -> None:
    """Stopped after any entry, before or after Vault did what comes next, others end it well."""
    whole = len(played(case, hands).log)
    assert whole > (1 if hands else 8)
    for entries in range(1, whole):
        stopped = begun(case, hands=hands, stops_after=entries, stops_before_outcome=lost)
        with suppress(Stopped):
            stopped.goes_on()
        world = stopped.cut(entries)
        world.goes_on()
        ended_well(case, world)
