"""Replies cut off after Vault did what it was asked: nothing is sent twice, nothing is lost."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Ending, Phase, TokenState
from ceremonies.commands import Refusal
from ceremonies.conductor import Done
from ceremonies.events import Purpose
from lab.enterprise import CutAfter, CutBefore, Fault
from lab.process import wait_until
from tests.table import HOLDERS, SAM, SET, Table

UPDATE = "generate-operation-token/update"
ATTEMPT = "generate-operation-token/attempt"


def accepted(table: Table, path: str, method: str | None = None) -> int:
    """Return how many requests of this kind changed something at Vault."""
    return len(table.vaults.record.accepted(path=path, method=method))


def test_a_share_whose_reply_is_cut_counts_once(table: Table) -> None:
    """Vault counted it; it is not sent again and the holder is not asked again."""
    table.starts()
    table.vaults.inject(Fault(effect=CutAfter(), path=UPDATE))

    answer = table.gives(HOLDERS[0], table.shares[0])

    assert isinstance(answer, Done)
    assert table.ceremony.progress == 1
    assert table.ceremony.round is not None
    assert table.ceremony.round.gave(HOLDERS[0])
    assert accepted(table, UPDATE) == 1


def test_a_share_that_never_arrived_is_asked_for_again(table: Table) -> None:
    """The connection was cut before Vault saw it: progress shows it, and the holder is told."""
    table.starts()
    table.vaults.inject(Fault(effect=CutBefore(), path=UPDATE))

    answer = table.gives(HOLDERS[0], table.shares[0])

    assert isinstance(answer, Refusal)
    assert "give it again" in answer.words
    assert table.ceremony.progress == 0
    assert isinstance(table.gives(HOLDERS[0], table.shares[0]), Done)
    assert table.ceremony.progress == 1


def test_the_last_reply_lost_leaves_a_token_that_nobody_holds(table: Table) -> None:
    """Nothing can be decoded; the card says so, and one click starts a new attempt."""
    table.starts()
    for holder, share in zip(HOLDERS[:2], table.shares, strict=False):
        table.gives(holder, share)
    table.vaults.inject(Fault(effect=CutAfter(), path=UPDATE))

    table.gives(HOLDERS[2], table.shares[2])

    assert table.ceremony.phase is Phase.STRANDED
    assert table.ceremony.token is TokenState.ORPHANED
    answer = table.conductor.restart(SET, table.ceremony.id, by=SAM, cause=table.cause())
    assert isinstance(answer, Done)
    table.waits_for(Phase.COLLECTING)
    assert table.ceremony.progress == 0


def test_a_start_whose_reply_is_cut_is_probably_ours(table: Table) -> None:
    """Vault tells the OTP once: the attempt is useless, and only a person's word ends it."""
    table.vaults.inject(Fault(effect=CutAfter(), path=ATTEMPT, method="PUT"))
    table.conductor.start(
        SET, by=SAM, cluster="b", purpose=Purpose.DRILL, reason="", cause=table.cause()
    )
    table.waits_for(Phase.BLOCKED)
    assert table.ceremony.foreign is not None
    assert table.ceremony.foreign.probably_ours
    assert accepted(table, ATTEMPT, "DELETE") == 0

    answer = table.conductor.restart(
        SET,
        table.ceremony.id,
        by=SAM,
        cause=table.cause(),
        cancel_nonce=table.ceremony.foreign.nonce,
    )

    assert isinstance(answer, Done)
    table.waits_for(Phase.COLLECTING)


def test_a_promotion_whose_reply_is_cut_is_sent_once(table: Table) -> None:
    """The target's own mode says that it was taken on."""
    table.vaults["a"].kill()
    table.starts()
    table.asks_for_promotion()
    table.vaults.inject(Fault(effect=CutAfter(), path="secondary/promote"))

    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)

    table.waits_for(Phase.ENDED)
    assert table.ceremony.ending is Ending.PROMOTED
    assert accepted(table, "secondary/promote") == 1


@pytest.mark.parametrize("effect", [CutAfter(), CutBefore()], ids=["after Vault", "before Vault"])
def test_a_deletion_whose_reply_is_cut_is_asked_again(
    table: Table, effect: CutAfter | CutBefore
) -> None:
    """Unknown is told, stays red, and is asked again until it is known."""
    table.starts(Purpose.DRILL)
    table.vaults.inject(Fault(effect=effect, path="operation-token/delete"))
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    wait_until(
        lambda: table.ceremony.token is TokenState.UNKNOWN, seconds=20, what="it is not known"
    )

    assert table.clock is not None
    table.clock.forward(minutes=1)

    table.waits_for_token_over(seconds=40)
