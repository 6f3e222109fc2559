"""What an entry is made of: one way to write it, one way to frame it."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.chain import EMPTY, JSON, Row, Scope, body_of, canonical, framed
from ceremonies.errors import LogBroken
from tests.logs import somebody

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_what_is_written_is_read(value: JSON) -> None:
    """Any JSON value comes back as it was, lone surrogates from a chat client included."""
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), json_values, max_size=6), st.randoms())
def test_order_does_not_change_the_bytes(value: dict[str, JSON], random: object) -> None:
    """Two mappings that are equal are written with the same bytes, whatever their order."""
    items = list(value.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert canonical(dict(items)) == canonical(value)


@given(json_values)
def test_the_bytes_are_canonical(value: JSON) -> None:
    """Written, read and written again it is the same: ASCII, no line breaks."""
    written = canonical(value)
    assert canonical(json.loads(written)) == written
    assert written.isascii()
    assert b"\n" not in written


@given(st.lists(st.binary(max_size=12), max_size=5), st.lists(st.binary(max_size=12), max_size=5))
def test_other_parts_give_other_bytes(one: list[bytes], other: list[bytes]) -> None:
    """No two lists of parts are framed alike: moving a byte over a border changes the message."""
    assert (framed(*one) == framed(*other)) == (one == other)


@given(st.text(max_size=8), st.text(max_size=8), st.integers(1, 2**63), st.binary(max_size=20))
def test_an_entry_belongs_to_one_place(workspace: str, set_name: str, n: int, body: bytes) -> None:
    """Workspace, set, number, hash before and body each change the message."""
    scope = Scope(workspace=workspace, set_name=set_name)
    before = "a" * 64
    messages = {
        scope.message(n=n, before=before, body=body),
        scope.message(n=n + 1, before=before, body=body),
        scope.message(n=n, before="b" * 64, body=body),
        scope.message(n=n, before=before, body=body + b"."),
        Scope(workspace=workspace + "x", set_name=set_name).message(n=n, before=before, body=body),
        Scope(workspace=workspace, set_name=set_name + "x").message(n=n, before=before, body=body),
    }
    assert len(messages) == 6


def test_the_message_is_what_the_page_says() -> None:
    """Six parts, each behind its length in eight bytes: an auditor can build it with any tool."""
    body = body_of(at=7, who="U0ADA", cause=None, events=[{"type": "x"}], unique="00")
    written = b'{"at":7,"cause":null,"events":[{"type":"x"}],"unique":"00","v":1,"who":"U0ADA"}'
    assert body == written
    parts = [b"conclave/log/1", b"T0CONCLAVE", b"payments", b"1", b"0" * 64, written]
    message = b"".join(bytes([0, 0, 0, 0, 0, 0, 0, len(part)]) + part for part in parts)
    scope = Scope(workspace="T0CONCLAVE", set_name="payments")
    identity = somebody()
    entry = scope.write(EMPTY, body, identity)
    assert entry.hash == hashlib.sha256(message).hexdigest()
    assert identity.public.verifies(message, signature=bytes.fromhex(entry.signature))
    assert scope.is_signed(entry, identity.public)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"\xff", id="not a text"),
        pytest.param(b'{"v":1,"who":"x","cause":null,"events":[]}', id="no time"),
        pytest.param(b'{"v":1,"at":"1","who":"x","cause":null,"events":[]}', id="time as text"),
        pytest.param(b'{"v":1,"at":1,"who":"x","cause":7,"events":[]}', id="cause as number"),
        pytest.param(b'{"v":1,"at":1,"who":"x","cause":null,"events":["a"]}', id="event as text"),
        pytest.param(b'{"v":0,"at":1,"who":"x","cause":null,"events":[]}', id="version 0"),
    ],
)
def test_a_body_that_is_no_decision(body: bytes) -> None:
    """A rightly hashed and signed entry with a body that nobody can read is told, not guessed."""
    with pytest.raises(LogBroken):
        Scope(workspace="T", set_name="s").write(EMPTY, body, somebody())


def test_a_newer_version_says_so() -> None:
    """An entry of a later version is refused with the advice to run one version everywhere."""
    body = b'{"v":2,"at":1,"who":"x","cause":null,"events":[],"more":true}'
    with pytest.raises(LogBroken) as caught:
        Scope(workspace="T", set_name="s").write(EMPTY, body, somebody())
    assert "same version" in caught.value.advice


def test_more_or_fewer_fields_are_no_entry() -> None:
    """What the hash does not cover is not let in beside what it covers."""
    scope = Scope(workspace="T", set_name="s")
    body = body_of(at=1, who="x", cause=None, events=[], unique="0")
    entry = scope.write(EMPTY, body, somebody())
    fields = {
        b"body": entry.body,
        b"hash": entry.hash.encode(),
        b"key_id": entry.key_id.encode(),
        b"signature": entry.signature.encode(),
    }
    assert scope.read(EMPTY, Row(n=1, fields=fields)) == entry
    for wrong in ({**fields, b"more": b""}, {b"body": body}, {}):
        with pytest.raises(LogBroken):
            scope.read(EMPTY, Row(n=1, fields=wrong))
