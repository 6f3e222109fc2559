"""What many tests share: the real parts that are started once a session, and given back clean."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest
import redis
from hypothesis import HealthCheck, settings

from lab.enterprise import ReplicationRange, practice_range
from lab.redis import RedisServer

# A shell's background takes Ctrl-C away from what it starts, and from all that that starts.
if threading.current_thread() is threading.main_thread() and (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something of the machine, not of the code.
settings.register_profile(
    "conclave", deadline=None, suppress_health_check=(HealthCheck.too_slow,), print_blob=True
)
settings.load_profile("conclave")


@pytest.fixture(scope="session")
def dr_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """Two clusters of one node, `a` the primary and `b` its secondary; about 3 s to start."""
    with practice_range(tmp_path_factory.mktemp("dr")) as clusters:
        yield clusters


@pytest.fixture
def dr(dr_range: ReplicationRange) -> ReplicationRange:
    """The session's range, everything back as after its start."""
    dr_range.reset()
    return dr_range


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that persists and does not evict. Who stops it, starts it again."""
    server = RedisServer(directory=tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The session's Redis, empty."""
    if not redis_server.child.running:
        redis_server.start()
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url
