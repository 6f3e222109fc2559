"""Clusters that die in mid-runbook: people go on without them, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

from ceremonies.conductor import RunbookDone
from ceremonies.events import Action, Play
from ceremonies.evidence import Check, Level
from ceremonies.runbook import Runbook, RunbookEnding, Step, StepState
from lab.enterprise import CutAfter, Delay, Fault
from lab.enterprise.state import Role
from lab.process import wait_until
from tests.ceremonies.conductor.seats import seated, taken
from tests.commander import Commander
from tests.table import SAM, SET

THREE = ("a", "b", "c")
REPOINT = "update-primary:c"


def stops(commander: Commander) -> bool:
    """Sam presses Stop; returns whether it was taken."""
    answer = commander.conductor.runbooks.abort(
        SET, commander.runbook.id, by=SAM, cause=commander.table.cause()
    )
    return isinstance(answer, RunbookDone)


def test_a_cluster_that_dies_with_its_order_holds_no_failover_up(
    redis_url: str, tmp_path: Path
) -> None:
    """Nobody knows what became of it: the runbook can be stopped, and `c` promoted when it is back.

    The order was taken; that is seen then, and it is not given again.
    """
    with seated(tmp_path, redis_url, names=THREE, intent_s=4) as commander:
        vaults = commander.table.vaults
        vaults["a"].kill()
        lost = vaults.inject(Fault(effect=CutAfter(), path="secondary/update-primary", cluster="c"))
        commander.sees_through(Play.FAILOVER, "b", until=lambda _: bool(lost.fired))
        vaults["c"].kill()
        assert not stops(commander)  # it may still be on its way

        wait_until(lambda: stops(commander), seconds=30, what="it can be stopped")
        assert commander.runbook.ending is RunbookEnding.ABORTED
        vaults["c"].revive()
        vaults["b"].kill()
        commander.leaves_out = ("a",)  # silent, so the plan has it: nobody knows what it is

        done = commander.sees_through(Play.FAILOVER, "c")

        assert done.ending is RunbookEnding.DONE
        assert vaults["c"].role is Role.PRIMARY
        changes = [t for t in taken(vaults) if "secondary-token" not in t]
        assert changes == ["promote b", "update-primary c", "promote c"]


def test_an_activation_token_that_nobody_will_use(redis_url: str, tmp_path: Path) -> None:
    """Its step is left out: the primary forgets its id, and the keychain the token."""
    with seated(tmp_path, redis_url, names=THREE) as commander:
        vaults = commander.table.vaults
        vaults["a"].kill()
        making = Fault(effect=Delay(3), path="primary/secondary-token", cluster="b")
        fault = vaults.inject(making)
        commander.sees_through(Play.FAILOVER, "b", until=lambda _: bool(fault.fired))
        vaults["c"].kill()

        def made() -> str:
            step = commander.runbook.step(REPOINT)
            return step.activation.secondary_id if step and step.activation else ""

        wait_until(lambda: bool(made()), seconds=20, what="the token is made")
        name = made()
        assert commander.table.is_sealed("activation", "c", name)
        answer = commander.conductor.runbooks.skip(
            SET, commander.runbook.id, REPOINT, by=SAM, cause=commander.table.cause()
        )
        assert isinstance(answer, RunbookDone), answer

        def forgotten() -> list[str]:
            path = "primary/revoke-secondary$"
            return [seen.about for seen in vaults.record.accepted(path=path, cluster="b")]

        wait_until(lambda: bool(forgotten()), seconds=20, what="the primary forgets it")
        wait_until(lambda: not made(), seconds=10, what="the log has it")
        assert forgotten() == [name]
        assert not commander.table.is_sealed("activation", "c", name)
        step = commander.runbook.step(REPOINT)
        assert step is not None
        assert step.state is StepState.SKIPPED


def test_a_cluster_that_dies_of_its_demotion(redis_url: str, tmp_path: Path) -> None:
    """Vault took it on and nobody saw its end: a commander takes it for demoted, `b` is promoted.

    With the token that is held, no second ceremony; what was agreed to without knowing it is not
    enough.
    """
    with seated(tmp_path, redis_url) as commander:
        vaults, doors = commander.table.vaults, commander.conductor.runbooks
        vaults["a"].behaviour.promotion_takes = 30.0  # it is away after the change of role

        def demotion() -> Step:
            step = commander.runbook.step("demote:a")
            assert step is not None
            return step

        commander.sees_through(
            Play.PLANNED_FAILOVER, "b", until=lambda _: demotion().state is StepState.ACCEPTED
        )
        vaults["a"].kill()

        def takes_it() -> bool:
            answer = doors.finish(
                SET, commander.runbook.id, "demote:a", by=SAM, cause=commander.table.cause()
            )
            return isinstance(answer, RunbookDone)

        assert not takes_it()  # it may still come
        commander.table.clock_of_redis().forward(minutes=2.1)
        wait_until(lambda: demotion().slow, seconds=20, what="it is slow")
        assert takes_it()
        assert demotion().done_by == SAM

        def promoted(r: Runbook) -> bool:
            step = r.of(Action.PROMOTE)
            return step is not None and step.state is StepState.DONE

        commander.goes_on(until=promoted)
        assert taken(vaults) == ["demote a", "promote b"]
        ceremonies = [c for c in commander.conductor.state(SET).ceremonies if c.cluster == "b"]
        assert len(ceremonies) == 1
        assert ceremonies[0].request is not None
        seen = ceremonies[0].request.evidence.findings
        agreed = next(found for found in seen if found.check == Check.PRIMARY)
        assert agreed.level is Level.WARN
        assert "was demoted by this runbook" in agreed.words
