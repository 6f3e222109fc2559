"""A set that is watched by itself: what happens outside is told once, in its log, with evidence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ceremonies.ceremony import Phase
from ceremonies.conductor import Done
from ceremonies.conductor.spans import Watch
from ceremonies.state import SetState
from lab.enterprise import ReplicationRange, VaultLine
from lab.operator import Operator
from lab.process import wait_until
from tests.table import HOLDERS, SET, Table

SOON = Watch(often_s=0.3, rest_s=0.3, sealed_s=1.0, restart_s=3.0)
LOOK = "^sys/replication/dr/status$"


@pytest.fixture
def table(dr: ReplicationRange, redis_url: str) -> Iterator[Table]:
    """A table at which the set is looked at three times a second."""
    laid = Table(vaults=dr, redis_url=redis_url, watch=SOON)
    yield laid
    laid.rises()


def state(table: Table) -> SetState:
    """Return the set's state as the first replica has it."""
    return table.conductor.state(SET)


def looks_on(table: Table, *, times: int = 3) -> None:
    """Return after so many more looks at `b`."""

    def looks() -> int:
        return len(table.vaults.record.find(path=LOOK, cluster="b"))

    wanted = looks() + times
    wait_until(lambda: looks() >= wanted, seconds=20, what="the set is looked at")


def fails_over(table: Table) -> None:
    """`a` dies and `b` is promoted."""
    table.vaults["a"].kill()
    table.starts()
    assert isinstance(table.asks_for_promotion(), Done)
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    table.approves()
    table.waits_for(Phase.ENDED)
    wait_until(lambda: state(table).primary == "b", seconds=20, what="b is the primary")


def told(table: Table, words: str) -> int:
    """Return how many of the set's alarms say this."""
    return sum(words in alarm.words for alarm in state(table).alarms)


# -- two primaries ---------------------------------------------------------------------------------


def test_the_old_primary_comes_back(table: Table) -> None:
    """It still believes that it is primary: told once; gone only when it says something else."""
    fails_over(table)
    assert told(table, "TWO PRIMARIES") == 0

    table.vaults["a"].revive()
    wait_until(lambda: state(table).second_primary is not None, seconds=20, what="it is seen")
    seen = state(table).second_primary
    assert seen is not None
    assert (seen.cluster, seen.primary) == ("a", "b")
    assert seen.nodes == table.vaults["a"].nodes

    table.vaults["a"].kill()
    looks_on(table)
    assert state(table).second_primary is not None, "silence is not gone"

    table.vaults["a"].revive()
    root = table.vaults["a"].bao.root_token
    table.vaults.request("a", "POST", "sys/replication/dr/primary/demote", {}, token=root)
    wait_until(lambda: state(table).second_primary is None, seconds=20, what="it is demoted")
    assert told(table, "TWO PRIMARIES") == 1
    assert told(table, "only one cluster answers as primary again") == 1


def test_every_replica_watches_and_one_tells(table: Table) -> None:
    """Three replicas see the same at the same time: it is in the log once."""
    replicas = [table.seat() for _ in range(3)]
    fails_over(table)
    table.vaults["a"].revive()
    for replica in replicas:
        wait_until(
            lambda seat=replica: seat.state(SET).second_primary is not None,
            seconds=20,
            what="each replica knows it",
        )
    looks_on(table, times=6)
    assert told(table, "TWO PRIMARIES") == 1


def test_roles_are_handed_over_in_order(table: Table) -> None:
    """Demoted, then promoted, under the eyes of a watcher that hardly blinks: no alarm."""
    table.watch = Watch(often_s=0.05, rest_s=0.05, sealed_s=30, restart_s=30)
    table.seat()
    a, root = table.vaults["a"], table.vaults["a"].bao.root_token
    token = a.batch_token()
    looks_on(table)

    table.vaults.request("a", "POST", "sys/replication/dr/primary/demote", {}, token=root)
    body = {"dr_operation_token": token}
    path = "sys/replication/dr/secondary/promote"
    table.vaults.request("b", "POST", path, body)

    looks_on(table, times=6)
    assert state(table).second_primary is None
    assert told(table, "TWO PRIMARIES") == 0


# -- attempts of others ----------------------------------------------------------------------------


def test_an_attempt_while_nobody_here_wants_one(table: Table) -> None:
    """Told within one poll with its nonce; each share that it gets; and when it is over."""
    table.seat()
    mallory = Operator(clusters=table.vaults)
    mallory.start()
    wait_until(lambda: "b" in state(table).foreign, seconds=20, what="it is seen")
    assert state(table).foreign["b"].nonce == mallory.nonce
    assert not state(table).foreign["b"].ours
    assert told(table, "an attempt that Conclave did not start") == 1

    mallory.offer(table.shares[0])
    wait_until(lambda: state(table).foreign["b"].progress == 1, seconds=20, what="its progress")

    mallory.cancel()
    wait_until(lambda: not state(table).foreign["b"].nonce, seconds=20, what="it is over")


def test_our_own_ceremony_is_no_foreign_attempt(table: Table) -> None:
    """From the start to the deleted token no look takes our own attempt for somebody's."""
    table.watch = Watch(often_s=0.05, rest_s=0.05)
    fails_over(table)
    looks_on(table)
    assert state(table).foreign == {}


def test_a_token_that_is_held_and_another_attempt(table: Table) -> None:
    """A second token would replace ours at Vault: the commanders know before it exists."""
    table.starts()
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    table.waits_for(Phase.TOKEN_HELD)
    Operator(clusters=table.vaults).start()
    wait_until(lambda: "b" in state(table).foreign, seconds=20, what="it is seen")


def test_where_vault_wants_a_token_nothing_is_said(table: Table) -> None:
    """On 2.x without a token the watcher is refused, and says nothing of attempts."""
    table.vaults["b"].behaviour.line = VaultLine.TWO
    table.seat()
    looks_on(table)
    assert state(table).foreign == {}
    assert state(table).n == 0 or not state(table).alarms


def test_a_healthy_set_at_rest_writes_nothing(table: Table) -> None:
    """It is looked at, sampled, and its log does not grow."""
    table.seat()
    looks_on(table)
    before = state(table).n
    looks_on(table, times=6)
    assert state(table).n == before
