"""Ids by which clusters follow, on real clusters: none in use is revoked, none made in vain."""

from __future__ import annotations

from pathlib import Path

from ceremonies.events import ActivationSpent, Play
from ceremonies.runbook import RunbookEnding
from ceremonies.steps import lost_ids
from lab.process import wait_until
from tests.ceremonies.conductor.seats import seated, taken
from tests.table import SET

STEP = "update-primary:b"


def test_whoever_follows_already_needs_no_token(redis_url: str, tmp_path: Path) -> None:
    """It is seen before an activation token is made: the primary learns no id for nothing."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        before = dict(vaults["a"].state.secondaries)

        done = commander.sees_through(Play.REPOINT, "b")

        assert done.ending is RunbookEnding.DONE
        assert taken(vaults) == []
        assert vaults["a"].state.secondaries == before


def test_an_id_in_use_is_not_revoked(redis_url: str, tmp_path: Path) -> None:
    """The log takes it for lost, as after a lost end of the log: the cluster says otherwise."""
    with seated(tmp_path, redis_url) as commander:
        vaults = commander.table.vaults
        (known,) = [i for i, who in vaults["a"].state.secondaries.items() if who == "b"]
        done = commander.sees_through(Play.REPOINT, "b")
        station = commander.conductor.runbooks.stations[SET]

        station.conclude(ActivationSpent(runbook=done.id, step=STEP, secondary_id=known))

        def owed() -> tuple[str, ...]:
            state = station.ledger.state
            r = state.find_runbook(done.id)
            step = r.step(STEP) if r else None
            assert r is not None
            assert step is not None
            return lost_ids(state, r, step)

        assert owed() == (known,)
        wait_until(lambda: not owed(), seconds=20, what="it is looked whether it is in use")
        assert not vaults.record.accepted(path="primary/revoke-secondary$", cluster="a")
        assert known in vaults["a"].state.secondaries
