"""The chain of one set's log: what an entry is, how it is hashed, signed and checked. Pure.

An entry's *message* is six parts, each behind its length in bytes (8 bytes, big-endian), so that
no two entries have the same message:

    conclave/log/1 ‖ workspace ‖ set ‖ n (decimal) ‖ hash before (hex) ‖ body as stored

Its hash is SHA-256 over the message, in hex; its signature is Ed25519 over the message. Before the
first entry stands the hash of 64 zeros. The body is JSON in one canonical form, see `body_of`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ceremonies.errors import LogBroken
from ceremonies.identity import Identity, PublicIdentity

JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]

NO_HASH = "0" * 64
VERSION = 1
INTRODUCED = "identity_introduced"

_TAG = b"conclave/log/1"
_LENGTH_BYTES = 8
_FIELDS = {b"body", b"hash", b"key_id", b"signature"}
_NEWER = "Run the same version of Conclave on every replica."


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry's number and hash; an empty log's is `EMPTY`."""

    n: int
    hash: str


EMPTY = Head(n=0, hash=NO_HASH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry as the store has it, unread; `n` is 0 where its place is no entry's."""

    n: int
    fields: Mapping[bytes, bytes]

    @property
    def head(self) -> Head:
        """The head that this row claims to be."""
        return Head(n=self.n, hash=_text(self.fields.get(b"hash", b"")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision: entry `n` of a set, as stored and as read. `at` is Redis's time in ms."""

    n: int
    hash: str
    before: str
    body: bytes
    at: int
    who: str
    cause: str | None
    events: tuple[Mapping[str, Any], ...]
    key_id: str
    signature: str

    @property
    def head(self) -> Head:
        """The log's head while this entry is the last."""
        return Head(n=self.n, hash=self.hash)


class TailLost(LogBroken):
    """Redis does not have the last entry that we read: `had` is ours, `found` what is there now.

    A failover or a restore took it; or somebody cut the log.
    """

    advice = "Effects stop until Vault was asked about every open intent; look at Redis's failover."

    def __init__(self, *, had: Head, found: Head) -> None:
        super().__init__(f"Redis lost entries of the log: entry {had.n} is not what it was")
        self.had = had
        self.found = found


class KeyNotIntroduced(LogBroken):
    """The log does not vouch for our signing key, so we neither believe it nor add to it."""

    advice = (
        "Give every replica the same CONCLAVE_IDENTITY_KEY_FILE; where keys are changed, the old "
        "one introduces the new one first. If nobody changed keys, somebody wrote this log anew."
    )


def framed(*parts: bytes) -> bytes:
    """Return the parts, each behind its length: other parts give other bytes."""
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def body_of(
    *, at: int, who: str, cause: str | None, events: Sequence[Mapping[str, JSON]], unique: str
) -> bytes:
    """Return an entry's body: JSON, keys sorted, no spaces, ASCII; all else is escaped.

    `unique` is drawn anew for each append, so that two replicas with the same key which decide the
    same in the same millisecond do not take one another's entry for their own.
    """
    content: dict[str, JSON] = {
        "v": VERSION,
        "at": at,
        "who": who,
        "cause": cause,
        "events": events,
        "unique": unique,
    }
    return canonical(content)


def canonical(value: JSON) -> bytes:
    """Return the one way to write this value as JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def introduction(public: PublicIdentity) -> Mapping[str, str]:
    """Return the event that introduces a key: in a log's first entry its own, later a new one."""
    return {"type": INTRODUCED, "key_id": public.key_id, "public_key": public.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose log it is: an entry of one set or workspace is none of another's."""

    workspace: str
    set_name: str

    def message(self, *, n: int, before: str, body: bytes) -> bytes:
        """Return what is hashed and signed of entry `n`."""
        workspace, set_name = self.workspace.encode(), self.set_name.encode()
        return framed(_TAG, workspace, set_name, str(n).encode(), before.encode(), body)

    def write(self, head: Head, body: bytes, identity: Identity) -> Entry:
        """Return the entry with this body that follows `head`, signed."""
        n = head.n + 1
        message = self.message(n=n, before=head.hash, body=body)
        fields = {
            b"body": body,
            b"hash": hashlib.sha256(message).hexdigest().encode(),
            b"key_id": identity.key_id.encode(),
            b"signature": identity.sign(message).hex().encode(),
        }
        return self.read(head, Row(n=n, fields=fields))

    def read(self, head: Head, row: Row) -> Entry:
        """Return the stored entry that follows `head`; its hash holds, its signature is unchecked.

        Raises LogBroken where it does not follow, or holds something else than it says.
        """
        n, fields = row.n, row.fields
        if n != head.n + 1:
            found = f"entry {n}" if n else "what is no entry"
            raise LogBroken(f"entry {head.n + 1} is missing: in its place stands {found}")
        if set(fields) != _FIELDS:
            raise LogBroken(f"entry {n} has other fields than an entry has")
        body, stored = fields[b"body"], row.head.hash
        message = self.message(n=n, before=head.hash, body=body)
        if hashlib.sha256(message).hexdigest() != stored:
            raise LogBroken(f"entry {n} is not what was written, or not where it was written")
        at, who, cause, events = _content(n, body)
        return Entry(
            n=n,
            hash=stored,
            before=head.hash,
            body=body,
            at=at,
            who=who,
            cause=cause,
            events=events,
            key_id=_text(fields[b"key_id"]),
            signature=_text(fields[b"signature"]),
        )

    def is_signed(self, entry: Entry, key: PublicIdentity) -> bool:
        """Return whether `key` signed this entry in this place."""
        try:
            signature = bytes.fromhex(entry.signature)
        except ValueError:
            return False
        message = self.message(n=entry.n, before=entry.before, body=entry.body)
        return key.verifies(message, signature=signature)


def introduced_by(entry: Entry) -> tuple[PublicIdentity, ...]:
    """Return the keys that an entry introduces; raises LogBroken for one that is none."""
    keys = []
    for event in entry.events:
        if event.get("type") == INTRODUCED:
            key = PublicIdentity.from_text(str(event.get("public_key", "")))
            if key.key_id != event.get("key_id"):
                raise LogBroken(f"entry {entry.n} introduces a key under another key's id")
            keys.append(key)
    return tuple(keys)


def _content(n: int, body: bytes) -> tuple[int, str, str | None, tuple[Mapping[str, Any], ...]]:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    match content:
        case {
            "v": int(version),
            "at": int(at),
            "who": str(who),
            "cause": str() | None as cause,
            "events": list(events),
        } if version == VERSION and all(isinstance(event, dict) for event in events):
            return at, who, cause, tuple(events)
        case {"v": int(version)} if version > VERSION:
            raise LogBroken(f"a newer Conclave wrote entry {n}", advice=_NEWER)
        case _:
            raise LogBroken(f"entry {n} is no entry of this log")


def _text(field: bytes) -> str:
    return field.decode("ascii", errors="replace")
