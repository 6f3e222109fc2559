"""Redis is trusted to keep entries, not to change them: every change is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from ceremonies import store
from ceremonies.chain import Scope
from ceremonies.errors import LogBroken
from ceremonies.identity import Identity
from ceremonies.log import (
    EMPTY,
    Entry,
    Head,
    KeyNotIntroduced,
    SetLog,
    introduction,
)
from tests.logs import SET, WORKSPACE, add, grow, open_log, somebody

KEY = f"conclave:{{{SET}}}:log"
Fields = dict[bytes, bytes]

pytestmark = pytest.mark.usefixtures("grown")


@pytest.fixture
def grown(log: SetLog, first: Entry) -> list[Entry]:
    """A log of five entries."""
    return [first, *grow(log, first, 4)]


def rewrite(redis: store.Redis, change: Callable[[int, Fields], Fields | None]) -> None:
    """Write the stream anew with each entry changed, or left out where `change` says None."""
    rows = redis.xrange(KEY)
    redis.delete(KEY)
    for stream_id, fields in rows:
        changed = change(int(stream_id.split(b"-")[0]), dict(fields))
        if changed is not None:
            redis.xadd(KEY, changed, id=stream_id)


def at(n: int, **new: bytes) -> Callable[[int, Fields], Fields]:
    """Return a change of entry `n` to these fields."""
    values = {name.encode(): value for name, value in new.items()}
    return lambda m, fields: {**fields, **values} if m == n else fields


def rehashed(entry: Entry, body: bytes) -> dict[str, bytes]:
    """Return a body with the hash that fits it: what somebody without the key can make."""
    scope = Scope(workspace=WORKSPACE, set_name=SET)
    message = scope.message(n=entry.n, before=entry.before, body=body)
    return {"body": body, "hash": hashlib.sha256(message).hexdigest().encode()}


def other_body(entry: Entry) -> bytes:
    """Return the entry's body with another person's name in it."""
    return entry.body.replace(b"U0ADA", b"U0EVE").replace(b"conclave", b"mallory_")


@pytest.mark.parametrize("n", [1, 3, 5], ids=["the first", "one in the middle", "the head"])
@pytest.mark.parametrize("field", ["body", "hash"])
def test_a_changed_field_breaks_the_chain(
    redis: store.Redis, log: SetLog, grown: list[Entry], n: int, field: str
) -> None:
    """Body or hash of any entry changed: loading refuses the log, verifying names the entry."""
    entry = grown[n - 1]
    value = other_body(entry) if field == "body" else b"e" * 64
    rewrite(redis, at(n, **{field: value}))
    with pytest.raises(LogBroken, match=f"entry {n} is not what was written"):
        log.load()
    assert next(fault.n for fault in log.verify().faults) == n


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"signature": b"00" * 64}, id="other signature"),
        pytest.param({"signature": b"no hex"}, id="no signature"),
        pytest.param({"signature": b""}, id="empty signature"),
        pytest.param({"key_id": b"f" * 16}, id="unknown key"),
    ],
)
def test_a_changed_signature_of_the_head_is_found_on_load(
    redis: store.Redis, log: SetLog, grown: list[Entry], wrong: Mapping[str, bytes]
) -> None:
    """The head's signature stands for all before it, so it is checked on every load."""
    rewrite(redis, at(5, **wrong))
    with pytest.raises(LogBroken, match="entry 5"):
        log.load()
    with pytest.raises(LogBroken, match="entry 5"):
        log.follow(grown[2].head)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_changed_signature_in_the_middle_is_found_by_verify(
    redis: store.Redis, log: SetLog, grown: list[Entry], n: int
) -> None:
    """Verifying checks every signature; one wrong signature is one fault."""
    rewrite(redis, at(n, signature=grown[0].signature.encode()))
    assert log.load()[-1] == grown[-1]
    assert [fault.n for fault in log.verify().faults] == [n]


@pytest.mark.parametrize("n", [1, 3, 5], ids=["the first", "one in the middle", "the head"])
def test_without_the_key_a_fitting_hash_is_no_help(
    redis: store.Redis, log: SetLog, grown: list[Entry], n: int
) -> None:
    """Whoever rewrites an entry and its hash breaks the next one's, or the head's signature."""
    rewrite(redis, at(n, **rehashed(grown[n - 1], other_body(grown[n - 1]))))
    with pytest.raises(LogBroken):
        log.load()
    assert not log.verify().holds


def test_a_whole_chain_of_fitting_hashes_lacks_the_signatures(
    redis: store.Redis, log: SetLog, grown: list[Entry]
) -> None:
    """Rewritten from the middle to the head with fitting hashes: the head is not signed so."""
    scope = Scope(workspace=WORKSPACE, set_name=SET)
    before = grown[1].hash
    for entry in grown[2:]:
        body = other_body(entry)
        message = scope.message(n=entry.n, before=before, body=body)
        before = hashlib.sha256(message).hexdigest()
        rewrite(redis, at(entry.n, body=body, hash=before.encode()))
    with pytest.raises(LogBroken, match="not signed by the key that it names"):
        log.load()
    assert [fault.n for fault in log.verify().faults][:3] == [3, 4, 5]


@pytest.mark.parametrize("n", [1, 2, 4], ids=["the first", "the second", "one before the head"])
def test_a_removed_entry_leaves_a_gap(redis: store.Redis, log: SetLog, n: int) -> None:
    """An entry taken out, and the others left where they stand."""
    redis.xdel(KEY, f"{n}-0")
    with pytest.raises(LogBroken, match=f"entry {n} is missing"):
        log.load()
    assert log.verify().faults[0].n == n


