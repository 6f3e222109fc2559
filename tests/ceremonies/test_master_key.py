"""The master keys: how they are told, and what one of them seals."""

from __future__ import annotations

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import Misconfigured
from ceremonies.master_key import (
    MasterKey,
    NotOpened,
    parse_master_keys,
    sealed_by,
)


def text(*keys: bytes) -> str:
    """Return keys as CONCLAVE_MASTER_KEY holds them."""
    return ",".join(base64.b64encode(key).decode() for key in keys)


def test_one_key_or_several() -> None:
    """Base64 of 32 bytes each, commas between, spaces and a line break around them allowed."""
    one, other = secrets.token_bytes(32), secrets.token_bytes(32)
    assert parse_master_keys(text(one)) == (one,)
    assert parse_master_keys(text(one, other)) == (one, other)
    assert parse_master_keys(f" {text(one)} , {text(other)}\n") == (one, other)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        pytest.param("", "key 1", id="nothing"),
        pytest.param("hush", "key 1 has 3 bytes", id="too short"),
        pytest.param(text(b"x" * 33), "key 1 has 33 bytes", id="too long"),
        pytest.param(text(b"x" * 32)[:-1], "key 1", id="cut off"),
        pytest.param("hush hush!", "key 1 is not base64", id="not base64"),
        pytest.param(text(b"x" * 32) + ",", "key 2", id="a comma too many"),
        pytest.param(text(b"x" * 32, b"x" * 32), "twice", id="the same twice"),
        pytest.param("\u00e4" * 43, "key 1 is not base64", id="not ASCII"),
    ],
)
def test_what_is_no_master_key(wrong: str, why: str) -> None:
    """It is refused, says which one and what is wrong, and repeats nothing of it."""
    with pytest.raises(Misconfigured, match=why) as caught:
        parse_master_keys(wrong)
    assert "CONCLAVE_MASTER_KEY" in str(caught.value)
    assert "conclave keygen" in caught.value.advice
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_of_another_length_is_our_own_mistake() -> None:
    """Whoever builds one from something else than 32 bytes did not parse it."""
    with pytest.raises(RuntimeError):
        MasterKey(b"short")


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40))
def test_what_is_sealed_opens_under_its_name_only(secret: bytes, name: str) -> None:
    """The same key and the same name give the secret back; another of either does not."""
    key, other = MasterKey(b"k" * 32), MasterKey(b"o" * 32)
    sealed = key.seal(secret, name=name)
    assert key.open(sealed, name=name) == secret
    assert sealed_by(sealed) == key.key_id != other.key_id
    for opener, under in ((key, name + "x"), (key, ""), (other, name)):
        with pytest.raises(NotOpened):
            opener.open(sealed, name=under)


def test_any_changed_byte_is_noticed() -> None:
    """Whichever byte of nonce, ciphertext or tag changes, nothing is opened."""
    key = MasterKey(secrets.token_bytes(32))
    sealed = key.seal(b"an OTP of 26 characters...", name="here")
    for place in range(9, len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(NotOpened):
            key.open(bytes(changed), name="here")


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    """Whoever sees two sealed secrets cannot tell whether they are the same."""
    key = MasterKey(secrets.token_bytes(32))
    assert len({key.seal(b"otp", name="here") for _ in range(50)}) == 50


def test_neither_master_key_nor_secret_can_be_seen() -> None:
    """Not in what is stored, not in a representation, not in what is derived."""
    raw, secret = secrets.token_bytes(32), secrets.token_bytes(26)
    key = MasterKey(raw)
    sealed = key.seal(secret, name="here")
    assert secret not in sealed
    assert raw not in sealed
    assert raw.hex() not in repr(key)
    assert repr(raw) not in repr(key)


def test_derived_keys() -> None:
    """The same info gives the same 32 bytes; another info or master key others."""
    key, other = MasterKey(b"k" * 32), MasterKey(b"o" * 32)
    derived = {key.derive(b"a"), key.derive(b"b"), key.derive(b""), other.derive(b"a")}
    assert len(derived) == 4
    assert key.derive(b"a") == MasterKey(b"k" * 32).derive(b"a")
    assert all(len(found) == 32 for found in derived)


def test_bytes_that_nobody_sealed() -> None:
    """Too short, or of another version: nobody's."""
    sealed = MasterKey(b"k" * 32).seal(b"", name="here")
    for wrong in (b"", b"\x01", sealed[:20], b"\x02" + sealed[1:]):
        assert sealed_by(wrong) is None
