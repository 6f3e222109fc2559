"""Redis away, silent, unsafe, or back without its tail: nobody is told what is not so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lab.enterprise import Delay
from lab.process import wait_until
from lab.redis import RedisServer
from lab.stage import CHANNEL, Stage
from tests.e2e import spots
from tests.e2e.acts import (
    START,
    asked,
    asks_for_promotion,
    gives,
    opens,
    pastes,
    privately,
    promoted,
    share_of,
    starts,
    what_is_wrong,
)
from tests.e2e.conftest import SetStage
from tests.e2e.spots import Spot
from tests.e2e.traces import DELETE_TOKEN, PROMOTE, UPDATE, events, took

THREE = ("Ada", "Ben", "Cat")
AWAY = "Redis does not answer, so nothing was decided and nothing is lost"


def kept(stage: Stage, directory: Path) -> Path:
    """Return where a copy is of what Redis has on disk now."""
    return shutil.copytree(stage.redis.directory / "appendonlydir", directory / "older")


def bring_back(stage: Stage, older: Path) -> None:
    """Let Redis die, and come back with an older copy."""
    stage.redis.kill()
    shutil.rmtree(stage.redis.directory / "appendonlydir")
    shutil.copytree(older, stage.redis.directory / "appendonlydir")
    stage.redis.start()


def test_away_in_mid_way(stage: Stage) -> None:
    """What needs a decision is refused privately; when Redis is back, everything goes on."""
    stage.vaults["a"].kill()
    card = starts(stage)
    gives(stage, "Ada", 0)
    ben, sam = stage.people["Ben"], stage.people["Sam"]
    sam.waits_until(card, "1 of 3 shares")
    opens(ben)
    stage.redis.stop()

    pastes(ben, share_of(stage, 1))
    assert AWAY in what_is_wrong(ben.modal)
    frozen = sam.clicks("ceremony.freeze", card)
    privately(sam, frozen, AWAY)
    status = sam.types("/dr status payments", CHANNEL)
    privately(sam, status, "1 of 3 shares")
    assert took(stage, UPDATE) == 1

    stage.redis.start()
    pastes(ben, share_of(stage, 1))
    ben.waits_for_no_modal()
    asks_for_promotion(stage, card)
    gives(stage, "Cat", 2)
    promoted(stage, card)
    assert took(stage, UPDATE) == 3


def test_silent_in_mid_way(stage: Stage) -> None:
    """A Redis that accepts and never answers is one that is away."""
    starts(stage)
    ada = stage.people["Ada"]
    opens(ada)
    stage.redis.child.pause()

    pastes(ada, share_of(stage, 0))

    ada.waits_for_modal(AWAY, within=30)
    assert took(stage, UPDATE) == 0
    stage.redis.child.resume()
    ada.closes()
    gives(stage, "Ada", 0)
    ada.waits_for("Vault counted your share", direct=True)


IN_FLIGHT = {
    "a share": (spots.SHARE, 1),
    "the last share": (spots.SHARE, 3),
    "the promotion": (spots.PROMOTION, 3),
    "the deletion": (spots.DELETION, 3),
}


@pytest.mark.parametrize(("spot", "number"), IN_FLIGHT.values(), ids=IN_FLIGHT)
def test_away_while_vault_is_asked(stage: Stage, spot: Spot, number: int) -> None:
    """What Vault did is kept until Redis takes it: nothing is asked twice, nothing is lost."""
    stage.vaults["a"].kill()
    card = starts(stage)
    asks_for_promotion(stage, card)
    for given, name in enumerate(THREE[: number - 1]):
        gives(stage, name, given)
    last = stage.people[THREE[number - 1]]
    opens(last)
    fault = stage.vaults.inject(spot.fault(Delay(3)))
    done = took(stage, spot.path)
    pastes(last, share_of(stage, number - 1))
    wait_until(lambda: fault.fired == 1, seconds=10, what="Vault is asked")
    stage.redis.stop()
    wait_until(lambda: took(stage, spot.path) > done, seconds=10, what="Vault did it")

    stage.redis.start()

    if last.modal:
        last.closes()
    for given, name in list(enumerate(THREE))[number:]:
        gives(stage, name, given)
    promoted(stage, card, within=60)
    asked_of_vault = (took(stage, UPDATE), took(stage, PROMOTE), took(stage, DELETE_TOKEN))
    assert asked_of_vault == (3, 1, 1)


def test_back_without_its_tail(stage: Stage, tmp_path: Path) -> None:
    """The loss stands on the card, Vault is asked what is true, and the ceremony goes on."""
    stage.vaults["a"].kill()
    card = starts(stage)
    gives(stage, "Ada", 0)
    sam = stage.people["Sam"]
    sam.waits_until(card, "1 of 3 shares")
    for name in ("Ben", "Cat", "Dan", "Eve"):
        asked(stage.people[name])
    older = kept(stage, tmp_path)
    gives(stage, "Ben", 1)
    sam.waits_until(card, "2 of 3 shares")

    bring_back(stage, older)

    told = sam.waits_until(card, "Redis lost", "of the log", "Conclave asked Vault", within=20)
    assert "keep the Redis data as evidence" in told.text
    sam.waits_until(card, "2 of 3 shares", "Given outside Conclave")
    (loss,) = events(stage, "tail_lost")
    assert len(loss["lost"]) >= 2
    asks_for_promotion(stage, card)
    gives(stage, "Cat", 2)
    final = promoted(stage, card)
    assert "Redis lost" in final.text
    sam.waits_for("Redis lost", "Conclave asked it and goes on from there", channel=CHANNEL)
    assert took(stage, UPDATE) == 3


def test_back_without_the_ceremony(stage: Stage, tmp_path: Path) -> None:
    """Its card can say nothing any more, so the channel is told; starting anew finds the rest."""
    stage.vaults["a"].kill()
    older = kept(stage, tmp_path)
    card = starts(stage)
    gives(stage, "Ada", 0)
    sam = stage.people["Sam"]
    sam.waits_until(card, "1 of 3 shares")

    bring_back(stage, older)

    told = sam.waits_for("Redis lost", "look at Vault, then start anew", channel=CHANNEL, within=20)
    assert "<@U0SAM>" in told.message.text
    pressed = sam.clicks("ceremony.nudge", card)
    privately(sam, pressed, "long over")
    typed = sam.types(START, CHANNEL)
    blocked = sam.waits_for("1 of 3 shares given", channel=CHANNEL, after=typed, within=20)
    assert "An attempt that Conclave did not start is open at Vault" in blocked.text
    sam.clicks("ceremony.restart", blocked)
    sam.waits_until(blocked, "0 of 3 shares", "Needed: 3 shares")


UNSAFE = {
    "evicts": ({"evicting": True}, "maxmemory-policy noeviction"),
    "does not persist": ({"persisting": False}, "appendonly yes"),
}


@pytest.mark.parametrize(("kind", "mend"), UNSAFE.values(), ids=UNSAFE)
def test_unsafe_at_start(
    set_stage: SetStage, tmp_path: Path, kind: dict[str, bool], mend: str
) -> None:
    """It is refused with what is to be changed, and the process ends with 2."""
    stage = set_stage(bots=0)
    unsafe = RedisServer(directory=tmp_path / "unsafe", **kind).start()

    child = stage.add_bot(CONCLAVE_REDIS_URL=unsafe.url).child

    assert child.wait(20) == 2
    assert child.said(mend)
    unsafe.kill()
