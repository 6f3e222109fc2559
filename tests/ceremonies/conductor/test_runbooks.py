"""Every runbook on real clusters, and what was written on each side is read again."""

from __future__ import annotations

from pathlib import Path

from ceremonies.events import Action, Play
from ceremonies.runbook import RunbookEnding, StepState
from lab.enterprise.state import Role
from tests.ceremonies.conductor.seats import reads, seated, taken, writes
from tests.table import SET


def test_failover(redis_url: str, tmp_path: Path) -> None:
    """`a` dies: `b` is promoted, `c` is led to it, and holds what is written there."""
    with seated(tmp_path, redis_url, names=("a", "b", "c")) as commander:
        vaults = commander.table.vaults
        writes(vaults, "a", "first")
        vaults.replicate("b")
        vaults.replicate("c")
        vaults["a"].kill()

        done = commander.sees_through(Play.FAILOVER, "b")

        assert done.ending is RunbookEnding.DONE
        writes(vaults, "b", "second")
        vaults.replicate("c")
        assert reads(vaults, "b") == reads(vaults, "c") == {"first", "second"}
        assert taken(vaults) == ["promote b", "secondary-token b", "update-primary c"]
        assert commander.conductor.state(SET).primary == "b"
        canary = done.of(Action.CANARY)
        assert canary is not None
        assert canary.state is StepState.DONE


def test_there_and_home_again(redis_url: str, tmp_path: Path) -> None:
    """A planned failover and a failback: never two primaries, and no write is lost."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        writes(vaults, "a", "first")
        vaults.replicate("b")

        there = commander.sees_through(Play.PLANNED_FAILOVER, "b")
        assert there.ending is RunbookEnding.DONE
        writes(vaults, "b", "second")
        vaults.replicate("a")

        home = commander.sees_through(Play.FAILBACK)
        assert home.ending is RunbookEnding.DONE
        writes(vaults, "a", "third")
        vaults.replicate("b")

        assert reads(vaults, "a") == reads(vaults, "b") == {"first", "second", "third"}
        roles = [t for t in taken(vaults) if t.startswith(("demote", "promote"))]
        assert roles == ["demote a", "promote b", "demote b", "promote a"]


def test_rejoin(redis_url: str, tmp_path: Path) -> None:
    """The old primary comes back as primary: it is demoted and follows; a snapshot has the rest."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        commander.declines_snapshot = False
        vaults["a"].kill()
        commander.sees_through(Play.FAILOVER, "b")
        writes(vaults, "b", "second")
        vaults["a"].revive()
        writes(vaults, "a", "stray")

        done = commander.sees_through(Play.REJOIN, "a")

        assert done.ending is RunbookEnding.DONE
        vaults.replicate("a")
        assert reads(vaults, "a") == reads(vaults, "b") == {"second"}
        (kept,) = (tmp_path / "snapshots").iterdir()
        assert kept.stat().st_size > 10_000
        assert kept.stat().st_mode & 0o777 == 0o600


def test_retire(redis_url: str, tmp_path: Path) -> None:
    """The old primary leaves replication; the live one is never disabled."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        vaults["a"].kill()
        commander.sees_through(Play.FAILOVER, "b")
        vaults["a"].revive()

        done = commander.sees_through(Play.RETIRE, "a")

        assert done.ending is RunbookEnding.DONE
        assert (vaults["a"].role, vaults["b"].role) == (Role.DISABLED, Role.PRIMARY)


def test_setting_up_what_was_retired(redis_url: str, tmp_path: Path) -> None:
    """A retired cluster is wiped and joins again: it holds what the primary holds."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        vaults["a"].kill()
        commander.sees_through(Play.FAILOVER, "b")
        vaults["a"].revive()
        commander.sees_through(Play.RETIRE, "a")
        writes(vaults, "b", "second")

        done = commander.sees_through(Play.SETUP, "a")

        assert done.ending is RunbookEnding.DONE
        assert (vaults["a"].role, vaults["b"].role) == (Role.SECONDARY, Role.PRIMARY)
        assert reads(vaults, "a") == {"second"}
