"""State is a fold of the log: total, the same from plain JSON, and it forgets only what is over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.approval import agreed, is_approved, lapses
from ceremonies.ceremony import Ceremony, Phase, TokenState
from ceremonies.commands import Cancel
from ceremonies.events import (
    Abandoned,
    Adopted,
    AttemptCancelled,
    Event,
    Intended,
    Kind,
    MessagesPosted,
    PeopleWoken,
    Posted,
    TailLost,
    TokenDeleted,
    TokenDeletionUnknown,
    Unposted,
    from_plain,
    to_plain,
)
from ceremonies.fold import fold
from ceremonies.owed import owed
from ceremonies.state import MessageRef, SetState
from tests.ceremonies.cast import ADA, SAM
from tests.ceremonies.desk import Desk
from tests.ceremonies.happenings import happenings
from tests.ceremonies.phases import desk, expired
from tests.ceremonies.sights import T0


def folded(state: SetState, entries: Sequence[Sequence[Event]], *, at: int = T0) -> SetState:
    """Return the state after these entries, one second after the other."""
    for events in entries:
        n = state.n + 1
        head = f"{n:064x}"
        at += 1000
        state = fold(state, n=n, head=head, at=at, cause=f"cause-{n}", events=events)
    return state


# -- total -----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    phase=st.sampled_from([None, *Phase]),
    entries=st.lists(st.lists(happenings(), min_size=1, max_size=3), max_size=8),
)
def test_facts_are_never_refused(phase: Phase | None, entries: list[list[Event]]) -> None:
    """Whatever happened in whichever phase is taken in, and everything can be asked of it."""
    table = desk(phase)

    state = folded(table.state, entries)

    assert state.n == table.state.n + len(entries)
    for now in (T0, table.now, T0 + 10**9):
        owed(state, table.terms, now=now)
        for c in state.ceremonies:
            agreed(c, table.terms.rules, now=now)
            lapses(c, table.terms.rules, now=now)
            is_approved(c, table.terms.rules, now=now)
    for c in state.ceremonies:
        consistent(c)


def consistent(c: Ceremony) -> None:
    """Assert what holds of a ceremony whatever happened to it."""
    assert (c.phase is Phase.ENDED) == (c.ending is not None)
    assert c.missing >= 0
    assert c.progress >= 0
    assert set(c.waiting_for) <= set(c.holders)
    assert [r.number for r in c.rounds] == list(range(1, len(c.rounds) + 1))


@settings(deadline=None)
@given(entries=st.lists(st.lists(happenings(), min_size=1, max_size=3), max_size=8))
def test_the_same_from_plain_json(entries: list[list[Event]]) -> None:
    """A replica that starts reads what another one folded as it happened."""
    start = SetState(name="payments")
    stored = [[json.dumps(to_plain(event)) for event in events] for events in entries]
    read = [[from_plain(json.loads(plain)) for plain in plains] for plains in stored]
    assert folded(start, read) == folded(start, entries)


@settings(deadline=None)
@given(events=st.lists(happenings(), max_size=5))
def test_a_ceremony_is_touched_by_its_own_events_only(events: list[Event]) -> None:
    """What happens to another ceremony changes nothing here, and no other cluster's either.

    Only a lost tail voids what was agreed in all of them.
    """
    table = desk(Phase.COLLECTING)
    mine = table.ceremony
    others = [
        e for e in events if getattr(e, "ceremony", "") != mine.id and not isinstance(e, TailLost)
    ]

    state = folded(table.state, [others])

    kept = state.find(mine.id)
    assert kept is not None
    assert kept == mine


# -- entries ---------------------------------------------------------------------------------------


def test_an_entry_is_remembered_by_its_cause() -> None:
    """The head moves, and the same click finds its answer again."""
    state = fold(SetState(name="payments"), n=1, head="h1", at=T0, cause="click", events=[])
    state = fold(state, n=2, head="h2", at=T0 + 5, cause=None, events=[])
    assert (state.n, state.head, state.at) == (2, "h2", T0 + 5)
    assert state.causes == {"click": 1}


# -- intents ---------------------------------------------------------------------------------------


def test_an_outcome_closes_its_intent_and_no_other() -> None:
    """Each lane has at most one open intent; an outcome closes the one it names."""
    table = desk(Phase.STARTING)
    intent = table.intends(Kind.START)
    posting = Intended(effect="p", kind=Kind.POST, lane="post", replica="r1", until=T0, keys=("k",))
    table.happens(posting)

    table.happens(Abandoned(effect="another", why="not finished"))
    assert set(table.state.intents) == {"b", "post"}
    table.happens(Abandoned(effect=intent.effect, why="too late"))

    assert table.state.intents == {"post": posting}


def test_an_adopted_intent_has_a_new_owner_and_a_new_time() -> None:
    """What it is about stays as it was intended."""
    table = desk(Phase.STARTING)
    intent = table.intends(Kind.START)
    table.happens(Adopted(effect=intent.effect, replica="r2", until=T0 + 99))
    assert table.state.intents["b"] == replace(intent, replica="r2", until=T0 + 99)


def test_cards_are_remembered_where_they_stand() -> None:
    """What Slack would not take is remembered with its code."""
    table = Desk()
    table.happens(
        Intended(effect="p", kind=Kind.POST, lane="post", replica="r", until=T0, keys=("a", "b")),
    )
    table.happens(
        MessagesPosted(
            effect="p",
            posted=(Posted(key="a", channel="C0", ts="1.1"),),
            failed=(Unposted(key="b", problem="not_in_channel"),),
        )
    )
    assert table.state.messages == {"a": MessageRef(channel="C0", ts="1.1")}
    assert table.state.unposted == {"b": "not_in_channel"}
    assert table.state.intents == {}


# -- alarms ----------------------------------------------------------------------------------------


def test_alarms_wait_until_people_were_woken() -> None:
    """All up to the entry that was told; the ways that failed are remembered till next time."""
    table = desk(Phase.COLLECTING)
    table.freezes()
    first, second = table.state.alarms
    assert first.n < second.n

    table.happens(PeopleWoken(upto=first.n, failed=("pager",)))
    assert table.state.alarms == (second,)
    assert table.state.waking_failed == ("pager",)

    table.happens(PeopleWoken(upto=second.n))
    told = table.state
    assert (len(told.alarms), len(told.waking_failed)) == (0, 0)


def test_a_lost_tail_is_told() -> None:
    """With what was lost as evidence."""
    table = Desk()
    lost = TailLost(after=3, lost=("a", "b"))
    table.happens(lost)
    assert table.state.tail_lost == lost
    assert [alarm.words for alarm in table.state.alarms] == [
        "payments: Redis lost entries of the log; see the card in Slack."
    ]


# -- what is kept ----------------------------------------------------------------------------------


def ends_and_starts(table: Desk) -> str:
    """Let the newest ceremony end clean and another one start; return the old one's id."""
    before = table.ceremony.id
    table.happens(expired(table.ceremony))
    table.happens(AttemptCancelled(ceremony=before, effect="", outcome="nothing-open"))
    table.starts()
    return before


