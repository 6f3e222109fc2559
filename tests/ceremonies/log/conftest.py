"""A set's log on the session's Redis, begun by one key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ceremonies import store
from ceremonies.identity import Identity
from ceremonies.log import Entry, SetLog
from tests.logs import begin, open_log, somebody


@pytest.fixture
def redis(redis_url: str) -> Iterator[store.Redis]:
    """A client of an empty Redis, made as the product makes it."""
    client = store.connect(redis_url)
    yield client
    client.close()


@pytest.fixture
def identity() -> Identity:
    """The replicas' signing key."""
    return somebody()


@pytest.fixture
def log(redis: store.Redis, identity: Identity) -> SetLog:
    """The empty log of `payments`."""
    return open_log(redis, identity)


@pytest.fixture
def first(log: SetLog, identity: Identity) -> Entry:
    """The log's first entry."""
    return begin(log, identity)
