# ruff: noqa: INP001 — a script's other half, no package
"""What the pictures show: cards drawn from states that a real log amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.cards.board import wanted
from bot.cards.runbook import runbook_card
from bot.cards.two_primaries import about_two_primaries
from ceremonies.events import (
    KillAsked,
    Part,
    Play,
    SecondPrimarySeen,
    StepAccepted,
    StepContinued,
    StepDone,
    TokenMinted,
    WrapLoss,
    WrapLost,
)
from ceremonies.fold.duty import after_duty_event
from tests.bot.cards import glasses, states
from tests.ceremonies.runbooks.world import Truth, World
from tests.ceremonies.sights import lost, node, sample, seen, silent

Blocks = list[dict[str, Any]]
OLD = "https://vault-a1.example:8200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One message of a picture: where it stands, when it came, what it holds."""

    where: str
    at: str
    blocks: Blocks


def ceremony() -> Iterator[Shot]:
    """Yield the channel card and Ben's message while two of three shares are there, and the end."""
    c = states.asked(states.collecting(states.ADA, states.CAT, declined=(states.EVE,)))
    c = replace(c, holders=states.HOLDERS)
    cards = _of(c)
    yield Shot(where="#incident", at="20:30", blocks=cards[f"channel:{c.id}"])
    yield Shot(where="to Ben", at="20:27", blocks=cards[f"dm:{c.id}:{states.BEN}:1"])
    over = states.promoted()
    yield Shot(where="#incident", at="20:32", blocks=_of(over)[f"channel:{over.id}"])


def runbook() -> Iterator[Shot]:
    """Yield a planned failover's card: its plan, mid-way, done."""
    world = World(truth=Truth(role={"a": "primary", "b": "secondary", "c": "secondary"}))
    world.begins(Play.PLANNED_FAILOVER, target="b", source="a", secondaries=("c",))
    yield _runbook(world, "20:26")
    _goes_on(world, "token:b")
    world.now += 310_000
    _done(world, "token:b", "The DR operation token of b was made.")
    _accepted(world, "demote:a")
    world.now += 8_000
    _done(world, "demote:a", "a answers as secondary.")
    _accepted(world, "promote:b")
    world.now += 4_000
    _done(world, "promote:b", "b answers as primary, active and unsealed.")
    world.now += 2_000
    words = "kv/canary was read on b with Conclave's own login."
    _done(world, "canary:b", words)
    yield _runbook(world, "20:32")
    for cluster in ("c", "a"):
        _goes_on(world, f"token:{cluster}")
        world.now += 170_000
        _done(world, f"token:{cluster}", f"The DR operation token of {cluster} was made.")
        step = f"update-primary:{cluster}"
        _accepted(world, step)
        world.now += 6_000
        _done(world, step, f"{cluster} streams from b.")
    _done(world, "clients:b", f"<@{states.SAM}> says that it is done.")
    yield _runbook(world, "20:38")


def gate() -> Iterator[Shot]:
    """Yield a ceremony's card whose gate has something to say, and one on which it blocks."""
    cut_off = lost(last_remote_wal=8_910)
    away = silent("a")
    away = replace(away, view=replace(away.view, problem="Nothing listens there."))
    warned = seen(away, node("b", dr=cut_off), sample=sample())
    held = states.asked(states.token_held())
    asked = replace(held.request, evidence=warned) if held.request else None
    yield _ceremony(replace(held, evidence=warned, request=asked), "20:31")
    blocks = seen(node("a", "primary"), node("b", dr=cut_off), sample=sample())
    yield _ceremony(states.token_held(evidence=blocks, blocked=blocks), "20:31")


def alarms() -> Iterator[Shot]:
    """Yield the alarm of two primaries, before and after, and break glass."""
    says = (
        "b: last WAL 90412, connected secondaries: 1",
        "a: last WAL 88120, connected secondaries: 0",
    )
    known = SecondPrimarySeen(cluster="a", nodes=(OLD,), primary="b", says=says)
    state = replace(states.state(), second_primary=known, second_primary_at=states.T0)
    ((_, card),) = about_two_primaries(state, f"<@{states.SAM}>")
    yield Shot(where="#incident", at="20:26", blocks=card.blocks)
    denied = glasses.denied(words="Vault denied permission (403).")
    for glass, at in ((denied, "20:27"), (glasses.agreed(nodes=glasses.NODES[:1]), "20:29")):
        c = glass.ceremonies[-1]
        cards = wanted(glass, states.RULES, states.ROSTER, command="/dr", now=states.NOW)
        blocks = cards[f"channel:{c.id}"].card.blocks
        row = [block for block in blocks if block["type"] == "actions"]
        yield Shot(where="#incident", at=at, blocks=[*blocks[:2], *row])


def shifts() -> Iterator[Shot]:
    """Yield the lead's message, what the channel is told, and a request to put out of force."""
    hour, now = 3_600_000, states.T0 + 60_000
    token = TokenMinted(
        effect="duty",
        shift="night/2026-05-28T21:00Z",
        name="night",
        part=Part.LEAD,
        place=3,
        cluster="a",
        lead=states.KIM,
        starts=states.T0 + hour // 4,
        ends=states.T0 + 8 * hour,
        until=states.T0 + 8 * hour + hour // 2,
        wrapped_until=states.T0 + 3 * hour // 4,
    )
    stolen = WrapLost(duty="duty", cause=WrapLoss.OPENED)
    asked = KillAsked(place=3, by=states.KIM, reason="somebody else opened my wrap")
    cards: dict[str, Blocks] = {}
    state = states.state()
    for event in (token, stolen, asked):
        state = after_duty_event(state, event, at=now)
        drawn = wanted(state, states.RULES, states.ROSTER, command="/dr", now=now)
        cards |= {f"{event.type} {key}": one.card.blocks for key, one in drawn.items()}
    yield Shot(where="to Kim", at="20:26", blocks=cards[f"token_minted duty:duty:{states.KIM}"])
    told = cards["wrap_lost call:watch:duty:lost:duty:opened"]
    gone = cards[f"wrap_lost duty:duty:{states.KIM}"]
    yield Shot(where="#incident", at="20:27", blocks=told)
    yield Shot(where="to Kim", at="20:27", blocks=gone)
    yield Shot(where="#incident", at="20:29", blocks=cards[f"kill_asked alarm:kill:{now}"])


def _of(c: states.Ceremony) -> dict[str, Blocks]:
    """Return the blocks of every card of one ceremony."""
    now = states.T0 + 240_000
    cards = wanted(states.state(c), states.RULES, states.ROSTER, command="/dr", now=now)
    return {key: one.card.blocks for key, one in cards.items()}


def _ceremony(c: states.Ceremony, at: str) -> Shot:
    return Shot(where="#incident", at=at, blocks=_of(c)[f"channel:{c.id}"])


def _runbook(world: World, at: str) -> Shot:
    r = replace(world.state.runbooks[-1], reason="maintenance of a", head="5606e56a1d2ba415")
    card = runbook_card(world.state, r, world.terms.rules, now=world.now)
    return Shot(where="#incident", at=at, blocks=card.blocks)


def _goes_on(world: World, step: str) -> None:
    world.happens(StepContinued(runbook=world.state.runbooks[-1].id, step=step, by=states.SAM))


def _accepted(world: World, step: str) -> None:
    world.happens(StepAccepted(runbook=world.state.runbooks[-1].id, step=step, effect=""))


def _done(world: World, step: str, words: str) -> None:
    world.happens(StepDone(runbook=world.state.runbooks[-1].id, step=step, words=words))
