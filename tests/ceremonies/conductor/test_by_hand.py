"""Steps that people do: they are handed out while their gates are open, and seen when done."""

from __future__ import annotations

from pathlib import Path

from ceremonies.ceremony import Ceremony
from ceremonies.conductor import RunbookDone
from ceremonies.events import Action, Play
from ceremonies.runbook import Runbook, RunbookEnding, Step, StepState
from lab.enterprise.furnish import BOT
from lab.process import wait_until
from tests.ceremonies.conductor.seats import seated, taken, writes
from tests.commander import Commander
from tests.table import KIM, SAM, SET


def promotion(commander: Commander) -> Ceremony:
    """Return the ceremony of the promotion."""
    (c,) = commander.conductor.state(SET).open_ceremonies
    return c


def is_asked_for(commander: Commander) -> bool:
    """Whether Sam has asked for the promotion."""
    open_ones = commander.conductor.state(SET).open_ceremonies
    return any(c.request is not None for c in open_ones)


def is_with_people(commander: Commander) -> bool:
    """Whether people have the demotion's command, for the request that stands."""
    step = commander.runbook.of(Action.DEMOTE)
    request = promotion(commander).request
    assert step is not None
    return request is not None and step.handed_out == request.at


def agrees(commander: Commander) -> None:
    """Kim agrees to the request that stands."""
    c = promotion(commander)
    assert c.request is not None
    commander.conductor.approve(
        SET, c.id, by=KIM, request=c.request.at, cause=commander.table.cause()
    )


def test_a_demotion_is_handed_out_only_while_the_gate_is_open(
    redis_url: str, tmp_path: Path
) -> None:
    """Whatever was agreed to: where the promotion could not follow, people have no command."""
    with seated(tmp_path, redis_url, hands=("demote",), holders_count=False) as commander:
        vaults = commander.table.vaults

        def asked(_: Runbook) -> bool:
            return is_asked_for(commander)

        writes(vaults, "a", "first")
        vaults.replicate("b")
        commander.sees_through(Play.PLANNED_FAILOVER, "b", until=asked)
        vaults["b"].says(lag=1)
        agrees(commander)
        wait_until(lambda: not is_asked_for(commander), seconds=20, what="the gate says no")
        step = commander.runbook.of(Action.DEMOTE)
        assert step is not None
        assert not step.handed_out

        vaults["b"].says(lag=0)
        commander.goes_on(until=lambda _: is_with_people(commander))
        vaults["b"].says(lag=1)  # before anybody typed it
        wait_until(lambda: not is_asked_for(commander), seconds=30, what="it is taken back")
        assert not is_with_people(commander)

        vaults["b"].says(lag=0)
        commander.goes_on(until=lambda _: is_with_people(commander))
        assert taken(vaults) == []
        root = vaults["a"].bao.root_token
        vaults.request("a", "POST", "sys/replication/dr/primary/demote", {}, token=root)
        done = commander.goes_on()

        assert done.ending is RunbookEnding.DONE
        assert taken(vaults) == ["demote a", "promote b", "secondary-token b", "update-primary a"]
        demoted = done.of(Action.DEMOTE)
        assert demoted is not None
        assert demoted.state is StepState.DONE


def test_a_right_that_is_given_later(redis_url: str, tmp_path: Path) -> None:
    """Without it people would join `c` by hand; with it Conclave does, and asks no quorum again."""
    with seated(tmp_path, redis_url, names=("a", "b", "c")) as commander:
        vaults, at = commander.table.vaults, f"sys/policies/acl/{BOT}"
        vaults["a"].kill()
        whole = vaults["b"].bao.call("GET", at)["data"]["policy"]
        less = "\n".join(line for line in whole.splitlines() if "secondary-token" not in line)
        vaults["b"].bao.call("PUT", at, {"policy": less})

        def joins() -> Step:
            step = commander.runbook.step("update-primary:c")
            assert step is not None
            return step

        commander.sees_through(Play.FAILOVER, "b", until=lambda _: joins().by_hand)
        assert joins().lacks_right
        assert taken(vaults) == ["promote b"]
        vaults["b"].bao.call("PUT", at, {"policy": whole})
        asked = commander.conductor.runbooks.go_on(
            SET, commander.runbook.id, joins().id, by=SAM, cause=commander.table.cause()
        )
        assert isinstance(asked, RunbookDone), asked

        done = commander.goes_on()

        assert done.ending is RunbookEnding.DONE
        assert taken(vaults) == ["promote b", "secondary-token b", "update-primary c"]
        ceremonies = [c.cluster for c in commander.conductor.state(SET).ceremonies]
        assert sorted(ceremonies) == ["b", "c"]
