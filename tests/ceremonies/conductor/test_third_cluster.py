"""Journeys of three clusters, back to where they began; each write is accounted for."""

from __future__ import annotations

from pathlib import Path

from ceremonies.commands import Refusal
from ceremonies.conductor import RunbookDone
from ceremonies.events import Play
from ceremonies.evidence import Check, Level
from ceremonies.runbook import Runbook, RunbookEnding
from lab.enterprise import ReplicationRange
from lab.enterprise.state import Role
from lab.process import wait_until
from tests.ceremonies.conductor.seats import reads, seated, taken, writes
from tests.commander import Commander
from tests.table import SAM, SET

THREE = ("a", "b", "c")


def roles(vaults: ReplicationRange) -> tuple[Role, ...]:
    """Return what `a`, `b` and `c` are."""
    return tuple(vaults[name].role for name in THREE)


def comes_to_an_end(commander: Commander, play: Play, cluster: str | None = None) -> None:
    """The runbook is seen through, and is done."""
    done: Runbook = commander.sees_through(play, cluster, within=150)
    assert done.ending is RunbookEnding.DONE


def catches_up(vaults: ReplicationRange, *names: str) -> None:
    """Let these hold what their primary holds."""
    for name in names:
        vaults.replicate(name)


def test_a_failover_and_home_again(redis_url: str, tmp_path: Path) -> None:
    """`a` dies, `b` leads, `a` comes back and rejoins, and leads again; `c` follows each of them.

    What `a` took in alone is lost, as its rejoining says; everything else is on all three.
    """
    with seated(tmp_path, redis_url, names=THREE) as commander:
        vaults = commander.table.vaults
        writes(vaults, "a", "first")
        catches_up(vaults, "b", "c")
        vaults["a"].kill()
        comes_to_an_end(commander, Play.FAILOVER, "b")
        writes(vaults, "b", "second")
        catches_up(vaults, "c")
        vaults["a"].revive()
        writes(vaults, "a", "stray")

        comes_to_an_end(commander, Play.REJOIN, "a")
        assert roles(vaults) == (Role.SECONDARY, Role.PRIMARY, Role.SECONDARY)
        catches_up(vaults, "a", "c")
        writes(vaults, "b", "third")
        catches_up(vaults, "a", "c")

        comes_to_an_end(commander, Play.FAILBACK)
        assert roles(vaults) == (Role.PRIMARY, Role.SECONDARY, Role.SECONDARY)
        writes(vaults, "a", "fourth")
        catches_up(vaults, "b", "c")
        everything = {"first", "second", "third", "fourth"}
        assert [reads(vaults, name) for name in THREE] == [everything] * 3


def test_a_planned_failover_with_a_third(redis_url: str, tmp_path: Path) -> None:
    """Who was demoted and who only followed are both led to the new primary."""
    with seated(tmp_path, redis_url, names=THREE) as commander:
        vaults = commander.table.vaults
        writes(vaults, "a", "first")
        catches_up(vaults, "b", "c")

        comes_to_an_end(commander, Play.PLANNED_FAILOVER, "b")

        assert roles(vaults) == (Role.SECONDARY, Role.PRIMARY, Role.SECONDARY)
        writes(vaults, "b", "second")
        catches_up(vaults, "a", "c")
        assert [reads(vaults, name) for name in THREE] == [{"first", "second"}] * 3
        led = [t for t in taken(vaults) if t.startswith("update-primary")]
        assert sorted(led) == ["update-primary a", "update-primary c"]


def test_a_retired_primary_is_set_up_anew(redis_url: str, tmp_path: Path) -> None:
    """The seed's other way: it leaves, is wiped and joins, and leads again in the end."""
    with seated(tmp_path, redis_url, names=THREE) as commander:
        vaults = commander.table.vaults
        vaults["a"].kill()
        comes_to_an_end(commander, Play.FAILOVER, "b")
        writes(vaults, "b", "first")
        vaults["a"].revive()

        comes_to_an_end(commander, Play.RETIRE, "a")
        assert roles(vaults) == (Role.DISABLED, Role.PRIMARY, Role.SECONDARY)
        comes_to_an_end(commander, Play.SETUP, "a")
        assert roles(vaults) == (Role.SECONDARY, Role.PRIMARY, Role.SECONDARY)
        catches_up(vaults, "a", "c")

        comes_to_an_end(commander, Play.FAILBACK)
        assert roles(vaults) == (Role.PRIMARY, Role.SECONDARY, Role.SECONDARY)
        writes(vaults, "a", "second")
        catches_up(vaults, "b", "c")
        assert [reads(vaults, name) for name in THREE] == [{"first", "second"}] * 3


def test_a_secondary_leaves(redis_url: str, tmp_path: Path) -> None:
    """With a DR operation token of its own; its id is revoked at the primary, which goes on."""
    with seated(tmp_path, redis_url, names=THREE) as commander:
        vaults = commander.table.vaults
        (known,) = [i for i, who in vaults["a"].state.secondaries.items() if who == "c"]

        comes_to_an_end(commander, Play.RETIRE, "c")

        assert roles(vaults) == (Role.PRIMARY, Role.SECONDARY, Role.DISABLED)
        path = "primary/revoke-secondary$"

        def forgotten() -> list[str]:
            return [seen.about for seen in vaults.record.accepted(path=path, cluster="a")]

        wait_until(lambda: bool(forgotten()), seconds=20, what="the primary forgets it")
        assert forgotten() == [known]
        assert known not in vaults["a"].state.secondaries
        assert taken(vaults) == ["disable c"]

        comes_to_an_end(commander, Play.SETUP, "c")
        writes(vaults, "a", "first")
        catches_up(vaults, "b", "c")
        assert [reads(vaults, name) for name in THREE] == [{"first"}] * 3


def test_a_third_cluster_that_is_gone_for_good(redis_url: str, tmp_path: Path) -> None:
    """Nobody knows what it is, so nothing planned is begun; taken out of the file, it is."""
    with seated(tmp_path, redis_url, names=THREE) as commander:
        vaults = commander.table.vaults
        vaults["c"].kill()
        answer = commander.conductor.runbooks.run(
            SET,
            Play.PLANNED_FAILOVER,
            by=SAM,
            cluster="b",
            reason="drill",
            cause=commander.table.cause(),
        )
        assert isinstance(answer, RunbookDone), answer
        assert answer.runbook is not None
        found = next(f for f in answer.runbook.evidence.findings if f.check == Check.PRIMARY)
        assert found.level is Level.BLOCK
        assert "Is one gone for good? Then take it out of the configuration" in found.words
        stopped = commander.conductor.runbooks.abort(
            SET, answer.runbook.id, by=SAM, cause=commander.table.cause()
        )
        assert not isinstance(stopped, Refusal)

        commander.table.rises()
        commander.table.left_out = ("c",)
        commander.conductor = commander.table.seat()
        comes_to_an_end(commander, Play.PLANNED_FAILOVER, "b")
        assert roles(vaults)[:2] == (Role.SECONDARY, Role.PRIMARY)
