"""Vault 2.x without a token: two people open the cluster, and it is seen closed again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ceremonies.ceremony import Ending, Phase
from ceremonies.commands import Refusal
from ceremonies.conductor import Done
from ceremonies.conductor.glass import REFUSALS
from ceremonies.conductor.spans import Watch
from ceremonies.events import (
    Purpose,
)
from ceremonies.state import Glass
from ceremonies.vault import Access
from lab.enterprise import Answer, Fault, ReplicationRange, VaultLine
from lab.process import wait_until
from tests.ceremonies.cast import KIM, SAM
from tests.table import HOLDERS, SET, Table

B1, B2 = "https://vault-b1.example:8200", "https://vault-b2.example:8200"
SOON = Watch(often_s=0.3, rest_s=0.3, access_s=0.3)
OPEN, WANTED, UNKNOWN = Access.OPEN, Access.TOKEN_NEEDED, Access.UNKNOWN


@pytest.fixture
def table(dr: ReplicationRange, redis_url: str) -> Iterator[Table]:
    """A table where `b` is of 2.x, and looked at three times a second."""
    dr["b"].behaviour.line = VaultLine.TWO
    laid = Table(vaults=dr, redis_url=redis_url, watch=SOON)
    yield laid
    laid.rises()


def begins(table: Table, purpose: Purpose = Purpose.PROMOTE) -> None:
    """Sam starts a ceremony on `b`."""
    answer = table.conductor.start(
        SET, by=SAM, cluster="b", purpose=purpose, reason="fire", cause=table.cause()
    )
    assert isinstance(answer, Done), answer


def stands(table: Table) -> Glass | None:
    """Return how `b` stands."""
    return table.conductor.state(SET).glass.get("b")


def let_in(table: Table) -> tuple[str, ...]:
    """Return the nodes that were seen to let anybody in."""
    found = stands(table)
    return found.nodes if found else ()


def waits(table: Table) -> None:
    """Return once the ceremony waits for a way in."""
    wait_until(lambda: stands(table) is not None, seconds=20, what="a refusal is told")
    assert table.ceremony.phase is Phase.STARTING


def test_from_the_refusal_to_the_closed_door(table: Table) -> None:
    """Refused, agreed by two, opened, shares given, promoted: told until a commander's word."""
    table.vaults["a"].kill()
    begins(table)
    waits(table)
    mine = table.conductor.glass.approve(SET, table.ceremony.id, by=SAM, cause=table.cause())
    assert isinstance(mine, Refusal)
    table.conductor.glass.approve(SET, table.ceremony.id, by=KIM, cause=table.cause())

    table.vaults["b"].behaviour.break_glass = True
    table.waits_for(Phase.COLLECTING)
    found = stands(table)
    assert found is not None
    assert (found.approved_by, found.nodes) == (KIM, table.vaults["b"].nodes)

    table.asks_for_promotion()
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    table.approves()
    table.waits_for(Phase.ENDED)
    assert table.ceremony.ending is Ending.PROMOTED
    assert stands(table) is not None
    assert table.clock is not None
    table.clock.forward(minutes=6)

    def told() -> bool:
        return any("still let in" in a.words for a in table.conductor.state(SET).alarms)

    wait_until(told, seconds=20, what="people are told to close it")
    closed = table.conductor.glass.closed(SET, table.ceremony.id, by=SAM, cause=table.cause())
    assert isinstance(closed, Done)
    assert stands(table) is None


def test_closed_is_what_every_node_says(table: Table) -> None:
    """A ceremony that is called off: no word counts while a node is open; then it is seen shut."""
    begins(table)
    waits(table)
    table.conductor.glass.approve(SET, table.ceremony.id, by=KIM, cause=table.cause())
    table.vaults["b"].behaviour.break_glass = True
    table.waits_for(Phase.COLLECTING)
    table.conductor.cancel(SET, table.ceremony.id, by=SAM, cause=table.cause())
    wait_until(
        lambda: table.conductor.state(SET).left_open("b") is not None,
        seconds=20,
        what="the attempt is ended",
    )
    word = table.conductor.glass.closed(SET, table.ceremony.id, by=SAM, cause=table.cause())
    assert isinstance(word, Refusal)
    assert table.vaults["b"].nodes[0] in word.words

    table.vaults["b"].behaviour.break_glass = False
    wait_until(lambda: stands(table) is None, seconds=20, what="it is seen closed")


def test_open_without_anybodys_word_changes_nothing(table: Table) -> None:
    """Somebody sets the option before a second person agreed: it is told, and waited."""
    begins(table)
    waits(table)
    table.vaults["b"].behaviour.break_glass = True
    wait_until(lambda: let_in(table) != (), seconds=20, what="it is seen")
    assert table.ceremony.phase is Phase.STARTING
    assert table.vaults.record.accepted(path="generate-operation-token", cluster="b") == []

    table.conductor.glass.approve(SET, table.ceremony.id, by=KIM, cause=table.cause())
    table.waits_for(Phase.COLLECTING)


def test_a_token_ends_the_wait(table: Table) -> None:
    """The file gets a token while people talk: the attempt opens, and nothing is to be closed."""
    table.tokens["b"] = "not-yet"
    begins(table)
    waits(table)
    table.tokens["b"] = table.vaults["a"].batch_token()
    table.waits_for(Phase.COLLECTING)
    assert table.conductor.state(SET).left_open("b") is None
    assert let_in(table) == ()


def test_a_drill_opens_no_cluster(table: Table) -> None:
    """It ends, and says what is missing."""
    begins(table, Purpose.DRILL)
    table.waits_for(Phase.ENDED)
    assert table.ceremony.ending is Ending.NOT_STARTED
    assert "ceremony_token_file" in table.ceremony.trouble
    assert stands(table) is None


def test_let_in_to_read_and_refused_to_start(table: Table) -> None:
    """A token that may read and no more: after some refusals it ends, and fills no log."""
    table.tokens["b"] = table.vaults["a"].batch_token()
    refuses = Answer(403, {"errors": ["permission denied"]})
    path = "generate-operation-token/attempt"
    fault = table.vaults.inject(Fault(effect=refuses, method="PUT", path=path, times=None))
    begins(table)
    table.waits_for(Phase.ENDED, seconds=40)
    assert table.ceremony.ending is Ending.NOT_STARTED
    assert fault.fired == REFUSALS + 1
