"""One bot for all rows of a file, and nothing open on it when a row begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.enterprise import ReplicationRange
from lab.redis import RedisServer
from lab.stage import Stage
from tests.e2e import standing


@pytest.fixture(scope="module")
def stage(
    dr_range: ReplicationRange,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """One bot for all rows."""
    directory = tmp_path_factory.mktemp("words")
    with standing.standing_stage(dr_range, redis_server, directory) as ready:
        yield ready


@pytest.fixture
def calm(stage: Stage) -> Stage:
    """The stage, on which nothing is open."""
    standing.calm(stage)
    return stage
