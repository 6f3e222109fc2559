"""No secret leaves: known ones are looked for everywhere the bot wrote, at log level DEBUG."""

from __future__ import annotations

import base64
import json
import re

import redis

from lab.stage import Stage
from tests.e2e.acts import asked, asks_for_promotion, gives, hands_in, promoted, starts


def everything(stage: Stage) -> dict[str, str]:
    """Return all that the bot wrote, by where it wrote it."""
    with redis.Redis.from_url(stage.redis.url) as store:
        kept = {key: store.dump(key) or b"" for key in store.keys("*")}
        plain = [repr(store.xrange(key)) for key in kept if store.type(key) == b"stream"]
    return {
        "the bots' logs": "\n".join(bot.log_text() for bot in stage.bots),
        "Redis": "\n".join(
            [*plain, *(f"{key!r} {value!r} {value.hex()}" for key, value in kept.items())]
        ),
        "Slack": "\n".join(stage.chat.archive()),
    }


def forms(secret: bytes) -> set[str]:
    """Return a secret as it could be written down."""
    encoded = base64.b64encode(secret).decode()
    return {
        secret.hex(),
        secret.hex().upper(),
        encoded,
        encoded.rstrip("="),
        json.dumps(secret.hex())[1:-1],
        repr(secret)[2:-1],
    }


def test_no_secret_leaves(stage: Stage) -> None:
    """Shares, OTP, encoded and decoded token: zero hits in logs, Redis and Slack."""
    vaults = stage.vaults
    vaults.record.listen()
    vaults["a"].kill()
    card = starts(stage)
    asks_for_promotion(stage, card)
    shares = vaults["b"].bao.shares
    hands_in(stage.people["Ada"], shares[0].hex()[:40])
    stage.people["Ada"].closes()
    gives(stage, "Ada", 0)
    hands_in(
        stage.people["Ben"], base64.b64encode(shares[1]).decode(), ask=asked(stage.people["Ben"])
    )
    gives(stage, "Cat", 2)
    promoted(stage, card)

    secrets = set().union(*(forms(share) for share in shares[:3]))
    secrets |= {shares[0].hex()[:40]}
    heard = vaults.record.overheard()
    assert all(heard.values()), "the lab did not hear every kind of secret pass"
    secrets = secrets.union(*heard.values())
    for place, text in everything(stage).items():
        for secret in secrets:
            assert secret not in text, f"a secret stands in {place}"
        assert not re.search(r"\b(?:hvs|hvb|s)\.[0-9A-Za-z]{24,}", text), place
