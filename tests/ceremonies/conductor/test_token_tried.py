"""The token that is held is tried at the secondary before a promotion, by a harmless read."""

from __future__ import annotations

import pytest

from ceremonies.evidence import Check, Finding, Level
from lab.enterprise import Answer, CutBefore, Fault
from lab.enterprise.faults import Effect
from tests.table import HOLDERS, SET, Table

AUTOPILOT = "sys/storage/raft/autopilot/state"


@pytest.fixture
def held(table: Table) -> Table:
    """A table where the token is there; the primary is gone."""
    table.vaults["a"].kill()
    table.starts()
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    return table


def finding(table: Table, check: Check) -> Finding:
    """Return how this check stands now, and whether it was tried."""
    evidence = table.conductors[0].look(SET, target="b")
    return next(found for found in evidence.findings if found.check == check)


def test_vault_takes_it(held: Table) -> None:
    """It reads Raft's state with it, which also tells whether Raft is well; nothing is changed."""
    found = finding(held, Check.TOKEN)
    assert (found.level, found.words) == (Level.PASS, "We hold one, and b takes it.")
    assert finding(held, Check.QUORUM).level is Level.PASS
    (seen, *_) = held.vaults.record.find(path=AUTOPILOT)
    assert (seen.method, seen.cluster, seen.with_token) == ("GET", "b", True)


def test_vault_refuses_it(held: Table) -> None:
    """Somebody revoked it, or made another one: a block that people may lift."""
    held.vaults.inject(Fault(effect=DENIED, path=AUTOPILOT, times=None))
    found = finding(held, Check.TOKEN)
    assert (found.level, found.cause, found.final) == (Level.BLOCK, "refused", False)


DENIED = Answer(403, {"errors": ["permission denied"]})
UNTOLD: dict[str, Effect] = {
    "storage without Raft": Answer(404, {"errors": ["unsupported path"]}),
    "a path that is disabled": Answer(
        400, {"errors": ["path disabled in replication DR secondary mode"]}
    ),
    "a proxy's page": Answer(200, "<html>"),
    "trouble": Answer(500, {"errors": ["internal error"]}),
    "cut": CutBefore(),
}


@pytest.mark.parametrize("effect", UNTOLD.values(), ids=UNTOLD)
def test_vault_does_not_tell(held: Table, effect: Effect) -> None:
    """Neither yes nor no is an answer of its own: not known, and no block."""
    held.vaults.inject(Fault(effect=effect, path=AUTOPILOT, times=None))
    found = finding(held, Check.TOKEN)
    assert (found.level, found.words) == (
        Level.UNKNOWN,
        "We hold one; whether b takes it is not told.",
    )


def test_raft_is_not_well(held: Table) -> None:
    """Autopilot knows of what no node says of itself."""
    answer = Answer(200, {"data": {"healthy": False, "servers": {}}})
    held.vaults.inject(Fault(effect=answer, path=AUTOPILOT, times=None))
    found = finding(held, Check.QUORUM)
    assert (found.level, "not healthy" in found.words) == (Level.WARN, True)


def test_nothing_is_tried_without_one(table: Table) -> None:
    """Before the ceremony made it, and where the target does not answer."""
    table.starts()
    assert finding(table, Check.TOKEN).words == "There is none yet; its ceremony makes it."
    assert not table.vaults.record.find(path=AUTOPILOT)
