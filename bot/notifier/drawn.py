"""Which cards stand in Slack as they should: digests of what was drawn last.

Kept in memory and in a cache that all replicas share, so that one which starts, or loses a race,
does not draw again what stands there already. Lost, it costs a few calls and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from bot.cards.kit import Card
from ceremonies.observations import Observations

_KEPT_S = 7 * 24 * 3600.0


def digest(card: Card) -> str:
    """Return what tells this card from another: 16 hex digits."""
    plain = json.dumps([card.text, card.blocks], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


class Drawn:
    """One set's digests, by card key."""

    def __init__(self, observations: Observations, set_name: str) -> None:
        self._cache = observations
        self._name = f"{{{set_name}}}:drawn"
        self._known: dict[str, str] = {}

    def stands(self, key: str, wanted: str) -> bool:
        """Return whether this card was drawn with this digest, as far as memory goes."""
        return self._known.get(key) == wanted

    def reload(self) -> None:
        """Take in what all replicas drew."""
        self._known = self._cache.fields(self._name)

    def note(self, fields: dict[str, str]) -> None:
        """Remember that these cards were drawn with these digests."""
        if fields:
            self._known.update(fields)
            self._cache.put_fields(self._name, fields, seconds=_KEPT_S)

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget cards that nobody wants any more."""
        gone = set(self._known) - set(keys)
        if gone:
            self._cache.drop_fields(self._name, *sorted(gone))
            for key in gone:
                del self._known[key]
