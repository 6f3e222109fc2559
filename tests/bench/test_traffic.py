"""What the bench counts as a round trip to Redis."""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis

from tests.bench.traffic import Meter, Traffic

LOG = "some:log"


@pytest.fixture
def store(redis_url: str) -> Iterator[redis.Redis]:
    """A client that has talked to Redis already: greeting it is nobody's traffic."""
    with redis.Redis.from_url(redis_url) as client:
        client.ping()
        yield client


def _one(store: redis.Redis) -> None:
    store.set("key", "value")


def _piped(store: redis.Redis) -> None:
    pipe = store.pipeline(transaction=False)
    for n in range(5):
        pipe.set(f"key{n}", "value")
    pipe.execute()


def _scripted(store: redis.Redis) -> None:
    store.eval("redis.call('SET', KEYS[1], 'a'); redis.call('SET', KEYS[1], 'b')", 1, "key")


def _nothing(store: redis.Redis) -> None:
    del store


@pytest.mark.parametrize(
    ("work", "requests"),
    [
        pytest.param(_nothing, 0, id="the meter's own looks are not counted"),
        pytest.param(_one, 1, id="a command is one"),
        pytest.param(_piped, 1, id="a pipeline is one"),
        pytest.param(_scripted, 1, id="a script is one, whatever it calls"),
    ],
)
def test_a_request_is_what_somebody_waits_for_once(
    store: redis.Redis, work: Callable[[redis.Redis], None], requests: int
) -> None:
    """Redis counts what it reads, so a request is a round trip of whoever sent it."""
    meter = Meter(store, log=LOG)
    work(store)
    assert meter.read().requests == requests


def test_entries_are_counted_where_they_stand(store: redis.Redis) -> None:
    """What the log had before is not counted, and two windows add up."""
    store.xadd(LOG, {"n": 1})
    first = Meter(store, log=LOG)
    store.xadd(LOG, {"n": 2})
    seen = first.read()
    second = Meter(store, log=LOG)
    store.xadd(LOG, {"n": 3})
    both = seen + second.read()
    assert (seen.entries, both.entries, both.requests) == (1, 2, 2)
    assert both.seconds > seen.seconds > 0
    assert Traffic() + seen == seen
