"""The channel card says at each point what is so, what is to be done, and offers only that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.channel import channel_card
from bot.cards.kit import Card
from ceremonies.ceremony import AttemptState, Ceremony, Ending, Phase
from tests.bot.cards import states
from tests.bot.cards.cases import CASES, STRANDED, foreign
from tests.bot.cards.reading import buttons, dialog, value, words
from tests.bot.cards.states import ADA, BEN, NONCE, NOW, RULES


def drawn(c: Ceremony) -> Card:
    """Return the channel card of a ceremony."""
    return channel_card(states.state(c), c, RULES, command="/dr", now=NOW)


@pytest.mark.parametrize("case", CASES)
def test_each_state_says_what_it_is_and_offers_only_what_helps(case: str) -> None:
    """Every card fits Slack, says the phrases that matter, and has exactly these buttons."""
    c, phrases, ids = CASES[case]
    card = drawn(c)
    said = words(card)
    for phrase in phrases:
        assert phrase in said
    assert sorted(buttons(card)) == sorted(ids)


@pytest.mark.parametrize("case", CASES)
def test_the_same_state_gives_the_same_card(case: str) -> None:
    """Nothing but the state is in a card, so that it is drawn anew only on news."""
    c = CASES[case][0]
    assert drawn(c) == drawn(replace(c))


@pytest.mark.parametrize("case", CASES)
def test_the_notification_alone_tells_where_and_what(case: str) -> None:
    """A lock screen shows the text only: it names the cluster and how it stands."""
    text = drawn(CASES[case][0]).text
    assert "payments/b" in text
    assert len(text) <= 600
    assert "*" not in text


@pytest.mark.parametrize("case", CASES)
def test_every_button_carries_set_and_ceremony(case: str) -> None:
    """A restart also names the attempt that it would end; an answer the request that it is to."""
    also = {"ceremony.restart": {"nonce"}}
    also |= {name: {"request"} for name in ("promotion.approve", "promotion.reject")}
    for action_id, button in buttons(drawn(CASES[case][0])).items():
        carried = value(button)
        assert (carried["set"], carried["ceremony"]) == ("payments", states.CEREMONY)
        assert set(carried) <= {"set", "ceremony"} | also.get(action_id, set())


@pytest.mark.parametrize(
    ("c", "nonce"),
    [
        pytest.param(foreign(probably_ours=False), "another-nonce", id="another attempt"),
        pytest.param(states.conflicting(), NONCE, id="our own, which is open"),
        pytest.param(STRANDED, None, id="none is open"),
        pytest.param(states.ended(Ending.EXPIRED), None, id="the ceremony is over"),
    ],
)
def test_a_restart_names_the_attempt_that_it_ends(c: Ceremony, nonce: str | None) -> None:
    """The commander agrees to end the attempt that their card showed, and no other."""
    assert value(buttons(drawn(c))["ceremony.restart"]).get("nonce") == nonce


@pytest.mark.parametrize(
    ("action_id", "c", "phrase"),
    [
        ("ceremony.cancel", states.collecting(ADA, BEN), "2 of 3 shares are lost"),
        ("ceremony.cancel", states.collecting(), "No share is lost"),
        ("ceremony.cancel", states.token_held(), "The DR operation token is deleted"),
        ("ceremony.restart", states.conflicting(), "1 of 3 shares is lost"),
        ("ceremony.restart", foreign(probably_ours=False), "2 of 3 shares given to it are lost"),
        ("ceremony.freeze", states.collecting(ADA, BEN), "2 of 3 shares stay"),
        ("promotion.reject", states.asked(states.collecting(ADA)), "1 of 3 shares"),
    ],
)
def test_a_dialog_says_what_is_lost(action_id: str, c: Ceremony, phrase: str) -> None:
    """Whoever confirms has read how many shares it costs."""
    assert phrase in dialog(buttons(drawn(c))[action_id])


def test_a_start_that_waits_for_the_attempt_before_it_says_so() -> None:
    """Vault has one slot: until the ended ceremony's attempt is closed, nothing else is to see."""
    c = states.collecting(phase=Phase.STARTING, rounds=(), nonce="", required=0)
    before = states.ended(Ending.CANCELLED, id="0" * 16, attempt=AttemptState.OPEN)
    state = replace(states.state(c), ceremonies=(before, c))
    said = words(channel_card(state, c, RULES, command="/dr", now=NOW))
    assert "still ends the attempt of the ceremony before this one" in said
    assert "still ends" not in words(drawn(c))
