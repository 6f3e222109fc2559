"""An old primary that answered when people agreed and is silent when it is to be sent."""

from __future__ import annotations

from ceremonies.ceremony import Ending, Phase
from ceremonies.conductor import Done
from ceremonies.topology import ApprovalRules
from lab.process import wait_until
from tests.table import HOLDERS, KIM, SAM, SET, Table


def approves(table: Table) -> None:
    """Kim agrees to what the card shows now."""
    shown = table.ceremony.request
    assert shown is not None
    answer = table.conductor.approve(
        SET, table.ceremony.id, by=KIM, request=shown.at, cause=table.cause()
    )
    assert isinstance(answer, Done)


def test_what_fell_silent_after_it_was_agreed_is_asked_anew(table: Table) -> None:
    """Nothing is sent; a new request shows the silence, and covers it."""
    table.approval = ApprovalRules(holders_count=False)
    table.starts()
    root = table.vaults["a"].bao.root_token
    path = "sys/replication/dr/primary/demote"
    demoted = table.vaults.request("a", "PUT", path, {}, token=root)
    assert demoted.status_code == 200
    wait_until(
        lambda: not table.conductor.look(SET, target="b").unsaid,
        seconds=20,
        what="a answers as secondary",
    )
    assert isinstance(table.asks_for_promotion(), Done)
    approves(table)
    for holder, share in zip(HOLDERS[:2], table.shares, strict=False):
        table.gives(holder, share)
    table.vaults["a"].kill()

    table.gives(HOLDERS[2], table.shares[2])

    wait_until(lambda: table.ceremony.request is None, seconds=20, what="the request is void")
    assert table.ceremony.phase is Phase.TOKEN_HELD
    assert table.ceremony.promotion_tries == 0
    assert table.ceremony.blocked is not None
    assert not table.ceremony.blocked.blocks

    assert isinstance(table.asks_for_promotion(), Done)
    assert table.ceremony.request is not None
    assert table.ceremony.request.by == SAM
    approves(table)
    table.waits_for(Phase.ENDED)
    assert table.ceremony.ending is Ending.PROMOTED
