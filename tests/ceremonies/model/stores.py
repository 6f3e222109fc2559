"""Log and keychain as one replica reaches them, under the fate of its step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ceremonies.chain import EMPTY, Entry, Head
from ceremonies.errors import SecretUnreadable
from tests.ceremonies.model.fate import Fated
from tests.ceremonies.model.world import ModelWorld


@dataclass
class ModelLog:
    """The log in Redis: it takes an entry that follows the last one."""

    world: ModelWorld
    replica: Fated

    def load(self) -> list[Entry]:
        """Return all of it."""
        return list(self.world.entries)

    def follow(self, head: Head) -> list[Entry]:
        """Return what came after `head`."""
        return self.world.entries[head.n :]

    def append(
        self,
        head: Head,
        *,
        at: int,
        who: str,
        cause: str | None,
        events: Sequence[Mapping[str, Any]],
        confirm: bool = False,
    ) -> Entry | Head:
        """Return the entry that was appended, or the head that it did not follow."""
        del confirm
        with self.replica.fate.strikes(vault=False):
            last = self.world.entries[-1].head if self.world.entries else EMPTY
            if head != last:
                return last
            entry = Entry(
                n=head.n + 1,
                hash=f"{head.n + 1:064x}",
                before=head.hash,
                body=b"",
                at=at,
                who=who,
                cause=cause,
                events=tuple(events),
                key_id="",
                signature="",
            )
            self.world.entries.append(entry)
            self.world.on_entry(entry)
        return entry


@dataclass
class ModelKeychain:
    """The sealed secrets in Redis; nothing expires, and nothing is sealed."""

    world: ModelWorld
    replica: Fated

    def put(self, kind: str, cluster: str, nonce: str, secret: bytes, *, expires_in: int) -> None:
        """Keep a secret."""
        assert expires_in > 0
        with self.replica.fate.strikes(vault=False):
            self.world.secrets[kind, cluster, nonce] = secret

    def open(self, kind: str, cluster: str, nonce: str) -> bytes:
        """Return a secret that was kept, or raise SecretUnreadable."""
        try:
            return self.world.secrets[kind, cluster, nonce]
        except KeyError:
            raise SecretUnreadable("It is not there.") from None

    def delete(self, kind: str, cluster: str, nonce: str) -> bool:
        """Keep it no longer; return whether it was there."""
        return self.world.secrets.pop((kind, cluster, nonce), None) is not None

    def derive(self, info: bytes) -> bytes:
        """Return 32 bytes that depend on `info` alone."""
        return info.ljust(32)[:32]
