"""Two words that stand on every card of one attempt, to be compared aloud on a call.

They are the first 22 bits of SHA-256 over ceremony and nonce, written with the BIP-39 list: a card
that somebody else posted for another nonce carries other words.
"""

from __future__ import annotations

import hashlib
from functools import cache

from mnemonic import Mnemonic


@cache
def _list() -> tuple[str, ...]:
    return tuple(Mnemonic("english").wordlist)


def watchwords(*, ceremony: str, nonce: str) -> tuple[str, str]:
    """Return the two words of this ceremony's attempt."""
    digest = hashlib.sha256(f"conclave/words/1|{ceremony}|{nonce}".encode()).digest()
    bits = int.from_bytes(digest[:3], "big") >> 2
    words = _list()
    return words[bits >> 11], words[bits & 0x7FF]
