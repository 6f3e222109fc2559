"""Secrets at rest: kept before they are told of, opened by who has the key, gone in time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import ConclaveError, SecretUnreadable, StoreUnreachable
from ceremonies.keychain import CannotOpen, Keychain, SecretTaken, Unreadable
from lab.process import wait_until
from lab.redis import RedisServer
from tests.logs import connected
from tests.redises import DURABLE, serve, serve_replica
from tests.wire import Wire

NONCE = "9a1d7c5e-0000-4000-8000-000000000001"
NAME = f"conclave:{{payments}}:secret:otp:b:{NONCE}"


@pytest.fixture
def redis(redis_url: str) -> Iterator[store.Redis]:
    """A client of an empty Redis, made as the product makes it."""
    with connected(redis_url) as client:
        yield client


@pytest.fixture
def master() -> bytes:
    """The replicas' master key."""
    return secrets.token_bytes(32)


@pytest.fixture
def keychain(redis: store.Redis, master: bytes) -> Keychain:
    """The secrets of `payments`."""
    return Keychain(redis, (master,), "payments")


def test_what_is_put_can_be_opened(redis: store.Redis, master: bytes, keychain: Keychain) -> None:
    """Another replica with the same master key opens it, under the name that it has."""
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=600)
    assert Keychain(redis, (master,), "payments").open("otp", "b", NONCE) == b"an OTP"
    assert redis.keys("*") == [NAME.encode()]
    assert 590 < redis.ttl(NAME) <= 600


def test_redis_sees_no_secret(redis: store.Redis, master: bytes, keychain: Keychain) -> None:
    """What is stored holds neither the secret nor the master key."""
    secret = secrets.token_bytes(26)
    keychain.put("token", "b", NONCE, secret, expires_in=600)
    stored = redis.get(f"conclave:{{payments}}:secret:token:b:{NONCE}")
    assert secret not in stored
    assert master not in stored
    assert master.hex() not in repr(keychain)


def test_the_same_secret_may_be_put_again(redis: store.Redis, keychain: Keychain) -> None:
    """A second put of the same secret prolongs it; that is what a lost reply amounts to."""
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=600)
    assert keychain.open("otp", "b", NONCE) == b"an OTP"
    assert redis.ttl(NAME) > 60


def test_another_secret_overwrites_nothing(keychain: Keychain) -> None:
    """A name keeps its first secret; the text of the refusal has neither."""
    keychain.put("otp", "b", NONCE, b"the first", expires_in=60)
    with pytest.raises(SecretTaken) as caught:
        keychain.put("otp", "b", NONCE, b"the second", expires_in=60)
    assert keychain.open("otp", "b", NONCE) == b"the first"
    assert "the first" not in str(caught.value)
    assert "the second" not in str(caught.value)


def test_a_lost_reply_keeps_the_secret_once(redis_server: RedisServer, master: bytes) -> None:
    """Redis wrote it and the reply was cut: the retry finds the same secret and is content."""
    with Wire(server_port=redis_server.port) as wire, connected(wire.url) as client:
        client.flushall()
        keychain = Keychain(client, (master,), "payments")
        wire.lose_reply_to(b"\r\nSET\r\n")
        keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
        assert wire.cuts == 1
        assert keychain.open("otp", "b", NONCE) == b"an OTP"


