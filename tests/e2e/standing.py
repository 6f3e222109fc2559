"""A stage that stands for all tests of a module: for tables whose rows leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from lab.enterprise import ReplicationRange
from lab.redis import RedisServer
from lab.stage import CHANNEL, Stage


def calm(stage: Stage) -> None:
    """Let nothing be open, at Vault or at the bot, and no window before anybody."""
    stage.vaults.reset()
    sam = stage.people["Sam"]
    typed = sam.types("/dr cancel payments", CHANNEL)
    words = ("No ceremony is open", "The ceremony is cancelled")
    answered = sam.chat.workspace.pulse.wait_for(
        lambda: any(sam.look(said, ephemeral=True, after=typed) for said in words), within=10
    )
    assert answered, sam.reads()
    ended = sam.chat.workspace.pulse.wait_for(
        lambda: (
            sam.look(channel=CHANNEL, button="ceremony.cancel", ephemeral=False) is None
            and sam.look("Conclave is cancelling the attempt at Vault") is None
        ),
        within=20,
    )
    assert ended, sam.reads()
    for person in stage.people.values():
        person.reloads()


@contextmanager
def standing_stage(
    vaults: ReplicationRange,
    server: RedisServer,
    directory: Path,
    *,
    before: Callable[[Stage], None] = lambda _: None,
    **more: object,
) -> Iterator[Stage]:
    """Give a stage with one bot on clean parts; `before` the bot starts, people may be changed."""
    if not server.child.running:
        server.start()
    vaults.reset()
    with redis.Redis.from_url(server.url) as store:
        store.flushall()
    stage = Stage(directory=directory / "stage", vaults=vaults, redis=server, **more)  # type: ignore[arg-type]
    try:
        stage.raise_curtain(bots=0)
        before(stage)
        stage.add_bot().waits_until_ready()
        stage.chat.wait_for_connections(1)
        yield stage
    finally:
        stage.clear()
        vaults.clear_faults()
