"""Being told of an append at once; and nothing worse than silence when that is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ceremonies import store
from ceremonies.identity import Identity
from ceremonies.log import Entry, SetLog, Wake
from lab.process import wait_until
from lab.redis import RedisServer
from tests.logs import add, begin, connected, grow, open_log, somebody, won
from tests.wire import Wire


@contextmanager
def listening(client: store.Redis, *, patience_s: float = 10.0) -> Iterator[list[str]]:
    """Give the list of sets that a Wake was told of, once it hears; stopped afterwards."""
    told: list[str] = []
    wake = Wake(client, told.append, patience_s=patience_s)
    wake.start()
    wait_until(lambda: _heard(client, told), seconds=5, what="the wake listens")
    yield told
    wake.stop()


def _heard(client: store.Redis, told: list[str]) -> bool:
    client.publish("conclave:wake", "hello")
    return "hello" in told


def test_an_append_wakes_every_listener(
    redis: store.Redis, identity: Identity, log: SetLog, first: Entry
) -> None:
    """Each append is published with its set's name, and every replica hears it."""
    with listening(redis) as one, listening(redis) as other:
        won(add(log, first.head))
        begin(open_log(redis, identity, set_name="billing"), identity)
        for told in (one, other):
            wait_until(lambda: "billing" in told, seconds=5, what="told")  # noqa: B023 — at once
            assert [name for name in told if name != "hello"] == ["payments", "billing"]


def test_who_loses_wakes_nobody(redis: store.Redis, log: SetLog, first: Entry) -> None:
    """An append that wrote nothing publishes nothing."""
    won(add(log, first.head))
    with listening(redis) as told:
        add(log, first.head)
        grow(log, log.load()[-1], 1)
        wait_until(lambda: "payments" in told, seconds=5, what="told")
        assert told.count("payments") == 1


def test_a_callback_that_fails_ends_nothing(redis: store.Redis) -> None:
    """Whoever is called back may fail; the next append is told all the same."""
    told: list[str] = []

    def fail_once(name: str) -> None:
        told.append(name)
        if len(told) == 1:
            raise RuntimeError("a surprise")

    wake = Wake(redis, fail_once)
    wake.start()
    wait_until(lambda: _heard(redis, told) and len(told) > 1, seconds=5, what="told twice")
    wake.stop()


def test_redis_away_and_back(tmp_path: Path) -> None:
    """The subscription is made again by itself, also after the whole server was gone."""
    server = RedisServer(directory=tmp_path).start()
    with connected(server.url) as client, listening(client) as told:
        server.kill()
        server.start()
        told.clear()
        wait_until(lambda: _heard(client, told), seconds=10, what="heard again")
    server.kill()


def test_a_dead_connection_is_made_anew(redis: store.Redis, redis_server: RedisServer) -> None:
    """A connection that is open but carries nothing any more is noticed by its silence."""
    with (
        Wire(server_port=redis_server.port) as wire,
        connected(wire.url) as client,
        listening(client, patience_s=0.5) as told,
    ):
        wire.go_silent()
        told.clear()
        wait_until(lambda: _heard(redis, told), seconds=10, what="heard again")


def test_it_can_begin_while_redis_is_away(tmp_path: Path) -> None:
    """Starting needs no Redis; once there is one it is heard."""
    server = RedisServer(directory=tmp_path)
    with connected(server.url) as client:
        told: list[str] = []
        wake = Wake(client, told.append)
        wake.start()
        server.start()
        wait_until(lambda: _heard(client, told), seconds=10, what="heard")
        wake.stop()
    server.kill()


def test_stopping_leaves_no_thread(redis: store.Redis) -> None:
    """After stop() the thread is gone and Redis has one subscriber less."""
    with listening(redis):
        assert dict(redis.pubsub_numsub("conclave:wake")) == {b"conclave:wake": 1}
    assert not [thread for thread in threading.enumerate() if thread.name == "wake"]
    wait_until(
        lambda: dict(redis.pubsub_numsub("conclave:wake")) == {b"conclave:wake": 0},
        seconds=5,
        what="nobody listens",
    )


def test_who_may_not_publish_has_still_appended(redis: store.Redis, redis_url: str) -> None:
    """A Redis user without the right to publish appends: the sweep tells what no wake does."""
    redis.execute_command("ACL", "SETUSER", "mute", "on", ">hush", "~*", "resetchannels", "+@all")
    identity = somebody()
    with connected(redis_url.replace("://", "://mute:hush@")) as client:
        log = open_log(client, identity)
        begun = begin(log, identity)
        assert log.load() == [begun]
    redis.execute_command("ACL", "DELUSER", "mute")
