"""A write that came between the last look and the demotion: people are asked once more."""

from __future__ import annotations

from pathlib import Path

from bot.cards.clients import notification
from ceremonies.events import Play
from ceremonies.evidence import LEFT_BEHIND, Check, Level
from ceremonies.runbook import RunbookEnding
from lab.enterprise import Delay, Fault
from lab.process import wait_until
from tests.ceremonies.conductor.seats import reads, seated, taken, writes
from tests.table import SET


def test_nothing_is_lost_without_being_said(redis_url: str, tmp_path: Path) -> None:
    """`a` took it and `b` never had it: what was agreed to with lag 0 promotes nobody."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        writes(vaults, "a", "first")
        vaults.replicate("b")
        late = vaults.inject(Fault(effect=Delay(2), path="primary/demote", cluster="a"))
        commander.sees_through(Play.PLANNED_FAILOVER, "b", until=lambda _: bool(late.fired))
        writes(vaults, "a", "last")

        def is_void() -> bool:
            (c,) = commander.conductor.state(SET).open_ceremonies
            return c.request is None

        wait_until(is_void, seconds=30, what="the gate says no")
        assert taken(vaults) == ["demote a"]

        def is_asked_anew() -> bool:
            (c,) = commander.conductor.state(SET).open_ceremonies
            return c.request is not None

        commander.goes_on(until=lambda _: is_asked_anew())
        (c,) = commander.conductor.state(SET).open_ceremonies
        assert c.request is not None
        loss = next(f for f in c.request.evidence.findings if f.check == Check.LOSS)
        assert (loss.level, loss.cause) == (Level.WARN, LEFT_BEHIND)

        done = commander.goes_on()

        assert done.ending is RunbookEnding.DONE
        served = commander.table.people().sets[SET]
        assert "What you wrote last before the move may be missing" in notification(
            SET, done, served
        )
        vaults.replicate("a")
        assert reads(vaults, "a") == reads(vaults, "b") == {"first"}
