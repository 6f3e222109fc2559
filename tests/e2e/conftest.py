"""The whole range for a story through Slack: Vaults, Redis, the stand-in, the cast, real bots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange
from lab.redis import RedisServer
from lab.stage import ROLES, Stage

SetStage = Callable[..., Stage]


@pytest.fixture
def set_stage(
    dr: ReplicationRange, redis_server: RedisServer, redis_url: str, tmp_path: Path
) -> Iterator[SetStage]:
    """Return what sets a stage, e.g. `set_stage(bots=2)`; all is cleared afterwards.

    Other names than its own are the bots' environment.
    """
    assert redis_url == redis_server.url
    stages: list[Stage] = []

    def make(
        *,
        bots: int = 1,
        options: str = "",
        set_options: str = "",
        log_level: str = "DEBUG",
        vaults: ReplicationRange = dr,
        roles: Mapping[str, tuple[str, ...]] = ROLES,
        **environment: str,
    ) -> Stage:
        stage = Stage(
            directory=tmp_path / f"stage{len(stages)}",
            vaults=vaults,
            redis=redis_server,
            options=options,
            set_options=set_options,
            log_level=log_level,
            roles=dict(roles),
            environment=environment,
        )
        stages.append(stage)
        return stage.raise_curtain(bots=bots)

    yield make
    for stage in stages:
        stage.clear()


@pytest.fixture
def stage(set_stage: SetStage) -> Stage:
    """One bot on an empty stage."""
    return set_stage()
