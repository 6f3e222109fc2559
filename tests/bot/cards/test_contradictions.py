"""Several contradictions in one round: each holder reads of their own, the channel of one."""

from __future__ import annotations

from bot.cards.channel import channel_card
from bot.cards.holder import holder_card
from ceremonies.ceremony import Ceremony
from ceremonies.events import ShareConflicted
from tests.bot.cards import states
from tests.bot.cards.reading import words
from tests.bot.cards.states import ADA, BEN, CAT, CEREMONY, DAN, NOW, RULES


def contradicting(*pairs: tuple[str, str]) -> Ceremony:
    """Return a ceremony in which the first of each pair contradicts the second, who gave."""
    found = tuple(
        ShareConflicted(ceremony=CEREMONY, holder=holder, round=1, other=other, x=x)
        for x, (holder, other) in enumerate(pairs, start=1)
    )
    return states.collecting(rounds=(states.a_round(1, ADA, BEN, conflicts=found),))


def told(c: Ceremony, holder: str) -> str:
    """Return what the holder's message says."""
    return words(holder_card(states.state(c), c, RULES, holder=holder, number=1))


def test_each_holder_reads_of_their_own() -> None:
    """Whoever is part of an older one is not told of the newest as if it were theirs."""
    c = contradicting((CAT, ADA), (BEN, BEN))
    assert "Your share contradicts one that Vault has already" in told(c, CAT)
    assert "Another holder's share contradicts yours" in told(c, ADA)
    assert "two different versions of one share" in told(c, BEN)
    assert "contradict" not in told(c, DAN)


def test_a_newer_one_that_is_mended_does_not_hide_an_older_one() -> None:
    """Ben gave a better share since; Cat has not."""
    c = contradicting((CAT, ADA), (BEN, ADA))
    said = words(channel_card(states.state(c), c, RULES, command="/dr", now=NOW))
    assert f"the shares of <@{ADA}> and <@{CAT}>" in said
