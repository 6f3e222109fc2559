"""What cards say of rounds that somebody outside reset: who did it is not among those who gave."""

from __future__ import annotations

from bot.cards.channel import channel_card
from bot.cards.holder import holder_card
from bot.cards.kit import Card
from ceremonies.ceremony import Ceremony, Phase
from ceremonies.events import Lost, RoundLoss
from ceremonies.fold.attempts import LOST_WORDS
from tests.bot.cards import states
from tests.bot.cards.reading import buttons, dialog, words
from tests.bot.cards.states import ADA, BEN, NONCE, NOW, RULES


def reset(times: int, *, phase: Phase = Phase.COLLECTING) -> Ceremony:
    """Return a ceremony whose rounds were reset so often."""
    gone = [states.a_round(n, ADA, lost=RoundLoss.RESET_OUTSIDE) for n in range(1, times + 1)]
    newest = [] if phase is Phase.STRANDED else [states.a_round(times + 1)]
    trouble = LOST_WORDS[Lost.RESET_BY_OTHERS] if phase is Phase.STRANDED else ""
    return states.collecting(rounds=(*gone, *newest), phase=phase, trouble=trouble)


def drawn(c: Ceremony) -> Card:
    """Return the channel card."""
    return channel_card(states.state(c), c, RULES, command="/dr", now=NOW)


def test_one_reset_is_nobodys_share() -> None:
    """Nothing hints at who gave."""
    said = words(drawn(reset(1)))
    assert "*Round 1 was lost:* somebody outside Conclave reset it." in said
    assert "no share given here did it" in said
    assert "which share it was" not in said


def test_several_resets_are_not_looked_for_among_the_holders() -> None:
    """Neither a rekey nor another cluster's share explains them."""
    said = words(drawn(reset(2)))
    assert "*2 rounds were lost,* each because somebody outside Conclave reset it" in said
    assert "rekey" not in said
    assert f"(somebody outside Conclave reset it): <@{ADA}>" not in said


def test_a_commander_is_asked_to_decide() -> None:
    """The card says that it waits, and what the button would end."""
    card = drawn(reset(3, phase=Phase.STRANDED))
    assert "three times in a row" in words(card)
    assert "No share given here did it" in words(card)
    assert "The open attempt is cancelled at Vault" in dialog(buttons(card)["ceremony.restart"])
    assert NONCE in buttons(card)["ceremony.restart"]["value"]
    assert "ceremony.freeze" in buttons(card)


def test_a_holder_is_told_that_nothing_is_wrong_with_their_share() -> None:
    """Whether they gave or not."""
    c = reset(3, phase=Phase.STRANDED)
    for holder in (ADA, BEN):
        said = words(holder_card(states.state(c), c, RULES, holder=holder, number=3))
        assert "Nothing is wrong with yours." in said
        assert "Wait: if the commander starts a new attempt" in said
