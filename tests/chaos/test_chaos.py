"""What `make chaos` is made of: one trial, and the figures of many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange
from lab.redis import RedisServer
from lab.stage import Stage
from tests.chaos import runbooks
from tests.chaos.ceremonies import rows_of
from tests.chaos.lane import Cutter, Lane
from tests.chaos.places import Place, Places
from tests.chaos.stories import STORIES
from tests.chaos.trial import SPOTS, Found, Plan
from tests.chaos.wiretap import When
from tests.e2e.spots import SOON

WELL = [
    Found(
        plan=Plan(effect=effect, after=after),
        ended=True,
        killed=True,
        seconds=2.0,
        twice=0,
        again=0,
        untold=0,
        orphans=0,
        card="",
    )
    for effect in SPOTS
    for after in (False, True)
]


@pytest.fixture
def lane(
    dr: ReplicationRange, redis_server: RedisServer, redis_url: str, tmp_path: Path
) -> Iterator[Lane]:
    """A lane on the session's parts."""
    stage = Stage(directory=tmp_path, vaults=dr, redis=redis_server, environment=dict(SOON))
    cutter = Cutter(redis_url, random.Random(1))  # noqa: S311 — no secret
    yield Lane(stage=stage.raise_curtain(bots=2), cutter=cutter)
    stage.clear()


def test_a_trial(lane: Lane) -> None:
    """The replica that sent a share is killed, Redis's connections break: it ends well."""
    found = lane.holds(Plan(effect="share", after=True))
    assert found.is_well, found
    assert lane.cutter.cuts > 0


def test_a_runbook(
    dr: ReplicationRange, redis_server: RedisServer, redis_url: str, tmp_path: Path
) -> None:
    """A run without mishap tells the places; where only one is left, a replica is killed there."""
    with runbooks.lane_on(dr, redis_server, tmp_path, random.Random(1)) as lane:  # noqa: S311
        assert redis_url == redis_server.url
        (repointing,) = (story for story in STORIES if story.plays == ("repoint",))
        places = {"repoint": Places("repoint")}
        (learnt,) = lane.plays(repointing, places, number=1)
        assert learnt.is_well, learnt
        known = places["repoint"]
        last = Place("step_accepted update-primary:b", 1, When.UNWRITTEN)
        known.met = known.usual - {last}

        (played,) = lane.plays(repointing, places, number=2)

    assert played.is_well, played
    assert known.left == set()
    assert str(last) in played.at


def test_all_is_well() -> None:
    """Every goal is met when every place was met and nothing went wrong."""
    assert all(row.met in (None, True) for row in rows_of(WELL, cuts=5))


WRONG = {
    "ceremonies that did not end well": replace(WELL[0], ended=False),
    "places at which nobody was killed": replace(WELL[0], killed=False),
    "changes that Vault accepted twice": replace(WELL[0], twice=1),
    "shares asked for again although counted": replace(WELL[0], again=1),
    "lost last replies that were not told": replace(WELL[0], untold=1),
}


@pytest.mark.parametrize(("name", "found"), WRONG.items(), ids=WRONG)
def test_a_goal_is_not_met(name: str, found: Found) -> None:
    """One of them is enough, and only its own row says so."""
    rows = rows_of([found, *WELL[1:]], cuts=5)
    assert [row.name for row in rows if row.met is False] == [name]
