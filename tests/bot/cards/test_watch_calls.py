"""What the channel is told while nobody does anything: once for each occasion, with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.board import wanted
from ceremonies.events import SecondPrimarySeen
from ceremonies.state import Foreign, SetState
from tests.bot.cards.glasses import NODES, OPENED, glass
from tests.bot.cards.states import NOW, ROSTER, RULES, SAM, T0

A1 = "https://vault-a1.example:8200"
REST = SetState(name="payments")
TWO = replace(
    REST,
    second_primary=SecondPrimarySeen(cluster="a", nodes=(A1,), primary="b"),
    second_primary_at=T0,
)
SEALED = replace(REST, sealed={"b": (A1,)}, roles_changed_at=T0)
THEIRS = Foreign(nonce="n-1", progress=1, required=3, ours=False, since=T0, times=1)
OTHERS = replace(REST, foreign={"b": THEIRS})


def told(state: SetState) -> dict[str, str]:
    """Return what the channel is told, by key."""
    cards = wanted(state, RULES, ROSTER, command="/dr", now=NOW)
    assert all(w.target == RULES.incident_channel for w in cards.values())
    return {key: w.card.text for key, w in cards.items()}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(TWO, ["Two primaries", "payments/a", "payments/b", A1, "rejoin"], id="two"),
        pytest.param(
            SEALED,
            ["encryption keys have changed", "primary's", "`vault operator unseal`", A1],
            id="sealed, Shamir",
        ),
        pytest.param(
            replace(SEALED, unseal_themselves=frozenset({"b"})),
            ["They unseal themselves", A1],
            id="sealed, auto-unseal",
        ),
        pytest.param(
            OTHERS, ["did not start", "`n-1`", "1 of 3 shares", "audit log"], id="an attempt"
        ),
        pytest.param(
            replace(OTHERS, foreign={"b": replace(THEIRS, ours=True)}),
            ["An earlier attempt of ours", "Nobody needs it"],
            id="a ghost",
        ),
        pytest.param(
            replace(REST, glass={"b": glass(**{**OPENED, "ceremony": ""})}),
            ["*Close payments/b again:*", "SIGHUP", *NODES],
            id="open, and no ceremony asked for it",
        ),
    ],
)
def test_commanders_are_told_what_to_do(state: SetState, words: list[str]) -> None:
    """They are mentioned, so that Slack notifies them; no holder is."""
    ((_, text),) = told(state).items()
    assert text.startswith(f"<@{SAM}>: ")
    for word in words:
        assert word in text


def test_nothing_at_rest() -> None:
    """No card without news; an attempt that is over calls nobody."""
    assert told(REST) == {}
    assert told(replace(OTHERS, foreign={"b": replace(THEIRS, nonce="")})) == {}


def test_the_next_occasion_is_told_anew() -> None:
    """Seen again later, one more node, one more share: another message, not the old one."""
    again = replace(TWO, second_primary_at=T0 + 1)
    more = replace(SEALED, sealed={"b": (A1, "https://vault-a2.example:8200")})
    grown = replace(OTHERS, foreign={"b": replace(THEIRS, progress=2)})
    for before, after in ((TWO, again), (SEALED, more), (OTHERS, grown)):
        assert set(told(before)).isdisjoint(told(after))
