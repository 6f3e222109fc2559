"""What each replica saw, as the others hear of it: a sight of now, and nobody else's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from ceremonies import store
from ceremonies.conductor.vantages import KEPT_MS, Vantages
from ceremonies.gates import Vantage
from ceremonies.observations import Observations
from ceremonies.vault import ClusterView
from tests.ceremonies.sights import T0, clusters, node, sealed, silent

KEY = secrets.token_bytes(32)
LIVES = clusters([node("a", "primary"), node("b")])
GONE = clusters([silent("a"), node("b")])
NAME = "{payments}:vantages"


@pytest.fixture
def cache(redis_url: str) -> Iterator[Observations]:
    """An empty cache."""
    with store.connect(redis_url) as client:
        yield Observations(client)


def replica(cache: Observations, name: str, *, key: bytes = KEY) -> Vantages:
    """Return what one replica keeps and reads."""
    return Vantages(cache, "payments", key=key, replica=name)


def told(one: Vantages, at: int = T0) -> dict[str, Vantage]:
    """Return what this one hears of the others."""
    return {sight.replica: sight for sight in one.others(at=at)}


def test_each_hears_of_the_others_and_not_of_itself(cache: Observations) -> None:
    """Who is silent there, and who is primary there though it is not seen so here."""
    r1, r2 = replica(cache, "r1"), replica(cache, "r2")
    r1.put(GONE, at=T0 - 2000)
    r2.put(LIVES, at=T0 - 1000)

    assert told(r1) == {"r2": Vantage(replica="r2", at=T0 - 1000, primaries=("a",))}
    assert told(r2)["r1"].silent == ("a",)
    r1.put(GONE, at=T0)
    assert told(r2)["r1"].at == T0


@pytest.mark.parametrize(
    "before", [pytest.param(LIVES, id="seen here too"), pytest.param(None, id="never looked here")]
)
def test_what_was_seen_before_it_was_missed_here(
    cache: Observations, before: tuple[ClusterView, ...] | None
) -> None:
    """A primary that died a moment ago was seen by everybody: that is no contradiction."""
    r1, r2 = replica(cache, "r1"), replica(cache, "r2")
    if before:
        r1.put(before, at=T0 - 5000)
    r2.put(LIVES, at=T0 - 1000)
    r1.put(GONE, at=T0)
    assert told(r1)["r2"].primaries == ()
    r2.put(LIVES, at=T0 + 1)
    assert told(r1, T0 + 1)["r2"].primaries == ("a",)


def test_a_sealed_cluster_is_not_silent(cache: Observations) -> None:
    """It answers, though only that it is sealed."""
    r1, r2 = replica(cache, "r1"), replica(cache, "r2")
    r2.put(clusters([sealed("a"), silent("a", 2), node("b")]), at=T0)
    assert told(r1)["r2"].silent == ()


def test_what_is_not_ours_is_not_heard(cache: Observations) -> None:
    """Forged, another replica's under this one's name, cut, or of another version: dropped."""
    stranger = replica(cache, "r2", key=secrets.token_bytes(32))
    stranger.put(LIVES, at=T0)
    replica(cache, "r3").put(LIVES, at=T0)
    marked = cache.fields(NAME)
    cache.put_fields(NAME, {"r4": marked["r3"], "r5": "", "r6": "|{}"}, seconds=60)

    assert set(told(replica(cache, "r1"))) == {"r3"}
    assert set(cache.fields(NAME)) == {"r3"}


def test_old_sights_go(cache: Observations) -> None:
    """A replica that stopped is forgotten, also while others go on."""
    replica(cache, "r2").put(LIVES, at=T0 - KEPT_MS - 1)
    assert told(replica(cache, "r1")) == {}
    assert cache.fields(NAME) == {}


def test_without_redis_there_is_no_second_place(redis_url: str) -> None:
    """Nothing is raised: the gate says that nobody looked from elsewhere."""
    port = redis_url.rsplit(":", 1)[-1].split("/", maxsplit=1)[0]
    away = Observations(store.connect(redis_url.replace(port, "1")))
    one = replica(away, "r1")
    one.put(LIVES, at=T0)
    assert one.others(at=T0) == ()
