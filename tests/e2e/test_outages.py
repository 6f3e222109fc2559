"""Vault in bad shape in mid-ceremony: sealed, gone, silent, late, led by another, awake again.

What people read, and that a ceremony ends as soon as Vault lets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.enterprise import Delay, ReplicationRange
from lab.redis import RedisServer
from lab.sights import Seen
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
from tests.e2e.traces import PROMOTE, UPDATE, sent, took

THREE = ("Ada", "Ben", "Cat")


@pytest.fixture
def dark(set_stage: SetStage) -> Stage:
    """One bot whose calls end soon, and `a` gone."""
    stage = set_stage(**spots.SOON)
    stage.vaults["a"].kill()
    return stage


def goes_on(stage: Stage, card: Seen, *names: str) -> Seen:
    """Let these give the share that is theirs, and see `b` promoted."""
    for name in names:
        gives(stage, name, THREE.index(name))
    return promoted(stage, card)


def begins_anew(stage: Stage, card: Seen) -> None:
    """Sam starts a new attempt by the button, and waits until shares are collected."""
    assert stage.people["Sam"].clicks("ceremony.restart", card).acknowledged
    stage.people["Sam"].waits_until(card, "0 of 3 shares", "Needed: 3 shares", within=20)


def test_sealed_in_mid_way(dark: Stage) -> None:
    """The commander reads it too; what was given before counts when Vault is unsealed."""
    card = starts(dark)
    asks_for_promotion(dark, card)
    gives(dark, "Ada", 0)
    dark.vaults["b"].seal()

    modal = gives(dark, "Ben", 1)

    assert "The node is sealed" in what_is_wrong(modal)
    dark.people["Sam"].waits_until(card, "1 of 3 shares", "Unseal every node of this cluster")
    dark.vaults["b"].unseal()
    pastes(dark.people["Ben"], share_of(dark, 1))
    mended = dark.people["Sam"].waits_until(card, "2 of 3 shares")
    assert "Unseal every node" not in mended.text
    goes_on(dark, card, "Cat")
    assert took(dark, UPDATE) == 3


@pytest.mark.parametrize("gone", [False, True], ids=["sealed", "gone"])
def test_no_secondary_that_could_start(set_stage: SetStage, *, gone: bool) -> None:
    """Nothing is started, and the private answer says what is wrong with which node."""
    stage = set_stage(**spots.SOON)
    vaults, sam = stage.vaults, stage.people["Sam"]
    vaults["b"].kill() if gone else vaults["b"].seal()

    typed = sam.types(START, CHANNEL)

    told = privately(sam, typed, "Nothing was started")
    assert ("No node of b answers" if gone else "b is sealed: unseal its nodes") in told.text
    assert "payments/a" not in told.text
    assert vaults["b"].address.removeprefix("http://") in told.text


def test_which_cluster_when_none_says_what_it_is(dark: Stage) -> None:
    """Both are offered, each with what its nodes answered; nothing has started."""
    dark.vaults["b"].kill()
    sam = dark.people["Sam"]

    typed = sam.types(START, CHANNEL)

    told = privately(sam, typed, "Nothing has started yet", "payments/a", "payments/b")
    assert told.text.count("not reachable from here") == 2
    assert "down" not in told.text


def test_gone_and_back_in_mid_way(dark: Stage) -> None:
    """A process that was started anew knows of no attempt: said, and one click begins anew."""
    card = starts(dark)
    asks_for_promotion(dark, card)
    gives(dark, "Ada", 0)
    dark.vaults["b"].kill()
    modal = gives(dark, "Ben", 1)
    assert "Nothing was sent" in what_is_wrong(modal)
    dark.people["Ben"].closes()
    dark.people["Sam"].waits_until(card, "1 of 3 shares", "The node refused the connection")

    dark.vaults["b"].revive()

    sam = dark.people["Sam"]
    sam.waits_until(card, "The attempt is gone at Vault", "nobody here did anything wrong")
    sam.waits_for("is lost; you can start a new one", channel=CHANNEL)
    dark.people["Ada"].waits_for("The shares given are spent", direct=True)
    begins_anew(dark, card)
    goes_on(dark, card, *THREE)
    assert took(dark, UPDATE) == 4


def test_silent_in_mid_way(dark: Stage) -> None:
    """A share on its way to a silent Vault is being checked; when Vault speaks, it counts once."""
    card = starts(dark)
    asks_for_promotion(dark, card)
    ada = dark.people["Ada"]
    ask = asked(ada)
    opens(ada, ask)
    dark.vaults["b"].pause()

    pastes(ada, share_of(dark, 0))

    checking = ada.waits_for_modal("on its way to Vault")
    assert "do not give the share again until it does" in checking.text
    dark.vaults["b"].resume()
    ada.waits_until(ask, "Vault counted your share", within=20)
    ada.closes()
    goes_on(dark, card, "Ben", "Cat")
    assert (sent(dark, UPDATE), took(dark, UPDATE)) == (3, 3)


def test_a_share_that_comes_late(dark: Stage) -> None:
    """Longer on the way than its call may take: its holder is not asked for it again."""
    card = starts(dark)
    ada = dark.people["Ada"]
    ask = asked(ada)
    opens(ada, ask)
    dark.vaults.inject(spots.SHARE.fault(Delay(4)))

    pastes(ada, share_of(dark, 0))

    ada.waits_for_modal("on its way to Vault")
    counted = ada.waits_until(ask, "Vault counted your share", within=20)
    assert "share.open" not in counted.buttons
    now = dark.people["Sam"].waits_until(card, "1 of 3 shares")
    assert "outside" not in now.text
    assert sent(dark, UPDATE) == 1


def test_a_promotion_that_comes_late(dark: Stage) -> None:
    """It arrives when its intent is over and Vault was still a secondary: seen as what it is."""
    card = starts(dark)
    asks_for_promotion(dark, card)
    dark.vaults.inject(spots.PROMOTION.fault(Delay(9)))

    goes_on(dark, card, *THREE)

    assert took(dark, PROMOTE) == 1


def test_the_old_primary_wakes_up(dark: Stage) -> None:
    """Between approval and promotion: blocked with address and time, and approvals are void."""
    card = starts(dark)
    asks_for_promotion(dark, card)
    gives(dark, "Ada", 0)
    gives(dark, "Ben", 1)
    sam, kim = dark.people["Sam"], dark.people["Kim"]
    sam.waits_until(card, "Enough people agree")
    dark.vaults["a"].revive()

    gives(dark, "Cat", 2)

    blocked = sam.waits_until(card, "The gate blocked the promotion")
    awake = dark.vaults["a"].address
    assert f"a answers as primary at {awake}" in blocked.text
    assert f"a {awake.removeprefix('http://')} · primary, active" in blocked.text
    assert "Every node's answer (asked " in blocked.text
    assert "promotion.approve" not in blocked.buttons
    assert took(dark, PROMOTE) == 0

    dark.vaults["a"].kill()
    asks_for_promotion(dark, card)
    asked_anew = sam.waits_until(card, "1 more person must approve")
    assert "Agreed: nobody yet" in asked_anew.text
    kim.clicks("promotion.approve", card)
    promoted(dark, card)
    assert took(dark, PROMOTE) == 1


# A secondary of three nodes


@pytest.fixture(scope="module")
def wide_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """A primary of one node, a secondary of three."""
    with ReplicationRange(directory=tmp_path_factory.mktemp("wide"), nodes={"b": 3}) as clusters:
        yield clusters


@pytest.fixture
def wide(
    wide_range: ReplicationRange, redis_server: RedisServer, redis_url: str, tmp_path: Path
) -> Iterator[Stage]:
    """One bot whose calls end soon, `a` gone, `b` of three nodes."""
    assert redis_url == redis_server.url
    wide_range.reset()
    stage = Stage(
        directory=tmp_path / "stage",
        vaults=wide_range,
        redis=redis_server,
        environment=dict(spots.SOON),
    )
    wide_range["a"].kill()
    yield stage.raise_curtain()
    stage.clear()


@pytest.mark.xdist_group("three nodes")
def test_another_leader_in_mid_way(wide: Stage) -> None:
    """The attempt was in the old leader's memory: it is lost, nobody is blamed, a new one works."""
    card = starts(wide)
    asks_for_promotion(wide, card)
    gives(wide, "Ada", 0)

    wide.vaults["b"].step_down()

    wide.people["Sam"].waits_until(card, "or its leader changed", within=20)
    begins_anew(wide, card)
    goes_on(wide, card, *THREE)


