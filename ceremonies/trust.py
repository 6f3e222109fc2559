"""Whose signatures on a log are believed, found while its entries are read in order.

A key is believed once it was introduced: in the first entry by itself, later in an entry signed by
a key that was believed before. That alone would also believe a log that somebody wrote anew with a
key of their own, so there must be an entry that *our* key signed; it vouches for all before it.
"""

from __future__ import annotations

from ceremonies.chain import Entry, KeyNotIntroduced, Scope, introduced_by
from ceremonies.errors import LogBroken
from ceremonies.identity import PublicIdentity


class Trust:
    """The keys that one log has introduced so far, and whether our own key vouches for it."""

    def __init__(self, scope: Scope, own: PublicIdentity) -> None:
        self._scope = scope
        self._own = own
        self._keys: dict[str, PublicIdentity] = {}
        self._ours: Entry | None = None
        self._last: Entry | None = None
        self._vouched = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of the keys introduced so far, oldest first."""
        return tuple(self._keys)

    @property
    def knows_own_key(self) -> bool:
        """Whether the log has introduced our own key."""
        return self._own.key_id in self._keys

    def take(self, entry: Entry) -> None:
        """Take the next entry in; raises LogBroken if it introduces a key without the right to."""
        keys = introduced_by(entry)
        if entry.n == 1:
            self._keys |= {key.key_id: key for key in keys if key.key_id == entry.key_id}
        if keys:
            self.check(entry)
            self._keys |= {key.key_id: key for key in keys}
        if entry.key_id == self._own.key_id:
            self._ours = entry
        self._last = entry

    def check(self, entry: Entry) -> None:
        """Return if a key that is believed signed this entry; raises LogBroken."""
        key = self._keys.get(entry.key_id)
        if key is None:
            raise LogBroken(f"entry {entry.n} is signed by a key that nobody introduced")
        if not self._scope.is_signed(entry, key):
            raise LogBroken(f"entry {entry.n} is not signed by the key that it names")

    def settle(self) -> None:
        """Return if what was taken so far is believed; raises LogBroken or KeyNotIntroduced.

        Two signatures are checked: the head's, which stands for every entry before it, and once
        the newest one of our own.
        """
        if self._last is None:
            return
        self.check(self._last)
        if self._ours is None or not self.knows_own_key:
            raise KeyNotIntroduced("this log has no entry that our signing key signed")
        if not self._vouched:
            self.check(self._ours)
            self._vouched = True
