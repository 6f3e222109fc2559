"""What was seen outside is kept for a while and may be lost."""

from __future__ import annotations

from ceremonies import store
from ceremonies.observations import PREFIX, Observations
from lab.process import wait_until


def test_a_text_is_kept_until_it_expires(redis_url: str) -> None:
    """It is there, replaced by the next one, and gone by itself; every key says what it is."""
    redis = store.connect(redis_url)
    seen = Observations(redis)
    seen.put("person:U0ADA", "a guest", seconds=60)
    seen.put("person:U0ADA", "a member", seconds=60)
    assert seen.get("person:U0ADA") == "a member"
    assert seen.get("person:U0BEN") is None
    assert [key.decode() for key in redis.scan_iter()] == [PREFIX + "person:U0ADA"]

    seen.put("person:U0ADA", "a member", seconds=0.1)
    wait_until(lambda: seen.get("person:U0ADA") is None, seconds=5, what="it expired")
    seen.put("person:U0BEN", "a member", seconds=60)
    seen.forget("person:U0BEN")
    assert seen.get("person:U0BEN") is None


def test_one_of_many_is_the_first(redis_url: str) -> None:
    """Of two who say the same thing one is the first, until it is forgotten."""
    seen = Observations(store.connect(redis_url))

    assert seen.first("reminded:1", seconds=60)
    assert not seen.first("reminded:1", seconds=60)
    assert seen.first("reminded:2", seconds=60)


def test_fields_stand_beside_each_other(redis_url: str) -> None:
    """Fields of one name are read at once, and dropped one by one."""
    seen = Observations(store.connect(redis_url))
    assert seen.fields("{payments}:drawn") == {}
    seen.put_fields("{payments}:drawn", {"a": "1", "b": "2"}, seconds=60)
    seen.put_fields("{payments}:drawn", {"b": "3"}, seconds=60)
    assert seen.fields("{payments}:drawn") == {"a": "1", "b": "3"}

    seen.drop_fields("{payments}:drawn", "a")
    assert seen.fields("{payments}:drawn") == {"b": "3"}
