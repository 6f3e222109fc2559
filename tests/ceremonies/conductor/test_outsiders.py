"""What others do at Vault while a ceremony goes on: it is seen, told, and nobody here is blamed."""

from __future__ import annotations

from ceremonies.ceremony import Phase
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Done
from ceremonies.events import Purpose
from lab.enterprise import Answer, Fault, Hang
from lab.process import wait_until
from tests.table import HOLDERS, SAM, SET, Table

DR = "sys/replication/dr/secondary/generate-operation-token"


def test_an_attempt_that_is_not_ours_is_never_cancelled_without_a_word(table: Table) -> None:
    """It may be somebody's live ceremony: it stands until a commander agrees to end that one."""
    theirs = table.vaults.request("b", "PUT", f"{DR}/attempt", {}).json()["nonce"]
    table.conductor.start(
        SET, by=SAM, cluster="b", purpose=Purpose.DRILL, reason="", cause=table.cause()
    )
    table.waits_for(Phase.BLOCKED)
    assert table.ceremony.foreign is not None
    assert (table.ceremony.foreign.nonce, table.ceremony.foreign.probably_ours) == (theirs, False)

    stale = table.conductor.restart(
        SET, table.ceremony.id, by=SAM, cause=table.cause(), cancel_nonce="another"
    )
    assert isinstance(stale, Refusal)
    assert stale.reason is Reason.STALE
    assert table.vaults.request("b", "GET", f"{DR}/attempt").json()["nonce"] == theirs

    table.conductor.restart(
        SET, table.ceremony.id, by=SAM, cause=table.cause(), cancel_nonce=theirs
    )
    table.waits_for(Phase.COLLECTING)
    assert table.ceremony.nonce != theirs


def test_an_attempt_that_comes_back_is_not_the_next_ceremonys(table: Table) -> None:
    """Shares given for a drill complete no promotion's token: that attempt is ended first.

    It was ours and our log gave it up, so nobody has to agree to its end.
    """
    before = table.starts(Purpose.DRILL)
    table.gives(HOLDERS[0], table.shares[0])
    gone = Answer(200, {"started": False, "nonce": "", "progress": 0, "required": 3})
    hidden = Fault(effect=gone, path=f"{DR}/attempt", method="GET", cluster="b", times=None)
    table.vaults.inject(hidden)
    table.waits_for(Phase.STRANDED)
    table.conductor.cancel(SET, before.id, by=SAM, cause=table.cause())
    table.vaults.clear_faults()
    table.conductor.start(
        SET, by=SAM, cluster="b", purpose=Purpose.PROMOTE, reason="", cause=table.cause()
    )

    table.waits_for(Phase.COLLECTING)

    assert table.ceremony.id != before.id
    assert table.ceremony.nonce != before.nonce
    assert table.ceremony.progress == 0
    standing = table.vaults.request("b", "GET", f"{DR}/attempt").json()
    assert (standing["nonce"], standing["progress"]) == (table.ceremony.nonce, 0)


def test_an_outsider_cancels_in_mid_way(table: Table) -> None:
    """Within one poll the ceremony knows that its attempt is gone, and offers a new one."""
    table.starts()
    table.gives(HOLDERS[0], table.shares[0])
    table.vaults.request("b", "DELETE", f"{DR}/attempt")

    table.waits_for(Phase.STRANDED)

    assert "nobody here did anything wrong" in table.ceremony.trouble


def test_an_outsider_takes_the_slot(table: Table) -> None:
    """Another nonce stands where ours stood: ours is lost, and theirs is left alone.

    A look that falls between their two calls sees the slot empty; then ours is gone, as it is.
    """
    table.starts()
    nobody_looks = Fault(effect=Hang(), method="GET", path=f"{DR}/attempt", times=None)
    table.vaults.inject(nobody_looks)
    table.vaults.request("b", "DELETE", f"{DR}/attempt")
    theirs = table.vaults.request("b", "PUT", f"{DR}/attempt", {}).json()["nonce"]
    table.vaults.clear_faults()
    table.waits_for(Phase.STRANDED)
    assert "Another attempt" in table.ceremony.trouble or "gone" in table.ceremony.trouble

    table.conductor.cancel(SET, table.ceremony.id, by=SAM, cause=table.cause())

    table.waits_for(Phase.ENDED)
    assert table.vaults.request("b", "GET", f"{DR}/attempt").json()["nonce"] == theirs


def test_a_share_given_outside_counts(table: Table) -> None:
    """Somebody used a terminal with our nonce: progress grows, and two more complete it."""
    table.starts(Purpose.DRILL)
    body = {"key": table.shares[4].hex(), "nonce": table.ceremony.nonce}
    table.vaults.request("b", "PUT", f"{DR}/update", body)
    wait_until(lambda: table.ceremony.progress == 1, seconds=20, what="it is counted")
    assert table.ceremony.round is not None
    assert table.ceremony.round.outside == 1

    table.gives(HOLDERS[0], table.shares[0])
    table.gives(HOLDERS[1], table.shares[1])

    table.waits_for(Phase.ENDED)


def test_another_clusters_share_as_the_last_one(table: Table) -> None:
    """Vault throws all away: 0 of 3, the same nonce, everybody may give again, nobody is blamed."""
    table.starts()
    nonce = table.ceremony.nonce
    wrong = bytes(byte ^ 0x55 for byte in table.shares[2][:32]) + table.shares[2][32:]
    table.gives(HOLDERS[0], table.shares[0])
    table.gives(HOLDERS[1], table.shares[1])

    answer = table.gives(HOLDERS[2], wrong)

    assert isinstance(answer, Refusal)
    assert (table.ceremony.phase, table.ceremony.progress) == (Phase.COLLECTING, 0)
    assert table.ceremony.nonce == nonce
    assert len(table.ceremony.lost_rounds) == 1
    assert "U0CAT" not in table.ceremony.trouble
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        assert isinstance(table.gives(holder, share), Done)
    table.waits_for(Phase.TOKEN_HELD)


def test_two_shares_with_one_x(table: Table) -> None:
    """The second contradicts the first: it is not sent, and a new round is offered."""
    table.starts()
    table.gives(HOLDERS[0], table.shares[0])
    twisted = bytes([table.shares[0][0] ^ 1]) + table.shares[0][1:]

    answer = table.gives(HOLDERS[1], twisted)

    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.CONFLICT
    assert table.ceremony.progress == 1
    again = table.conductor.restart(SET, table.ceremony.id, by=SAM, cause=table.cause())
    assert isinstance(again, Done)
    wait_until(lambda: len(table.ceremony.rounds) == 2, seconds=20, what="a new round")
    assert table.ceremony.progress == 0


def test_the_same_share_twice(table: Table) -> None:
    """It counts once, and its holder is told so without Vault being asked."""
    table.starts()
    table.gives(HOLDERS[0], table.shares[0])

    answer = table.gives(HOLDERS[1], table.shares[0])

    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.GIVEN_THIS_ROUND
    assert table.ceremony.progress == 1


def test_a_healthy_pair_teaches_the_sets_cluster_id(table: Table) -> None:
    """What a primary and its secondary agree on is the id that a target must carry later."""
    table.conductor.look(SET, target="b")
    known = table.conductor.state(SET).cluster_id
    assert known

    table.vaults["a"].kill()
    evidence = table.conductor.look(SET, target="b")

    assert evidence.target_cluster_id == known
    assert not evidence.blocks
