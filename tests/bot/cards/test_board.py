"""The board wants a card for the channel, one for each holder and round, and few calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.board import Wanted, wanted
from ceremonies.ceremony import Ceremony, Ending, Phase
from ceremonies.state import MessageRef, SetState
from tests.bot.cards import states
from tests.bot.cards.cases import STRANDED, foreign
from tests.bot.cards.reading import words
from tests.bot.cards.states import ADA, BEN, CAT, HOLDERS, KIM, NOW, ROSTER, RULES, SAM, T0


def board(state: SetState) -> dict[str, Wanted]:
    """Return every wanted card."""
    return wanted(state, RULES, ROSTER, command="/dr", now=NOW)


def kinds(state: SetState) -> dict[str, int]:
    """Return how many cards of each kind are wanted."""
    found: dict[str, int] = {}
    for key in board(state):
        kind = key.partition(":")[0]
        found[kind] = found.get(kind, 0) + 1
    return found


def test_before_the_attempt_is_open_only_the_channel_has_a_card() -> None:
    """Nobody is asked for a share that no attempt could take."""
    assert kinds(states.state(states.ceremony())) == {"channel": 1}


def test_an_open_round_asks_every_holder() -> None:
    """The channel's card comes first; holders are reached as people."""
    cards = board(states.state(states.collecting()))
    keys = [f"dm:{states.CEREMONY}:{holder}:1" for holder in HOLDERS]
    assert list(cards) == [f"channel:{states.CEREMONY}", *keys]
    assert [card.target for card in cards.values()] == ["C0INCIDENT", *HOLDERS]
    assert [card.is_person for card in cards.values()] == [False, *[True] * 5]


def test_a_new_round_has_new_messages_and_keeps_the_old_ones_that_were_posted() -> None:
    """Each round notifies; an old message stays wanted so that it loses its buttons."""
    rounds = (states.lost_round(1, ADA, BEN), states.a_round(2))
    c = states.collecting(rounds=rounds)
    ref = MessageRef(channel="D1", ts="1.1")
    keys = board(states.state(c, messages={f"dm:{c.id}:{ADA}:1": ref}))
    assert f"dm:{c.id}:{ADA}:1" in keys
    assert f"dm:{c.id}:{BEN}:1" not in keys
    assert {f"dm:{c.id}:{holder}:2" for holder in HOLDERS} <= set(keys)


def test_with_chosen_holders_only_they_are_asked_and_the_others_are_told() -> None:
    """Who is not asked any more gets no new message, and their old one says so."""
    c = states.collecting(
        holders=(ADA,), rounds=(states.lost_round(1, ADA, BEN), states.a_round(2))
    )
    cards = board(states.state(c, messages=states.posted(c)))
    assert "goes on with other key holders" in words(cards[f"dm:{c.id}:{BEN}:1"].card)
    fresh = board(states.state(c))
    assert [key for key in fresh if key.startswith("dm:")] == [f"dm:{c.id}:{ADA}:2"]


@pytest.mark.parametrize("c", [STRANDED, states.ended(Ending.CANCELLED, ended_by=SAM)])
def test_nobody_is_asked_anew_once_the_round_is_over(c: Ceremony) -> None:
    """Messages that were never posted are not posted any more; those that were stay wanted."""
    assert "dm" not in kinds(states.state(c))
    assert kinds(states.state(c, messages=states.posted(c)))["dm"] == len(HOLDERS)


def test_ended_ceremonies_stay_beside_a_new_one() -> None:
    """Two ceremonies do not share keys."""
    old = states.ended(Ending.EXPIRED)
    new = replace(states.collecting(), id="new0000000000000")
    assert {f"channel:{old.id}", f"channel:{new.id}"} <= set(board(states.state(old, new)))


def test_a_strange_key_disturbs_nothing() -> None:
    """Keys of other ceremonies, other kinds, other rounds are left alone."""
    c = states.collecting()
    ref = MessageRef(channel="D1", ts="1.1")
    strange = dict.fromkeys([f"dm:{c.id}:{ADA}:9", f"dm:{c.id}:x", "dm:", "other:1"], ref)
    assert not set(strange) & set(board(states.state(c, messages=strange)))


CALLS: dict[str, tuple[Ceremony, str, str]] = {
    "frozen": (states.collecting(frozen_by=BEN, frozen_at=T0), f"<@{SAM}>", "froze"),
    "blocked": (foreign(probably_ours=False), f"<@{SAM}>", "Another attempt is open"),
    "stranded": (STRANDED, f"<@{SAM}>", "you can start a new one"),
    "conflict": (states.conflicting(), f"<@{SAM}>", "you can start a new round"),
    "choose": (
        states.collecting(rounds=(states.lost_round(1), states.lost_round(2), states.a_round(3))),
        f"<@{SAM}>",
        "nobody is blamed. You can go on with chosen holders",
    ),
    "deadline": (
        states.collecting(warned_deadline=states.collecting().deadline),
        f"<@{SAM}>",
        "Extend it, or cancel it now",
    ),
    "approve": (states.asked(states.collecting()), f"<@{KIM}>", "1 more person must agree"),
    "ended": (states.promoted(), f"<@{SAM}>", "payments/b serves as primary"),
}


@pytest.mark.parametrize("what", CALLS)
def test_who_must_act_is_called_once_for_each_occasion(what: str) -> None:
    """Slack notifies nobody of a changed card, so a short message in the channel does."""
    c, who, phrase = CALLS[what]
    found = {key: card for key, card in board(states.state(c)).items() if key[:5] == "call:"}
    [(key, call)] = found.items()
    assert key.startswith(f"call:{c.id}:{what}:")
    assert call.target == "C0INCIDENT"
    assert call.card.text.startswith(f"{who}: ")
    assert phrase in call.card.text
    assert words(call.card) == call.card.text


def reminders(c: Ceremony) -> dict[str, str]:
    """Return the reminders that are due: by whom they are for, their words."""
    found = {key: card for key, card in board(states.state(c)).items() if ":reminder:" in key}
    assert all(card.is_person for card in found.values())
    return {card.target: card.card.text for card in found.values()}


def test_who_has_not_answered_is_reminded_where_they_were_asked() -> None:
    """A message of its own in the direct messages: the changed one above notifies nobody."""
    c = states.collecting(reminders=1, reminded=(BEN, CAT), reminded_round=1, declined=(CAT,))
    assert set(reminders(c)) == {BEN}
    assert "still needs your key share" in reminders(c)[BEN]
    assert "compare the watchwords" in reminders(c)[BEN]


def test_a_reminder_is_for_its_round_and_not_for_a_frozen_ceremony() -> None:
    """A new round asks anew by itself; while it is frozen nobody is to give anything."""
    due = {"reminders": 1, "reminded": (BEN,)}
    assert not reminders(states.collecting(**due, reminded_round=0))
    assert not reminders(states.collecting(**due, reminded_round=1, frozen_by=ADA, frozen_at=T0))


def test_the_requester_is_not_called_to_approve() -> None:
    """Nobody approves their own request, so nobody is asked to."""
    c = states.asked(states.collecting(), by=KIM)
    [call] = [card for key, card in board(states.state(c)).items() if ":approve:" in key]
    assert not call.card.text.startswith(f"<@{KIM}>: ")


def test_nobody_is_called_while_all_is_well() -> None:
    """Collecting, approved, promoting: the cards alone."""
    for c in (
        states.collecting(),
        states.asked(states.token_held()),
        states.token_held(phase=Phase.PROMOTING),
    ):
        assert "call" not in kinds(states.state(c))
