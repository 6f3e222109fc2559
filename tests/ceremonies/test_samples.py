"""What is kept of a healthy moment, and what it tells when there is none any more."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from ceremonies import store
from ceremonies.observations import PREFIX, Observations
from ceremonies.samples import Sample, Samples, loss, sample_of
from ceremonies.vault import ClusterView
from tests.ceremonies.sights import (
    T0,
    WAL,
    Said,
    clusters,
    lost,
    node,
    peer,
    sample,
    silent,
    streaming,
)

A = node("a", "primary")
B = node("b", dr=streaming())
MINUTE = 60_000


def test_a_healthy_moment() -> None:
    """The primary's WAL, and every secondary's, even of one whose link is down just now."""
    c = node("c", dr=lost("c", last_remote_wal=WAL - 70))
    found = sample_of(clusters([A, B, c]), at=T0)
    assert found is not None
    assert (found.at_ms, found.primary, found.last_dr_wal) == (T0, "a", WAL)
    assert [(one.name, one.last_remote_wal, one.state) for one in found.secondaries] == [
        ("b", WAL, "stream-wals"),
        ("c", WAL - 70, "idle"),
    ]
    assert found.version == "1.17.2+ent"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param([silent("a"), B], id="no primary answers"),
        pytest.param([A, node("c", "primary"), B], id="two do"),
        pytest.param([A, node("b")], id="no link is up"),
        pytest.param([A], id="nobody follows"),
        pytest.param([node("a", "primary", dr=None), B], id="the primary tells no WAL"),
        pytest.param([node("a", "primary", active=False), B], id="the primary has no leader"),
    ],
)
def test_nothing_is_learnt_otherwise(told: list[Said]) -> None:
    """Only a healthy moment is worth remembering; the last one stays."""
    assert sample_of(clusters(told), at=T0) is None


def view(**changes: object) -> ClusterView:
    """Return how `b` stands now."""
    (found,) = clusters([node("b", dr=replace(lost(), **changes))])  # type: ignore[arg-type]
    return found


def test_what_is_lost() -> None:
    """Records that are known to be missing, and how long nobody looked."""
    told = loss(sample(), view(last_remote_wal=WAL - 7), at=T0)
    assert told is not None
    assert (told.records, told.age_ms) == (7, MINUTE)


def test_who_got_more_since_lacks_nothing() -> None:
    """The sample is a minute old; what came after it is no debt."""
    told = loss(sample(), view(last_remote_wal=WAL + 7), at=T0)
    assert told is not None
    assert told.records == 0


def test_what_a_primary_wrote_ends_when_it_was_last_heard() -> None:
    """An outage of ten hours makes the unseen minute no longer."""
    heard = peer("disconnected", last_heartbeat="2026-05-28T20:26:10Z")  # 30 s after the sample
    told = loss(sample(), view(primaries=(heard,)), at=T0 + 600 * MINUTE)
    assert told is not None
    assert told.age_ms == 30_000


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(sample(secondaries=()), id="it was not there"),
        pytest.param(sample(primary="b"), id="it was the primary itself"),
    ],
)
def test_a_loss_that_cannot_be_told(before: Sample) -> None:
    """Counts of another primary's WAL are not compared: unknown is not zero."""
    assert loss(before, view(), at=T0) is None
    assert loss(sample(), view(last_remote_wal=None), at=T0) is None


def test_the_newest_is_kept(redis_url: str) -> None:
    """Under the set's name, for whoever has the key; every replica reads the same."""
    redis = store.connect(redis_url)
    key = secrets.token_bytes(32)
    ours = Samples(Observations(redis), "payments", key=key)
    assert ours.newest() is None
    ours.put(sample())
    ours.put(sample(last_dr_wal=WAL + 1))
    other_replica = Samples(Observations(store.connect(redis_url)), "payments", key=key)
    assert other_replica.newest() == sample(last_dr_wal=WAL + 1)
    assert [one.decode() for one in redis.scan_iter()] == [PREFIX + "{payments}:sample"]
    days = redis.pttl(PREFIX + "{payments}:sample") / 86_400_000
    assert days == pytest.approx(30, abs=0.01)


def test_a_forged_one_counts_as_none(redis_url: str) -> None:
    """Changed, moved to another set, made under another key, or no sample at all."""
    seen = Observations(store.connect(redis_url))
    key = secrets.token_bytes(32)
    ours = Samples(seen, "payments", key=key)
    ours.put(sample())
    kept = seen.get("{payments}:sample")
    assert kept is not None
    foreign = Samples(seen, "payments", key=secrets.token_bytes(32))
    assert foreign.newest() is None
    seen.put("{orders}:sample", kept, seconds=60)
    assert Samples(seen, "orders", key=key).newest() is None
    for forged in (kept.replace(str(WAL), "8000"), kept.partition("|")[2], "x", "|", "é|{}"):
        seen.put("{payments}:sample", forged, seconds=60)
        assert ours.newest() is None, forged
