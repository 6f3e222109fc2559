"""Three of five people give their shares, a second person agrees, and the secondary is primary."""

from __future__ import annotations

from ceremonies.ceremony import Ending, Phase, TokenState
from ceremonies.conductor import Done
from ceremonies.topology import ApprovalRules
from tests.table import HOLDERS, KIM, SET, Table


def test_three_of_five(table: Table) -> None:
    """What was written on `a` before it died is served by `b`, and the token is gone."""
    primary = table.vaults["a"].bao
    primary.call("POST", "kv/letter", {"text": "written on a"})
    table.vaults.replicate("b")
    table.vaults["a"].kill()

    ceremony = table.starts()
    assert ceremony.required == 3
    assert isinstance(table.asks_for_promotion(), Done)
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        assert isinstance(table.gives(holder, share), Done)

    table.waits_for(Phase.ENDED)
    assert table.ceremony.ending is Ending.PROMOTED
    table.waits_for_token_over()
    assert table.ceremony.token is TokenState.DELETED
    letter = table.vaults["b"].bao.call("GET", "kv/letter")
    assert letter["data"]["text"] == "written on a"


def test_nobody_promotes_alone(table: Table) -> None:
    """With three shares and no request nothing is promoted; with one, a second person decides."""
    table.vaults["a"].kill()
    table.approval = ApprovalRules(holders_count=False)
    table.starts()
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    table.waits_for(Phase.TOKEN_HELD)
    table.asks_for_promotion()
    assert table.ceremony.phase is Phase.TOKEN_HELD

    shown = table.ceremony.request
    assert shown is not None

    answer = table.conductor.approve(
        SET, table.ceremony.id, by=KIM, request=shown.at, cause=table.cause()
    )

    assert isinstance(answer, Done)
    table.waits_for(Phase.ENDED)
    assert table.ceremony.ending is Ending.PROMOTED
