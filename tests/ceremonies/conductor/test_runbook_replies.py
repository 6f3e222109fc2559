"""Replies that are lost in mid-runbook: Vault takes each change once, and the runbook ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from ceremonies.events import Play
from ceremonies.runbook import RunbookEnding
from lab.enterprise import CutAfter, CutBefore, Fault
from lab.enterprise.state import Role
from tests.ceremonies.conductor.seats import seated, taken

ORDERS = {
    "demote": ("primary/demote", "a"),
    "promote": ("secondary/promote", "b"),
    "activation token": ("primary/secondary-token", "b"),
    "update-primary": ("secondary/update-primary", "a"),
}


@pytest.mark.parametrize("effect", [CutBefore(), CutAfter()], ids=["before Vault", "after Vault"])
@pytest.mark.parametrize(("path", "cluster"), ORDERS.values(), ids=ORDERS)
def test_a_lost_reply(
    redis_url: str, tmp_path: Path, path: str, cluster: str, effect: CutBefore | CutAfter
) -> None:
    """What was taken is seen and not sent again; what was not is sent once more."""
    with seated(tmp_path, redis_url, intent_s=4) as commander:
        vaults = commander.table.vaults
        fault = vaults.inject(Fault(effect=effect, path=path, cluster=cluster))

        done = commander.sees_through(Play.PLANNED_FAILOVER, "b")

        assert fault.fired == 1
        assert done.ending is RunbookEnding.DONE
        assert (vaults["a"].role, vaults["b"].role) == (Role.SECONDARY, Role.PRIMARY)
        changes = [t for t in taken(vaults) if "secondary-token" not in t]
        assert changes == ["demote a", "promote b", "update-primary a"]
