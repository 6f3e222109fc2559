"""The text for the clients: it stands on the card as soon as another cluster is primary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.clients import notification
from bot.cards.runbook import runbook_card
from ceremonies.events import Play, StepDone
from ceremonies.topology import ReplicationSet
from tests.bot.cards.reading import words
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.world import Truth, World

AT = 1_795_449_780_000  # 2026-11-23 16:03 UTC
WROTE_LAST = "What you wrote last before the outage may be missing"
IN_ORDER = "It was moved in order: what was written before is there."


def promoted(play: Play, *, seen: bool = True, checklist: tuple[str, ...] = ()) -> World:
    """Return a world in which `b` has just become primary; `seen`: so was the demotion of `a`."""
    world = World(truth=Truth(role={"a": "primary", "b": "secondary"}))
    world.terms = replace(world.terms, rules=replace(world.terms.rules, client_checklist=checklist))
    world.begins(play, target="b", source="a", secondaries=())
    world.now = AT
    r = world.state.runbooks[-1]
    for step in r.steps:
        by = SAM if step.id == "demote:a" and not seen else ""
        world.happens(StepDone(runbook=r.id, step=step.id, by=by, words="seen"))
        if step.id == "promote:b":
            break
    return world


def told(world: World, rules: ReplicationSet | None = None) -> str:
    """Return the text for the clients."""
    return notification("payments", world.state.runbooks[-1], rules or world.terms.rules)


@pytest.mark.parametrize("checklist", [(), ("DNS",)], ids=["no checklist", "a checklist"])
def test_it_stands_on_the_card_once_another_cluster_serves(checklist: tuple[str, ...]) -> None:
    """With the time in UTC, since Slack's own dates are understood in Slack alone."""
    world = promoted(Play.FAILOVER, checklist=checklist)
    r = world.state.runbooks[-1]
    shown = words(runbook_card(world.state, r, world.terms.rules, now=world.now))
    text = told(world)
    assert text in shown
    assert "Vault of payments: cluster b serves since 2026-11-23 16:03 UTC." in text
    assert "<!date" not in text
    assert "Do not use cluster a any more." in text


def test_it_says_where_the_new_primary_is() -> None:
    """Its nodes as they are configured, not those of the old one."""
    world = promoted(Play.FAILOVER)
    rules = world.terms.rules
    named = tuple(
        replace(cluster, nodes=(f"https://vault-{cluster.name}1.example:8200",))
        for cluster in rules.clusters
    )
    text = told(world, replace(rules, clusters=named))
    assert "Its nodes: https://vault-b1.example:8200\n" in text
    assert "vault-a1" not in text


def test_before_the_promotion_there_is_none() -> None:
    """Nobody is sent to a cluster that serves nothing."""
    world = World(truth=Truth(role={"a": "primary", "b": "secondary"}))
    world.begins(Play.FAILOVER, target="b", source="a", secondaries=())
    assert told(world) == ""


@pytest.mark.parametrize(
    ("world", "said"),
    [
        pytest.param(promoted(Play.FAILOVER), WROTE_LAST, id="the primary was lost"),
        pytest.param(promoted(Play.PLANNED_FAILOVER), IN_ORDER, id="demoted first"),
        pytest.param(promoted(Play.PLANNED_FAILOVER, seen=False), WROTE_LAST, id="nobody saw it"),
    ],
)
def test_whether_writes_may_be_missing(world: World, said: str) -> None:
    """Only a demotion that was seen done lets both sides hold the same."""
    text = told(world)
    assert said in text
    assert ({WROTE_LAST, IN_ORDER} - {said}).pop() not in text


def test_nothing_that_is_configured_breaks_out_of_the_block() -> None:
    """An address with a backtick or a mention in it stays text."""
    world = promoted(Play.FAILOVER)
    rules = world.terms.rules
    odd = tuple(
        replace(cluster, nodes=("https://```<!channel>.example",)) for cluster in rules.clusters
    )
    text = told(world, replace(rules, clusters=odd))
    assert text.count("```") == 2
    assert "<!channel>" not in text
