"""Two words to be compared aloud: the same on every card of an attempt, others on any other."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from ceremonies.watchwords import watchwords

WORDS = frozenset(Mnemonic("english").wordlist)
NONCE = "479bcb2d-4c1e-6f5a-9d2e-0b8a7c6d5e4f"


def test_they_never_change() -> None:
    """Replicas of different versions print the same words, or nobody could compare them."""
    assert watchwords(ceremony="5f1e0c2b9a4d7788", nonce=NONCE) == ("success", "since")


@settings(deadline=None)
@given(ceremony=st.text(), nonce=st.text())
def test_they_are_words_of_the_list(ceremony: str, nonce: str) -> None:
    """BIP-39's: short, and no two alike in their first four letters."""
    assert WORDS.issuperset(watchwords(ceremony=ceremony, nonce=nonce))


def test_another_nonce_or_another_ceremony_has_other_words() -> None:
    """A card that somebody posted for another attempt shows."""
    here = watchwords(ceremony="c1", nonce=NONCE)
    assert watchwords(ceremony="c1", nonce=NONCE.replace("4", "5")) != here
    assert watchwords(ceremony="c2", nonce=NONCE) != here


def test_a_border_moved_between_the_two_shows() -> None:
    """What belongs to the ceremony cannot be passed off as the nonce's."""
    assert watchwords(ceremony="c1", nonce="1n") != watchwords(ceremony="c11", nonce="n")


def test_they_are_spread_over_the_list() -> None:
    """22 bits: among a thousand attempts hardly two agree, and both words vary."""
    pairs = [watchwords(ceremony="c1", nonce=str(n)) for n in range(1000)]
    assert len(set(pairs)) >= 998
    for place in (0, 1):
        words = Counter(pair[place] for pair in pairs)
        assert len(words) > 700
        assert max(words.values()) < 10
