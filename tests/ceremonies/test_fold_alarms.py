"""Which events wake people, and in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.ceremony import Phase
from ceremonies.events import (
    AccessSeen,
    AttemptOpened,
    CeremonyCancelled,
    Event,
    ForeignAttemptFound,
    NodesSealed,
    PromotionRefused,
    SecondPrimarySeen,
    ShareAccepted,
    ShareRefused,
)
from ceremonies.fold.alarms import alarm_of
from tests.ceremonies.cast import HOLDERS
from tests.ceremonies.happenings import KINDS, one_of_kind
from tests.ceremonies.phases import desk

WAKING = {
    "AccessReminded",
    "AttemptLost",
    "AttemptRefused",
    "BreakGlassNeeded",
    "CeremonyExpired",
    "CeremonyFrozen",
    "CeremonyStarted",
    "DeadlineNear",
    "ForceRequested",
    "ForeignAttemptFound",
    "ForeignAttemptSeen",
    "HandoverLate",
    "HoldersReminded",
    "KillAsked",
    "MintLate",
    "MintRefused",
    "PolicyDeleted",
    "Promoted",
    "PromotionBlocked",
    "PromotionRefused",
    "PromotionSlow",
    "RosterChanged",
    "RoundLost",
    "RulesChanged",
    "SecondPrimaryGone",
    "SecondPrimarySeen",
    "ShareConflicted",
    "StepRequested",
    "StepSlow",
    "TailLost",
    "TokenDeletionUnknown",
    "WrapLost",
}
BOTH = {  # for the worse it wakes, else it does not
    "AccessSeen",
    "CoverageChanged",
    "NodesSealed",
    "ProofChanged",
    "RingChecked",
    "RunbookAborted",
    "StepRefused",
}


@settings(deadline=None, max_examples=5)
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_who_is_woken_by_what(kind: type[Any], data: st.DataObject) -> None:
    """At start, at each reminder, on every alarm; not by each share that comes in."""
    event = data.draw(one_of_kind(kind))
    words = alarm_of(desk(Phase.COLLECTING).state, event)
    assert bool(words) is (kind.__name__ in WAKING) or kind.__name__ in BOTH


@settings(deadline=None)
@given(data=st.data())
def test_the_words_carry_nothing_that_was_in_the_event(data: st.DataObject) -> None:
    """No nonce, no holder, nobody's text: they go to services outside."""
    table = desk(Phase.COLLECTING)
    kinds = [kind for kind in KINDS if kind.__name__ in WAKING]
    event = data.draw(st.one_of([one_of_kind(kind) for kind in kinds]))
    marked = {
        name: "SPOKEN-ALOUD"
        for name in ("nonce", "nonce_seen", "words", "reason", "holder", "other", "effect", "by")
        if isinstance(getattr(event, name, None), str)
    }
    told = alarm_of(table.state, _with(event, marked))

    assert told
    assert "SPOKEN-ALOUD" not in told
    assert not [holder for holder in HOLDERS if holder in told]


def _with(event: Any, changes: dict[str, str]) -> Any:  # noqa: ANN401 — any event
    return replace(event, **changes)


def test_they_say_where() -> None:
    """Set and cluster stand first; an attempt that nobody knows is told of the set alone."""
    table = desk(Phase.STARTING)
    found = ForeignAttemptFound(
        ceremony=table.ceremony.id,
        effect="",
        nonce="n",
        progress=1,
        required=3,
        probably_ours=False,
    )
    assert alarm_of(table.state, found).startswith("payments/b: ")


@settings(deadline=None, max_examples=10)
@given(data=st.data())
@pytest.mark.parametrize("kind", [AttemptOpened, ShareAccepted, ShareRefused, CeremonyCancelled])
def test_what_goes_well_wakes_nobody(kind: type[Any], data: st.DataObject) -> None:
    """People who sleep are called for what needs them."""
    table = desk(Phase.COLLECTING)
    before = table.state.alarms
    table.happens(data.draw(one_of_kind(kind)))
    assert table.state.alarms == before


@pytest.mark.parametrize("asked", [True, False], ids=["asked again", "given up"])
def test_a_refused_promotion_wakes_when_nothing_is_asked_again(*, asked: bool) -> None:
    """Catching up is no alarm; giving up is."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.approves()
    before = len(table.state.alarms)
    refused = PromotionRefused(
        ceremony=table.ceremony.id, effect="", problem="p", words="w", again=asked
    )
    table.happens(refused)
    assert (len(table.state.alarms) > before) is not asked


@pytest.mark.parametrize(
    ("event", "wakes"),
    [
        (NodesSealed(cluster="b", nodes=("https://b1",)), True),
        (NodesSealed(cluster="b", nodes=()), False),
        (AccessSeen(ceremony="c1", cluster="b", nodes=("https://b1",), admits=True), True),
        (AccessSeen(ceremony="c1", cluster="b", nodes=("https://b1",)), False),
        (AccessSeen(ceremony="", cluster="b", nodes=("https://b1",)), True),
    ],
    ids=["sealed", "unsealed again", "let in", "one more node", "nobody asked"],
)
def test_what_gets_better_wakes_nobody(event: Event, *, wakes: bool) -> None:
    """Sealed nodes and an open door are told; that they are well again stands on the card."""
    assert bool(alarm_of(desk(Phase.COLLECTING).state, event)) is wakes


def test_what_is_seen_without_a_ceremony_is_told_by_its_cluster() -> None:
    """Two primaries are nobody's ceremony."""
    seen = SecondPrimarySeen(cluster="a", nodes=("https://a1",), primary="b")
    words = alarm_of(desk().state, seen)
    assert words.startswith("payments/a: TWO PRIMARIES")


def test_at_most_twenty_wait() -> None:
    """Where nobody can be woken the newest are kept, and the log keeps them all."""
    table = desk(Phase.COLLECTING)
    for _ in range(30):
        table.loses_round()
    assert len(table.state.alarms) == 20
    assert table.state.alarms[-1].n == table.state.n
