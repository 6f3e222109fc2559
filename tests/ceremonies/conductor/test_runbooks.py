"""Every runbook on real clusters, and what was written on each side is read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ceremonies.events import Play
from ceremonies.runbook import RunbookEnding
from ceremonies.topology import AppRole
from lab.enterprise import ReplicationRange, practice_range
from lab.enterprise.state import Role
from tests.commander import Commander
from tests.table import SET, Table

_CHANGES = ("demote", "promote", "secondary-token", "update-primary", "disable")


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Three clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults", names=("a", "b", "c")) as vaults:
        yield vaults


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Two clusters of this test's own."""
    with practice_range(tmp_path / "vaults", names=("a", "b")) as vaults:
        yield vaults


def seated(vaults: ReplicationRange, redis_url: str, place: Path) -> Commander:
    """Return a commander at a table whose bot has its own login on every cluster."""
    secret = place / "secret-id"
    secret.write_text(vaults.bot_login.secret_id)
    auth = AppRole(role_id=vaults.bot_login.role_id, secret_id_file=secret)
    kept = place / "snapshots"
    kept.mkdir()
    table = Table(vaults, redis_url, auth=auth, snapshots=kept)
    return Commander(table, table.seat())


@pytest.fixture
def leaves(request: pytest.FixtureRequest) -> Iterator[list[Commander]]:
    """Commanders whose replicas are closed at the end."""
    del request
    seats: list[Commander] = []
    yield seats
    for seat in seats:
        for conductor in seat.table.conductors:
            conductor.close(5)


def writes(vaults: ReplicationRange, cluster: str, name: str) -> None:
    """A client writes a letter."""
    vaults[cluster].bao.call("POST", f"kv/{name}", {"text": f"{name} on {cluster}"})


def reads(vaults: ReplicationRange, cluster: str) -> set[str]:
    """Return the letters that the cluster holds, read past everything."""
    return set(vaults[cluster].bao.call("LIST", "kv/")["data"]["keys"]) - {"conclave-canary"}


def taken(vaults: ReplicationRange) -> list[str]:
    """Return the changes of role that Vault took, in order."""
    return [
        f"{name} {seen.cluster}"
        for seen in vaults.record.accepted(path="sys/replication/dr/")
        if (name := seen.path.rsplit("/", 1)[-1]) in _CHANGES
    ]


def test_failover(
    trio: ReplicationRange, redis_url: str, tmp_path: Path, leaves: list[Commander]
) -> None:
    """`a` dies: `b` is promoted, `c` is led to it, and holds what is written there."""
    commander = seated(trio, redis_url, tmp_path)
    leaves.append(commander)
    writes(trio, "a", "first")
    trio.replicate("b")
    trio.replicate("c")
    trio["a"].kill()

    done = commander.sees_through(Play.FAILOVER, "b")

    assert done.ending is RunbookEnding.DONE
    assert trio["b"].role is Role.PRIMARY
    writes(trio, "b", "second")
    trio.replicate("c")
    assert reads(trio, "b") == reads(trio, "c") == {"first", "second"}
    assert taken(trio) == ["promote b", "secondary-token b", "update-primary c"]
    assert commander.conductor.state(SET).primary == "b"


def test_there_and_home_again(
    pair: ReplicationRange, redis_url: str, tmp_path: Path, leaves: list[Commander]
) -> None:
    """A planned failover and a failback: never two primaries, and no write is lost."""
    commander = seated(pair, redis_url, tmp_path)
    leaves.append(commander)
    writes(pair, "a", "first")
    pair.replicate("b")

    there = commander.sees_through(Play.PLANNED_FAILOVER, "b")
    assert there.ending is RunbookEnding.DONE
    writes(pair, "b", "second")
    pair.replicate("a")

    home = commander.sees_through(Play.FAILBACK)
    assert home.ending is RunbookEnding.DONE
    writes(pair, "a", "third")
    pair.replicate("b")

    assert reads(pair, "a") == reads(pair, "b") == {"first", "second", "third"}
    roles = [t for t in taken(pair) if t.startswith(("demote", "promote"))]
    assert roles == ["demote a", "promote b", "demote b", "promote a"]


def test_rejoin(
    pair: ReplicationRange, redis_url: str, tmp_path: Path, leaves: list[Commander]
) -> None:
    """The old primary comes back as primary: it is demoted and follows; a snapshot has the rest."""
    commander = seated(pair, redis_url, tmp_path)
    commander.declines_snapshot = False
    leaves.append(commander)
    pair["a"].kill()
    commander.sees_through(Play.FAILOVER, "b")
    writes(pair, "b", "second")
    pair["a"].revive()
    writes(pair, "a", "stray")

    done = commander.sees_through(Play.REJOIN, "a")

    assert done.ending is RunbookEnding.DONE
    pair.replicate("a")
    assert reads(pair, "a") == reads(pair, "b") == {"second"}
    (kept,) = (tmp_path / "snapshots").iterdir()
    assert kept.stat().st_size > 10_000
    assert kept.stat().st_mode & 0o777 == 0o600


def test_retire(
    pair: ReplicationRange, redis_url: str, tmp_path: Path, leaves: list[Commander]
) -> None:
    """The old primary leaves replication; the live one is never disabled."""
    commander = seated(pair, redis_url, tmp_path)
    leaves.append(commander)
    pair["a"].kill()
    commander.sees_through(Play.FAILOVER, "b")
    pair["a"].revive()

    done = commander.sees_through(Play.RETIRE, "a")

    assert done.ending is RunbookEnding.DONE
    assert (pair["a"].role, pair["b"].role) == (Role.DISABLED, Role.PRIMARY)
