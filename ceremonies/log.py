"""One replication set's log, a Redis Stream: read it, follow it, append if nobody was faster."""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ceremonies.chain import (
    EMPTY,
    JSON,
    Entry,
    Head,
    KeyNotIntroduced,
    Row,
    Scope,
    TailLost,
    body_of,
    introduced_by,
    introduction,
)
from ceremonies.errors import LogBroken
from ceremonies.identity import Identity
from ceremonies.store import Redis, Script, Writer, translated
from ceremonies.trust import Trust
from ceremonies.verification import Fault, Verification, verified
from ceremonies.wake import CHANNEL, Wake

__all__ = [
    "EMPTY",
    "Entry",
    "Fault",
    "Head",
    "KeyNotIntroduced",
    "SetLog",
    "TailLost",
    "Verification",
    "Wake",
    "heads",
    "introduction",
    "log_key",
]

PAGE = 500
_UNIQUE_BYTES = 8


@cache
def _append_script() -> Script:
    return Script(Path(__file__).with_name("append.lua").read_text(encoding="utf-8"))


def log_key(set_name: str) -> str:
    """Return the stream's key. The braces put all keys of a set into one hash slot."""
    return f"conclave:{{{set_name}}}:log"


class SetLog:
    """One set's log. Safe to share between threads; what it returns has been checked."""

    def __init__(self, redis: Redis, *, workspace: str, set_name: str, identity: Identity) -> None:
        self._redis = redis
        self._scope = Scope(workspace=workspace, set_name=set_name)
        self._identity = identity
        self._key = log_key(set_name)
        self._writer = Writer(redis)
        self._lock = threading.RLock()
        self._trust: Trust | None = None

    def load(self) -> list[Entry]:
        """Return every entry, oldest first: every hash is checked, and the head's signature.

        Raises LogBroken, KeyNotIntroduced and StoreUnreachable.
        """
        with self._lock:
            trust = self._new_trust()
            entries = self._read(EMPTY, self._rows("-"), trust)
            self._trust = trust
            return entries

    def follow(self, head: Head) -> list[Entry]:
        """Return the entries after `head`, checked like those of `load`; one round trip.

        Reading begins at our last entry: raises TailLost where Redis has it no more, and besides
        what `load` raises.
        """
        with self._lock:
            if head == EMPTY:
                return self.load()
            trust = self._trust or self._trust_of_all()
            rows = self._rows(_id(head.n))
            if not rows or rows[0].head != head:
                self._trust = None
                found = rows[-1].head if rows else self._found()
                raise TailLost(had=head, found=found)
            return self._read(head, rows[1:], trust)

    def append(
        self,
        head: Head,
        *,
        at: int,
        who: str,
        cause: str | None,
        events: Sequence[Mapping[str, JSON]],
        confirm: bool = False,
    ) -> Entry | Head:
        """Append one entry if `head` is the last; return it, or the head that is.

        A reply that was cut is asked for again, and our own entry is known again wherever it
        stands. With `confirm` a replica or the disk has it too, or that took too long (see
        `ceremonies.store.writing`). Raises StoreUnreachable: then it may have been appended or not.
        """
        body = body_of(
            at=at, who=who, cause=cause, events=events, unique=secrets.token_hex(_UNIQUE_BYTES)
        )
        entry = self._scope.write(head, body, self._identity)
        self._refuse_unintroduced(entry)
        written = self._writer.run(
            _append_script(),
            self._key,
            _id(head.n),
            head.hash,
            _id(entry.n),
            entry.body,
            entry.hash,
            entry.key_id,
            entry.signature,
            CHANNEL,
            self._scope.set_name,
            confirm=confirm,
        )
        outcome, last, last_hash = written.reply
        match outcome:
            case 1:
                self._taken(entry)
                return entry
            case 0:
                return Head(n=_row(last, {}).n, hash=last_hash.decode())
            case _:
                raise LogBroken("the log's last entries were deleted from the stream")

    def introduce(self, newcomer: Identity, *, at: int, who: str) -> Head:
        """Have our key introduce another one, and that one sign that it was; return the head.

        From then on whoever has either key believes the log. Needs the log to have an entry.
        """
        told = introduction(newcomer.public)
        theirs = SetLog(
            self._redis,
            workspace=self._scope.workspace,
            set_name=self._scope.set_name,
            identity=newcomer,
        )
        head = EMPTY
        for signer in (self, theirs):
            outcome: Entry | Head = self._newest()
            while isinstance(outcome, Head):
                outcome = signer.append(outcome, at=at, who=who, cause=None, events=(told,))
            head = outcome.head
        return head

    def verify(self) -> Verification:
        """Check every hash and every signature, and tell all that is wrong; StoreUnreachable."""
        return verified(self._rows("-"), scope=self._scope, own=self._identity.public)

    def _new_trust(self) -> Trust:
        return Trust(self._scope, self._identity.public)

    def _trust_of_all(self) -> Trust:
        self.load()
        return self._trust or self._new_trust()

    def _newest(self) -> Head:
        """The head of the whole log, checked."""
        loaded = self.load()
        return loaded[-1].head if loaded else EMPTY

    def _found(self) -> Head:
        return heads(self._redis, (self._scope.set_name,))[self._scope.set_name]

    def _rows(self, start: str) -> list[Row]:
        rows: list[Row] = []
        read: Callable[..., Any] = self._redis.xrange
        while True:
            with translated():
                page = read(self._key, min=start, max="+", count=PAGE)
            rows += (_row(*found) for found in page)
            if len(page) < PAGE:
                return rows
            start = f"({page[-1][0].decode()}"

    def _read(self, head: Head, rows: Sequence[Row], trust: Trust) -> list[Entry]:
        entries = []
        for row in rows:
            entry = self._scope.read(head, row)
            trust.take(entry)
            entries.append(entry)
            head = entry.head
        trust.settle()
        return entries

    def _taken(self, entry: Entry) -> None:
        with self._lock:
            if self._trust is None and entry.n == 1:
                self._trust = self._new_trust()
            if self._trust is not None:
                self._trust.take(entry)

    def _refuse_unintroduced(self, entry: Entry) -> None:
        """Nobody would believe an entry whose key the log does not know."""
        own = self._identity.public
        if own in introduced_by(entry):
            return
        if entry.n == 1:
            raise RuntimeError("a log's first entry introduces the key that signs it")
        with self._lock:
            unknown = self._trust is not None and not self._trust.knows_own_key
        if unknown:
            raise KeyNotIntroduced("this log has not introduced our signing key")


def heads(redis: Redis, sets: Sequence[str]) -> dict[str, Head]:
    """Return each set's head as Redis tells it, unchecked; one round trip. StoreUnreachable."""
    with translated():
        pipe = redis.pipeline(transaction=False)
        for name in sets:
            pipe.xrevrange(log_key(name), count=1)
        newest = pipe.execute()
    return {
        name: _row(*rows[0]).head if rows else EMPTY
        for name, rows in zip(sets, newest, strict=True)
    }


def _id(n: int) -> str:
    return f"{n}-0"


def _row(stream_id: bytes, fields: Mapping[bytes, bytes]) -> Row:
    """Entry `n` stands at `n-0`; whatever stands elsewhere was not written by us."""
    n, _, rest = stream_id.partition(b"-")
    return Row(n=int(n) if rest == b"0" else 0, fields=fields)