def test_swapped_entries(redis: store.Redis, log: SetLog) -> None:
    """Two entries that change places are both where they were not written."""
    rows = dict(redis.xrange(KEY))
    swap = {3: rows[b"4-0"], 4: rows[b"3-0"]}
    rewrite(redis, lambda n, fields: dict(swap.get(n, fields)))
    with pytest.raises(LogBroken, match="entry 3"):
        log.load()
    assert {fault.n for fault in log.verify().faults} >= {3, 4}


def test_an_added_field(redis: store.Redis, log: SetLog) -> None:
    """A field that no hash covers is not accepted."""
    rewrite(redis, at(2, note=b"paid"))
    with pytest.raises(LogBroken, match="entry 2 has other fields"):
        log.load()


def test_another_set_or_workspace(redis: store.Redis, identity: Identity) -> None:
    """A log that was copied from another set or workspace is none of this one's."""
    for stream_id, fields in redis.xrange(KEY):
        redis.xadd("conclave:{billing}:log", fields, id=stream_id)
    with pytest.raises(LogBroken, match="entry 1"):
        open_log(redis, identity, set_name="billing").load()
    with pytest.raises(LogBroken, match="entry 1"):
        open_log(redis, identity, workspace="T0MALLORY").load()


def forged(redis: store.Redis, entries: list[Entry], *, key: str = KEY) -> None:
    """Put entries into the stream behind everybody's back."""
    redis.delete(key)
    for entry in entries:
        redis.xadd(
            key,
            {
                "body": entry.body,
                "hash": entry.hash,
                "key_id": entry.key_id,
                "signature": entry.signature,
            },
            id=f"{entry.n}-0",
        )


def written(identity: Identity, *events: Mapping[str, str]) -> list[Entry]:
    """Return a chain, one entry an event, rightly hashed and signed with this key."""
    scope = Scope(workspace=WORKSPACE, set_name=SET)
    entries: list[Entry] = []
    for event in events:
        head = entries[-1].head if entries else EMPTY
        body = json.dumps({"v": 1, "at": 1, "who": "x", "cause": None, "events": [event]}).encode()
        entries.append(scope.write(head, body, identity))
    return entries


def test_a_log_written_anew_with_another_key(redis: store.Redis, log: SetLog) -> None:
    """Mallory can write to Redis and make a flawless log with a key of their own: not ours."""
    mallory = somebody()
    forged(redis, written(mallory, introduction(mallory.public), {"type": "news"}))
    with pytest.raises(KeyNotIntroduced):
        log.load()
    assert [fault.n for fault in log.verify().faults] == [2]


def test_a_forged_log_that_introduces_our_key(
    redis: store.Redis, identity: Identity, log: SetLog
) -> None:
    """Our public key is public: that a log introduces it proves nothing, our signature does."""
    mallory = somebody()
    entries = written(mallory, introduction(mallory.public), introduction(identity.public))
    forged(redis, entries)
    with pytest.raises(KeyNotIntroduced):
        log.load()
    ours = entries[-1]
    forged(redis, [*entries[:-1], replace(ours, key_id=identity.key_id)])
    with pytest.raises(LogBroken):
        log.load()
    assert not log.verify().holds


def test_a_key_that_introduces_itself_later(
    redis: store.Redis, log: SetLog, grown: list[Entry]
) -> None:
    """Only the first entry may introduce the key that signs it."""
    mallory = somebody()
    scope = Scope(workspace=WORKSPACE, set_name=SET)
    body = json.dumps(
        {"v": 1, "at": 1, "who": "x", "cause": None, "events": [introduction(mallory.public)]}
    ).encode()
    forged(redis, [*grown, scope.write(grown[-1].head, body, mallory)])
    with pytest.raises(LogBroken, match="entry 6 is signed by a key that nobody introduced"):
        log.load()
    with pytest.raises(LogBroken, match="entry 6"):
        log.follow(grown[-1].head)


def test_a_key_under_anothers_id(identity: Identity, log: SetLog, grown: list[Entry]) -> None:
    """A key id is the hash of its key; one that is claimed for another key is refused."""
    claimed = {**introduction(somebody().public), "key_id": identity.key_id}
    with pytest.raises(LogBroken, match="another key's id"):
        log.append(grown[-1].head, at=1, who="x", cause=None, events=[claimed])


def test_a_forged_head_wins_no_append(redis: store.Redis, log: SetLog, grown: list[Entry]) -> None:
    """With a changed hash at the head nobody appends, and whoever reads on is told."""
    rewrite(redis, at(5, hash=b"e" * 64))
    assert add(log, grown[-1].head) == Head(n=5, hash="e" * 64)
    with pytest.raises(LogBroken):
        log.follow(grown[-1].head)


def test_faults_after_a_fault_are_not_told_twice(
    redis: store.Redis, log: SetLog, grown: list[Entry]
) -> None:
    """One changed body is one fault: the check goes on from what is stored."""
    rewrite(redis, at(3, body=other_body(grown[2])))
    found = log.verify()
    assert [fault.n for fault in found.faults] == [3]
    assert (found.entries, found.head) == (5, grown[-1].head)


def test_a_sound_log_is_told_sound(identity: Identity, log: SetLog, grown: list[Entry]) -> None:
    """Nothing wrong: as many entries as there are, the head, the one key."""
    found = log.verify()
    assert found.holds
    assert (found.entries, found.head, found.keys) == (5, grown[-1].head, (identity.key_id,))