@pytest.mark.xdist_group("three nodes")
def test_a_leader_that_died(wide: Stage) -> None:
    """Its standbys point to it for seconds: no share goes anywhere, then a new attempt works."""
    card = starts(wide)
    asks_for_promotion(wide, card)
    gives(wide, "Ada", 0)
    leader = wide.vaults["b"].bao.active().name

    wide.vaults["b"].kill(leader)

    modal = gives(wide, "Ben", 1)
    assert "Nothing was sent" in what_is_wrong(modal)
    wide.people["Ben"].closes()
    wide.people["Sam"].waits_until(card, "or its leader changed", within=40)
    begins_anew(wide, card)
    goes_on(wide, card, *THREE)
    assert took(wide, UPDATE) == 4


@pytest.mark.xdist_group("three nodes")
def test_a_start_while_standbys_point_to_a_dead_leader(wide: Stage) -> None:
    """Nothing is opened and nothing is lost: the card says why, and starts again with one click."""
    leader = wide.vaults["b"].bao.active().name
    wide.vaults["b"].kill(leader)
    sam = wide.people["Sam"]

    typed = sam.types(START, CHANNEL)

    refused = sam.waits_for(
        "not started", "No node of this cluster is active", channel=CHANNEL, after=typed
    )
    assert "An election takes some seconds" in refused.text
    dead = wide.vaults["b"].address_of(leader)
    assert f"The node pointed to {dead}, which was not followed" in refused.text
    wide.vaults["b"].bao.active()
    again = sam.clicks("ceremony.restart", refused)
    sam.waits_for("0 of 3 shares", channel=CHANNEL, after=again, within=20)
