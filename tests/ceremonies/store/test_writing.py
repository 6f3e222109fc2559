"""A confirmed write is on a replica or on the disk; where neither says so in time, we are told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ceremonies.errors import StoreUnreachable
from ceremonies.store import Script, Writer
from ceremonies.store.translation import RIGHTS
from lab.process import wait_until
from tests.everything import WRITTEN, use_everything
from tests.logs import add, begin, connected, open_log, somebody, won
from tests.redises import DURABLE, serve, serve_replica
from tests.wire import Wire

KEY = "conclave:{payments}:secret:otp:b:n"


def test_the_disk_confirms_where_one_server_is(tmp_path: Path) -> None:
    """With appendfsync always the confirmation comes at once, and a SIGKILL loses nothing."""
    server = serve(tmp_path, **DURABLE)
    with connected(server.url) as client:
        assert Writer(client).write(KEY, "SET", KEY, "sealed", confirm=True).confirmed
    server.child.kill()


def test_a_lazy_disk_is_waited_for(tmp_path: Path) -> None:
    """With appendfsync everysec the write waits for the disk, within the time that is given."""
    server = serve(tmp_path, appendonly="yes", appendfsync="everysec")
    with connected(server.url) as client:
        writer = Writer(client)
        assert all(writer.write(KEY, "SET", KEY, i, confirm=True).confirmed for i in range(2))
    server.child.kill()


@pytest.mark.parametrize("settings", [{"save": "900 1"}, {}], ids=["snapshots only", "nothing"])
def test_a_disk_that_cannot_confirm(tmp_path: Path, settings: dict[str, str]) -> None:
    """Without an append-only file the write is made, and said to be unconfirmed."""
    server = serve(tmp_path, **settings)
    with connected(server.url) as client:
        written = Writer(client).write(KEY, "SET", KEY, "sealed", confirm=True)
        assert written.reply
        assert not written.confirmed
        assert client.get(KEY) == b"sealed"
    server.child.kill()


def test_a_replica_has_it_when_we_return(tmp_path: Path) -> None:
    """Where a replica is, a confirmed write can be read there at once."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary)
    with connected(primary.url) as client, replica.client as there:
        writer = Writer(client)
        for i in range(20):
            assert writer.write(KEY, "SET", KEY, i, confirm=True).confirmed
            assert there.get(KEY) == str(i).encode()
    replica.child.kill()
    primary.child.kill()


def test_a_silent_replica_does_not_stop_us(tmp_path: Path) -> None:
    """A replica in a lost region costs a second a write, until it is known to be silent."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary)
    with connected(primary.url) as client:
        writer = Writer(client)
        assert writer.write(KEY, "SET", KEY, "a", confirm=True).confirmed
        replica.child.pause()
        before = time.monotonic()
        assert not writer.write(KEY, "SET", KEY, "b", confirm=True).confirmed
        assert time.monotonic() - before < 2.5
        wait_until(
            lambda: writer.write(KEY, "SET", KEY, "c", confirm=True).confirmed,
            seconds=20,
            what="the disk is asked instead",
        )
    replica.child.kill()
    primary.child.kill()


def test_a_repeat_after_a_lost_reply_is_confirmed_too(tmp_path: Path) -> None:
    """The write of the first try is waited for on the second connection: the replica has it."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary)
    identity = somebody()
    with Wire(server_port=primary.port) as wire, connected(wire.url) as client:
        log = open_log(client, identity)
        first = begin(log, identity)
        second = won(add(log, first.head, confirm=True))
        wire.lose_reply_to(b"\r\nEVAL", meanwhile=replica.child.pause)
        before = time.monotonic()
        won(add(log, second.head, confirm=True))
        assert wire.cuts == 1
        assert time.monotonic() - before > 0.9  # it did wait for the paused replica
    replica.child.kill()
    primary.child.kill()


def test_a_script_is_sent_once(tmp_path: Path) -> None:
    """The text goes over the wire where Redis does not know it; then its SHA-1 is enough."""
    server = serve(tmp_path, **DURABLE)
    script = Script("return redis.call('INCR', KEYS[1])")
    with connected(server.url) as client:
        writer = Writer(client)
        replies = [writer.run(script, KEY, confirm=confirm).reply for confirm in (False, True)]
        calls = client.info("commandstats")
        client.script_flush()
        replies += [writer.run(script, KEY, confirm=confirm).reply for confirm in (True, False)]
    assert replies == [1, 2, 3, 4]
    assert (calls["cmdstat_eval"]["calls"], calls["cmdstat_evalsha"]["calls"]) == (1, 2)
    server.child.kill()


@pytest.mark.parametrize("confirm", [False, True], ids=["plain", "confirmed"])
def test_a_replica_takes_no_writes(tmp_path: Path, *, confirm: bool) -> None:
    """Who was given a replica's address is told to name the primary."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary)
    with connected(replica.url) as client, pytest.raises(StoreUnreachable) as caught:
        Writer(client).write(KEY, "SET", KEY, "x", confirm=confirm)
    assert "primary" in caught.value.advice
    replica.child.kill()
    primary.child.kill()


def test_a_full_redis_says_so_and_repeats_nothing(tmp_path: Path) -> None:
    """Out of memory is told with its mend; what we wanted to write stands in no text."""
    server = serve(tmp_path, **DURABLE)
    with server.client as outside:
        outside.config_set("maxmemory", "1")
    with connected(server.url) as client:
        for write in (
            lambda: Writer(client).write(KEY, "SET", KEY, "hush", confirm=True),
            lambda: Writer(client).run(Script("return redis.call('SET', KEYS[1], 1)"), KEY),
        ):
            with pytest.raises(StoreUnreachable, match="memory") as caught:
                write()
            assert "hush" not in f"{caught.value!r}{caught.value.__cause__!r}"
    server.child.kill()


def test_a_user_with_no_more_rights_than_advised(tmp_path: Path) -> None:
    """The rights that the advice lists are enough for all that Conclave does at Redis."""
    server = serve(tmp_path, **DURABLE)
    with server.client as outside:
        outside.execute_command(
            "ACL", "SETUSER", "conclave", "ON", ">hush", "resetchannels", *RIGHTS.split()
        )
    assert use_everything(server.url.replace("://", "://conclave:hush@")) == WRITTEN
    server.child.kill()