def test_a_replica_has_it_before_anybody_is_told(tmp_path: Path, master: bytes) -> None:
    """When put returns, the replica that may be promoted has the secret."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary)
    with connected(primary.url) as client, replica.client as there:
        Keychain(client, (master,), "payments").put("otp", "b", NONCE, b"an OTP", expires_in=60)
        assert Keychain(there, (master,), "payments").open("otp", "b", NONCE) == b"an OTP"
    replica.child.kill()
    primary.child.kill()


def test_a_killed_redis_still_has_it(tmp_path: Path, master: bytes) -> None:
    """When put returns, the disk has the secret: SIGKILL and start, and it opens."""
    server = RedisServer(directory=tmp_path).start()
    with connected(server.url) as client:
        keychain = Keychain(client, (master,), "payments")
        keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
        server.kill()
        with pytest.raises(StoreUnreachable):
            keychain.open("otp", "b", NONCE)
        with pytest.raises(StoreUnreachable):
            keychain.put("otp", "b", "other", b"an OTP", expires_in=60)
        server.start()
        assert keychain.open("otp", "b", NONCE) == b"an OTP"
    server.kill()


def unreadable(keychain: Keychain, kind: str = "otp", nonce: str = NONCE) -> Unreadable:
    """Return why the secret cannot be opened."""
    with pytest.raises(SecretUnreadable) as caught:
        keychain.open(kind, "b", nonce)
    assert isinstance(caught.value, CannotOpen)
    assert isinstance(caught.value, ConclaveError)
    assert caught.value.advice
    return caught.value.kind


def test_a_secret_that_is_not_there(keychain: Keychain) -> None:
    """Never put, deleted or expired is one and the same: missing."""
    assert unreadable(keychain) is Unreadable.MISSING
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
    assert keychain.delete("otp", "b", NONCE)
    assert not keychain.delete("otp", "b", NONCE)
    assert unreadable(keychain) is Unreadable.MISSING


def test_a_secret_expires(redis: store.Redis, keychain: Keychain) -> None:
    """When its time is over it is gone by itself."""
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=1)
    wait_until(lambda: redis.get(NAME) is None, seconds=5, what="expired")
    assert unreadable(keychain) is Unreadable.MISSING


def test_a_master_key_that_we_do_not_have(redis: store.Redis, keychain: Keychain) -> None:
    """Sealed by a replica with other keys: the advice names the variable."""
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
    stranger = Keychain(redis, (secrets.token_bytes(32),), "payments")
    assert unreadable(stranger) is Unreadable.WRONG_KEY
    with pytest.raises(SecretUnreadable) as caught:
        stranger.open("otp", "b", NONCE)
    assert "CONCLAVE_MASTER_KEY" in caught.value.advice
    with pytest.raises(SecretUnreadable):
        stranger.put("otp", "b", NONCE, b"an OTP", expires_in=60)


@pytest.mark.parametrize("place", [0, 9, 20, 21, -1], ids=str)
def test_a_changed_secret(redis: store.Redis, keychain: Keychain, place: int) -> None:
    """Version, nonce, ciphertext or tag changed in Redis: tampered."""
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
    stored = bytearray(redis.get(NAME))
    stored[place] ^= 1
    redis.set(NAME, bytes(stored))
    assert unreadable(keychain) is Unreadable.TAMPERED


@pytest.mark.parametrize("stored", [b"", b"an OTP", b"\x01" + b"k" * 8])
def test_something_that_nobody_sealed(
    redis: store.Redis, keychain: Keychain, stored: bytes
) -> None:
    """Whatever else was put under the name is not taken for a secret."""
    redis.set(NAME, stored)
    assert unreadable(keychain) is Unreadable.TAMPERED


def test_a_secret_moved_to_another_name(
    redis: store.Redis, master: bytes, keychain: Keychain
) -> None:
    """Kind, cluster, nonce and set are bound in: nobody can pass one secret off as another."""
    keychain.put("otp", "b", NONCE, b"an OTP", expires_in=60)
    stored = redis.get(NAME)
    redis.set(f"conclave:{{payments}}:secret:token:b:{NONCE}", stored)
    redis.set("conclave:{payments}:secret:otp:b:other", stored)
    redis.set(f"conclave:{{billing}}:secret:otp:b:{NONCE}", stored)
    assert unreadable(keychain, "token") is Unreadable.TAMPERED
    assert unreadable(keychain, nonce="other") is Unreadable.TAMPERED
    assert unreadable(Keychain(redis, (master,), "billing")) is Unreadable.TAMPERED


@pytest.mark.parametrize("part", ["", "a:b", "a*", "a{b}", "a b", "ä"])
def test_a_name_that_would_be_anothers(keychain: Keychain, part: str) -> None:
    """Parts that could be confused are our own mistake, and go loud."""
    with pytest.raises(RuntimeError):
        keychain.put(part, "b", NONCE, b"x", expires_in=60)


def test_the_master_key_is_changed(redis: store.Redis, master: bytes, keychain: Keychain) -> None:
    """A new first key opens all and seals the new; after resealing the old one is not needed."""
    keychain.put("otp", "b", "old", b"by the old", expires_in=600)
    new = secrets.token_bytes(32)
    both = Keychain(redis, (new, master), "payments")
    both.put("otp", "b", "new", b"by the new", expires_in=600)
    assert both.open("otp", "b", "old") == b"by the old"
    assert unreadable(keychain, nonce="new") is Unreadable.WRONG_KEY
    redis.expire("conclave:{payments}:secret:otp:b:old", 77)
    assert both.reseal().count == 1
    assert both.reseal().count == 0
    assert 70 < redis.ttl("conclave:{payments}:secret:otp:b:old") <= 77
    only_new = Keychain(redis, (new,), "payments")
    assert only_new.open("otp", "b", "old") == b"by the old"
    assert only_new.open("otp", "b", "new") == b"by the new"


def test_what_cannot_be_resealed_is_named(redis: store.Redis, keychain: Keychain) -> None:
    """A secret of a lost key stays as it is and is named: its key is still missed."""
    Keychain(redis, (secrets.token_bytes(32),), "payments").put(
        "otp", "b", NONCE, b"x", expires_in=60
    )
    keychain.put("otp", "b", "fine", b"x", expires_in=60)
    found = keychain.reseal()
    assert (found.count, found.unreadable) == (0, (NAME,))


def test_derived_keys_come_from_the_first_master_key(
    redis: store.Redis, master: bytes, keychain: Keychain
) -> None:
    """Replicas with the same first key agree, whatever older keys they still have."""
    old = secrets.token_bytes(32)
    assert Keychain(redis, (master, old), "billing").derive(b"i") == keychain.derive(b"i")
    assert Keychain(redis, (old, master), "payments").derive(b"i") != keychain.derive(b"i")


def test_a_keychain_without_a_key_is_our_own_mistake(redis: store.Redis) -> None:
    """Nothing is ever kept unsealed."""
    with pytest.raises(RuntimeError):
        Keychain(redis, (), "payments")
