"""One replica draws a set at a time, and nobody waits long for one that died."""

from __future__ import annotations

from ceremonies import store
from ceremonies.lease import Lease, lease_key
from lab.process import wait_until


def test_one_at_a_time(redis_url: str) -> None:
    """Who has the lease keeps it; another gets it when it is released, and each set has its own."""
    redis = store.connect(redis_url)
    mine = Lease(redis, "payments", holder="r1")
    theirs = Lease(redis, "payments", holder="r2")

    assert mine.take()
    assert mine.take()
    assert not theirs.take()
    assert Lease(redis, "ledger", holder="r2").take()

    theirs.release()
    assert not theirs.take()
    mine.release()
    assert theirs.take()
    assert not mine.take()


def test_a_dead_replica_is_not_waited_for_long(redis_url: str) -> None:
    """A lease runs out by itself."""
    redis = store.connect(redis_url)
    assert Lease(redis, "payments", holder="r1", seconds=0.2).take()
    other = Lease(redis, "payments", holder="r2")

    wait_until(other.take, seconds=5, what="the lease ran out")


def test_a_lease_that_never_ends_stops_nobody(redis_url: str) -> None:
    """Somebody who can write to Redis takes it for ever: the cards are drawn all the same."""
    redis = store.connect(redis_url)
    lease = Lease(redis, "payments", holder="r1")

    redis.set(lease_key("payments"), "nobody")
    assert lease.take()
    redis.set(lease_key("payments"), "nobody", ex=3600)
    assert lease.take()
