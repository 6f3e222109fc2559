"""Two primaries, of which the log promoted neither: people choose, and the other is led to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ceremonies.commands import Refusal
from ceremonies.conductor.spans import Watch
from ceremonies.events import Play
from ceremonies.runbook import RunbookEnding
from lab.enterprise import ReplicationRange
from lab.process import wait_until
from tests.ceremonies.conductor.seats import reads, seated, writes
from tests.table import SAM, SET

SOON = Watch(often_s=0.3, rest_s=0.3, sealed_s=1.0, restart_s=3.0)


def promoted_by_hand(vaults: ReplicationRange) -> None:
    """`a` dies, somebody promotes `b` past Conclave, and `a` is switched on again."""
    token = vaults["a"].batch_token()
    vaults["a"].kill()
    body = {"dr_operation_token": token}
    vaults.request("b", "POST", "sys/replication/dr/secondary/promote", body)
    vaults["a"].revive()


@pytest.mark.parametrize(("stays", "gives_way"), [("b", "a"), ("a", "b")])
def test_people_choose_which_one_stays(
    redis_url: str, tmp_path: Path, stays: str, gives_way: str
) -> None:
    """Neither is blamed; whichever they keep, the other one follows it, and it is over."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        promoted_by_hand(vaults)
        writes(vaults, stays, "kept")
        writes(vaults, gives_way, "stray")
        commander.table.watch = SOON
        seat = commander.table.seat()
        wait_until(
            lambda: seat.state(SET).second_primary is not None, seconds=20, what="it is seen"
        )
        seen = seat.state(SET).second_primary
        assert seen is not None
        assert not seen.known
        assert len(seen.says) == 2
        asked = seat.runbooks.run(
            SET, Play.REJOIN, by=SAM, cluster=None, reason="", cause=commander.table.cause()
        )
        assert isinstance(asked, Refusal)
        assert asked.choices == ("a", "b")

        done = commander.sees_through(Play.REJOIN, gives_way)

        assert done.ending is RunbookEnding.DONE
        vaults.replicate(gives_way)
        assert reads(vaults, gives_way) == reads(vaults, stays) == {"kept"}
        wait_until(lambda: seat.state(SET).second_primary is None, seconds=20, what="it is over")
