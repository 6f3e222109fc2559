"""Which way to a runbook's token the card recommends, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.plan import plan
from ceremonies.events import (
    Event,
    Part,
    Play,
    PolicyDeleted,
    Proof,
    ProofChanged,
    TokenMinted,
    WrapCollected,
    WrapLoss,
    WrapLost,
)
from tests.bot.cards.test_runbook_card import PAIR, begun, the
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.record import folded
from tests.ceremonies.runbooks.world import World

MINUTE = 60_000
ENDS_IN = 192 * MINUTE
TOLD = pytest.mark.parametrize


def minted(world: World, *events: Event, part: Part = Part.LEAD, ends_in: int = ENDS_IN) -> World:
    """Return the world with a token on duty that was minted an hour ago, and what then came."""
    at = world.now - 60 * MINUTE
    token = TokenMinted(
        effect="duty",
        shift="day/2026-11-22T21:00Z",
        name="day",
        part=part,
        place=2,
        cluster="a",
        lead=SAM if part is Part.LEAD else "",
        starts=at,
        ends=world.now + ends_in - MINUTE,
        until=world.now + ends_in,
        wrapped_until=world.now + MINUTE if part is Part.LEAD else 0,
    )
    world.state = folded(world.state, at, (token, *events))
    return world


COLLECTED = WrapCollected(duty="duty")
REFUSED = ProofChanged(duty="duty", cluster="b", answer=Proof.REFUSED, words="No.")
KILLED = PolicyDeleted(effect="kill", place=2, cluster="a")


def failover() -> World:
    """Return a failover that has just begun."""
    return begun(Play.FAILOVER, PAIR, target="b", source="a")


@TOLD(("part", "whose"), [(Part.LEAD, f" with <@{SAM}>"), (Part.BOT, "")])
def test_a_token_on_duty_is_recommended(part: Part, whose: str) -> None:
    """Whose it is, how long it lasts still, and that nobody has to be called together."""
    events = (COLLECTED,) if part is Part.LEAD else ()
    world = minted(failover(), *events, part=part)
    told = plan(world.state, the(world), now=world.now)
    words = f"Token on duty (shift day){whose}, valid for 3 h 12 m"
    assert told.startswith(words)
    assert told.endswith("no quorum is needed.")


@TOLD(
    ("events", "ends_in", "why"),
    [
        ((COLLECTED,), -30 * MINUTE, "expired <!date"),
        ((), ENDS_IN, f"<@{SAM}> has not collected it."),
        ((COLLECTED, REFUSED), ENDS_IN, "one like it was refused by payments/b."),
        ((COLLECTED, KILLED), ENDS_IN, "put out of force <!date"),
        ((WrapLost(duty="duty", cause=WrapLoss.OPENED),), ENDS_IN, "not with its lead."),
        ((COLLECTED,), 4 * MINUTE, "valid for 4 min only."),
    ],
    ids=["expired", "not collected", "refused there", "killed", "stolen", "too short"],
)
def test_why_a_quorum_is_needed(events: tuple[Event, ...], ends_in: int, why: str) -> None:
    """What is wrong with the token on duty, and how many ceremonies it takes without it."""
    world = minted(failover(), *events, ends_in=ends_in)
    told = plan(world.state, the(world), now=world.now)
    assert told.startswith(f"Token on duty: {why}")
    assert "Still needed: one ceremony, on payments/b, with a quorum of" in told


def test_one_of_two_clusters_refused_the_token_on_duty() -> None:
    """It spares the quorum where it is taken, and nowhere else."""
    refused = replace(REFUSED, cluster="a")
    both = begun(Play.PLANNED_FAILOVER, PAIR, target="b", source="a")
    world = minted(both, refused, part=Part.BOT)
    told = plan(world.state, the(world), now=world.now)
    assert "no quorum is needed on payments/b." in told
    assert "refused by payments/a: still needed: one ceremony, on payments/a, with" in told


def test_the_quorum_is_named_once_vault_said_how_many() -> None:
    """Of the newest ceremony: nobody else knows how many shares a cluster takes."""
    world, done = failover(), failover()
    assert "with a quorum of key holders" in plan(world.state, the(world), now=world.now)
    done.goes_on()
    past = tuple(replace(c, required=3) for c in done.state.ceremonies)
    assert past
    world.state = replace(world.state, ceremonies=past)
    assert "with a quorum of 3." in plan(world.state, the(world), now=world.now)


def test_nothing_is_said_where_no_token_is_needed() -> None:
    """A setup takes none."""
    world = begun(Play.SETUP, {"a": "primary", "b": "disabled"}, target="a", source="")
    assert plan(world.state, the(world), now=world.now) == ""
