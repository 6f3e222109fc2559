"""The OTP cannot be opened any more: no share is sent for a token that nobody could read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from lab.stage import CHANNEL, Stage
from tests.e2e.acts import DRILL, asked, gives, nonce_of, starts
from tests.e2e.traces import ATTEMPT, UPDATE, sent, took

OTP = "conclave:*:secret:otp:*"
NAMES = ("Ada", "Ben", "Cat")


def drop(store: redis.Redis, key: bytes) -> None:
    """Let the key be gone, as when its time was over."""
    store.delete(key)


def spoil(store: redis.Redis, key: bytes) -> None:
    """Let somebody change what is stored."""
    kept = store.get(key)
    assert isinstance(kept, bytes)
    store.set(key, kept[:-1] + bytes([kept[-1] ^ 1]), keepttl=True)


@pytest.mark.parametrize("happens", [drop, spoil], ids=["it is gone", "it was changed"])
def test_before_the_last_share(stage: Stage, happens: Callable[[redis.Redis, bytes], None]) -> None:
    """The last holder reads that nothing was sent; the commander starts anew with one click."""
    card = starts(stage, DRILL)
    sam, cat = stage.people["Sam"], stage.people["Cat"]
    asks = {name: asked(stage.people[name], nonce_of(card)) for name in NAMES}
    gives(stage, "Ada", 0, ask=asks["Ada"])
    gives(stage, "Ben", 1, ask=asks["Ben"])
    with redis.Redis.from_url(stage.redis.url) as store:
        [key] = store.keys(OTP)
        happens(store, key)

    modal = gives(stage, "Cat", 2, ask=asks["Cat"])

    assert modal
    assert "Your share was not sent: this attempt's OTP cannot be opened" in modal.text
    assert sent(stage, UPDATE) == 2
    cat.closes()
    lost = sam.waits_until(card, "The OTP of this attempt cannot be opened", within=20)
    sam.waits_for("is lost; you can start a new one", channel=CHANNEL)
    sam.clicks("ceremony.restart", lost)
    anew = sam.waits_until(card, "Drill on payments/b: 0 of 3", "Needed: 3 shares", within=20)
    assert took(stage, ATTEMPT, "DELETE") == 1
    for number, name in enumerate(NAMES):
        gives(stage, name, number, ask=asked(stage.people[name], nonce_of(anew)))
    sam.waits_until(card, "Drill on payments/b: passed", "deleted", within=20)
