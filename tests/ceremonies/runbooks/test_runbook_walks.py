"""Random walks through runbooks: people press what they like, replicas die, Vault refuses.

Each walk has its seed, which a failure names. Hypothesis's own machine seldom gets past the usual
course here; walks by chance alone found what it did not.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bot.cards.board import wanted
from ceremonies.commands import AbortRunbook, Refusal
from ceremonies.decide import Terms
from ceremonies.events import Play
from ceremonies.owed import owed
from tests.bot.cards.reading import words
from tests.ceremonies.cast import BEN, KIM, ROSTER, SAM
from tests.ceremonies.runbooks.disorder import WISHES, Disorder, Fate
from tests.ceremonies.runbooks.record import INTENT, Truth, served
from tests.ceremonies.runbooks.test_prefixes import BY_HAND

WALKS = 60  # in each of the tests below
PLACES = (
    {"a": "primary", "b": "secondary", "c": "secondary"},
    {"a": "primary", "b": "secondary"},
    {"a": "dead", "b": "secondary", "c": "secondary"},
)
SPANS_S = (1, 5, 31, 125, 16 * 60, 31 * 60)
TEN_MINUTES = 600_000


class Walk:
    """One set of two or three clusters, and what chance does there."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 — an order, not a secret
        role = dict(self.chance.choice(PLACES))
        hands = self.chance.choice(((), (), BY_HAND))
        terms = Terms(rules=replace(served(), hands=hands), roster=ROSTER)
        ids = {f"{name}-old" for name in role}
        self.world = Disorder(truth=Truth(role=role, ids=ids), terms=terms)

    def goes(self) -> None:
        """A runbook begins, then this and that happens; what always holds is looked at."""
        self.world.begins_what_fits(self.chance.randrange(8))
        self._usual(self.chance.randrange(10))
        for _ in range(30 + self.chance.randrange(60)):
            self._next()
            self._holds()
        self._ends()

    def _next(self) -> None:
        world, chance = self.world, self.chance
        what = chance.random()
        if what < 0.08:
            self._usual(chance.randrange(1, 4))
        elif what < 0.5:
            world.moves(chance.choice(list(Fate)))
        elif what < 0.65:
            world.now += chance.choice(SPANS_S) * 1000
        elif what < 0.7:
            world.away = set(chance.choice((*world.truth.role, "", "")))
        elif what < 0.95:
            by = chance.choice((SAM, KIM, BEN))
            world.wishes(chance.choice(WISHES), by, chance.randrange(8))
        else:
            world.begins_what_fits(chance.randrange(8))

    def _usual(self, far: int) -> None:
        """Replicas do what is owed, people what is asked of them."""
        for _ in range(far):
            if not self.world.turn():
                self.world.people()
            self.world.now += 1_000

    def _holds(self) -> None:
        """Never two primaries by our hand, nor two runbooks; every card can be drawn."""
        world = self.world
        assert not world.always_two
        assert sum(r.is_open for r in world.state.runbooks) <= 1
        if self.chance.random() < 0.2:
            drawn = wanted(world.state, world.terms.rules, ROSTER, command="/dr", now=world.now)
            for one in drawn.values():
                words(one.card)

    def _ends(self) -> None:
        """Then people are sensible: it ends, or can be stopped, and nothing is left behind."""
        world = self.world
        world.away = set()
        for _ in range(150):
            if not world.turn() and not world.people():
                if world.state.runbook is None and not world.state.intents:
                    break
                world.now += 20_000
        if world.state.runbook is not None:
            world.now += INTENT
            answer = world.asks(AbortRunbook(runbook=world.state.runbook.id, by=SAM))
            assert not isinstance(answer, Refusal), answer
        for _ in range(60):
            if not world.turn():
                world.now += TEN_MINUTES
        self._holds()
        assert not world.state.intents
        assert not world.state.open_ceremonies
        assert all(c.token.is_over for c in world.state.ceremonies)
        assert not owed(world.state, world.terms, now=world.now)
        known = {name for name in world.truth.ids if not name.endswith("-old")}
        assert known <= world.joined, "the primary knows an id that nobody joined with"
        assert set(world.followed_by.values()) <= world.truth.ids, "an id in use was revoked"


@pytest.mark.parametrize("block", range(8))
def test_walks(block: int) -> None:
    """Whatever is pressed, and whatever breaks."""
    for seed in range(block * WALKS, (block + 1) * WALKS):
        try:
            Walk(seed).goes()
        except Exception as error:
            error.add_note(f"walk {seed}")
            raise


def test_walks_meet_what_they_are_for() -> None:
    """Or they would prove nothing: each kind of mishap and each runbook occurs."""
    seen: set[str] = set()
    for seed in range(2 * WALKS):
        walk = Walk(seed)
        walk.goes()
        seen |= {event.type for _, events in walk.world.log for event in events}
        seen |= {str(r.play) for r in walk.world.state.runbooks if not r.is_open}
    assert seen >= {
        *(Play.FAILOVER, Play.PLANNED_FAILOVER, Play.REPOINT, Play.RETIRE),
        *("adopted", "step_refused", "step_slow", "step_skipped", "step_handed_out"),
        *("step_rejected", "promotion_refused", "promotion_rejected"),
        *("activation_spent", "runbook_aborted", "ceremony_cancelled", "ceremony_expired"),
    }