def test_the_newest_two_of_each_cluster_are_kept() -> None:
    """What is over and done with makes room; the other cluster's ceremony is none of theirs."""
    table = desk(Phase.STARTING)
    first = ends_and_starts(table)
    second = ends_and_starts(table)

    assert table.state.find(first) is None
    assert table.state.find(second) is not None
    assert [c.cluster for c in table.state.ceremonies] == ["b", "b"]


@pytest.mark.parametrize("what", ["a token", "a token nobody can delete yet", "an attempt"])
def test_a_ceremony_that_left_something_at_vault_is_not_forgotten(what: str) -> None:
    """However many come after it: it goes when nothing of it is owed any more."""
    table = desk(Phase.COLLECTING if what == "an attempt" else Phase.TOKEN_HELD)
    debtor = table.ceremony.id
    table.asks(Cancel(ceremony=debtor, by=SAM))
    if what == "a token nobody can delete yet":
        table.happens(TokenDeletionUnknown(ceremony=debtor, effect="", words="no answer"))
    table.starts()

    for _ in range(3):
        ends_and_starts(table)
    kept = table.state.find(debtor)
    assert kept is not None
    assert kept.owes_vault
    assert table.state.newest("b") != kept

    done = TokenDeleted(ceremony=debtor, effect="")
    gone = AttemptCancelled(ceremony=debtor, effect="", outcome="cancelled")
    table.happens(gone if what == "an attempt" else done)
    ends_and_starts(table)
    assert table.state.find(debtor) is None


def test_a_ceremony_that_vault_is_being_asked_about_is_not_forgotten() -> None:
    """Whoever adopts the effect has to know whose it was."""
    table = desk(Phase.COLLECTING)
    debtor = table.ceremony.id
    table.sends(ADA)
    table.happens(expired(table.ceremony))
    table.happens(AttemptCancelled(ceremony=debtor, effect="", outcome="nothing-open"))
    table.starts()
    for _ in range(2):
        ends_and_starts(table)
    assert table.state.find(debtor) is not None


def test_an_orphaned_token_keeps_nothing() -> None:
    """Nobody has it, so nobody can delete it: it is told, and owed by nobody."""
    assert TokenState.ORPHANED.is_over
