"""No secret leaves: known ones are looked for everywhere the bot wrote, at log level DEBUG."""

from __future__ import annotations

import base64
import json
import re

import redis

from lab.enterprise import Answer, CutAfter, Fault
from lab.stage import CHANNEL, Stage
from tests.e2e import spots
from tests.e2e.acts import (
    asked,
    asks_for_promotion,
    gives,
    hands_in,
    nonce_of,
    opens,
    pastes,
    privately,
    promoted,
    share_of,
    starts,
    what_is_wrong,
)
from tests.e2e.traces import DELETE_TOKEN, PROMOTE, UPDATE


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


def nowhere(stage: Stage, *more: str, window: str = "") -> None:
    """Look for all that passed between bot and Vault, and for these, wherever the bot wrote.

    `window`: a secret for one person, which may stand in the modal that shows it, and only there.
    """
    heard = stage.vaults.record.overheard()
    assert all(heard.values()), "the lab did not hear every kind of secret pass"
    shares = stage.vaults["b"].bao.shares
    secrets = {*more}.union(*(forms(share) for share in shares[:3]), *heard.values())
    for place, whole in everything(stage).items():
        assert "payments" in whole, f"nothing was found in {place}"
        text = without_window(whole, window) if place == "Slack" and window else whole
        for secret in secrets:
            assert secret not in text, f"a secret stands in {place}"
        assert not re.search(r"\b(?:hvs|hvb|s|b)\.[\w-]{24,}", text), place


def without_window(archive: str, secret: str) -> str:
    """Return all that was sent to Slack but the modal that shows this secret."""
    lines = archive.splitlines()
    shown = [line for line in lines if secret in line and line.split()[1] == "views.update"]
    assert shown, "nobody was shown it"
    return "\n".join(line for line in lines if line not in shown)


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

    nowhere(stage, shares[0].hex()[:40])


def echoes(secret: str) -> list[Answer]:
    """Return what a Vault, or something before it, says that repeats what it was sent."""
    return [
        Answer(400, {"errors": [f"cannot make sense of {secret}"]}),
        Answer(500, {"errors": [f"1 error occurred:\n\t* invalid key: {secret}\n\n"]}),
        Answer(502, f"<html>Bad gateway: PUT key={secret}</html>"),
    ]


def test_no_secret_leaves_in_trouble(stage: Stage) -> None:
    """The same where all goes wrong: error reports and tracebacks repeat nothing either."""
    vaults, people = stage.vaults, stage.people
    vaults.record.listen()
    vaults["a"].kill()
    card = starts(stage)
    ada, sam, share = people["Ada"], people["Sam"], share_of(stage, 0)
    nonce = nonce_of(card)
    spots.cut_after(stage, spots.SHARE)
    gives(stage, "Ben", 1)
    opens(ada, asked(ada, nonce))
    for effect in echoes(share):
        vaults.inject(Fault(effect=effect, path=UPDATE))
        pastes(ada, share)
        assert what_is_wrong(ada.modal)
    stage.redis.stop()
    pastes(ada, share)
    assert "Redis does not answer" in what_is_wrong(ada.modal)
    stage.redis.start()
    ada.closes()
    mistaken = sam.types(f"/dr promote payments reason={share}", CHANNEL)
    privately(sam, mistaken, "share")
    vaults.inject(Fault(effect=CutAfter(), path=PROMOTE))
    vaults.inject(Fault(effect=CutAfter(), path=DELETE_TOKEN))
    asks_for_promotion(stage, card)
    gives(stage, "Ada", 0)
    gives(stage, "Cat", 2)
    promoted(stage, card, within=60)

    nowhere(stage)
