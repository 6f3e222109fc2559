"""Somebody outside who knows the nonce resets rounds: seen, bounded, and nobody here is blamed."""

from __future__ import annotations

from ceremonies.ceremony import AttemptState, Phase
from ceremonies.commands import Restart
from ceremonies.conductor.outcomes import share_counted
from ceremonies.conductor.truth import RESETS, follows
from ceremonies.events import AttemptLost, Lost, RoundLoss, RoundLost, ShareAccepted
from ceremonies.fold.attempts import LOST_WORDS
from ceremonies.owed import Work
from ceremonies.vault import Attempt
from lab.process import wait_until
from tests.ceremonies.cast import ADA, BEN, HOLDERS, SAM
from tests.ceremonies.desk import Desk, only
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import CLEAR
from tests.table import Table

DR = "sys/replication/dr/secondary/generate-operation-token"


def looks(table: Desk, *, progress: int) -> None:
    """Look at Vault, where our attempt has so many shares."""
    c = table.ceremony
    seen = Attempt(
        nonce=c.nonce,
        started=True,
        progress=progress,
        required=c.required,
        otp_length=26,
        complete=False,
    )
    followed = follows(c, seen, now=table.now, terms=table.terms)
    if followed:
        table.happens(*followed)


def is_reset(table: Desk, *, times: int) -> None:
    """Junk comes in by the nonce until Vault throws the round away, again and again."""
    for _ in range(times):
        looks(table, progress=1)
        looks(table, progress=0)


def test_resets_in_a_row_end_in_a_commanders_decision() -> None:
    """The third one opens no round: from then on an outsider writes nothing and wakes nobody."""
    table = desk(Phase.COLLECTING)
    is_reset(table, times=RESETS - 1)
    assert (table.ceremony.phase, len(table.ceremony.rounds)) == (Phase.COLLECTING, RESETS)

    is_reset(table, times=1)
    entries = len(table.log)
    is_reset(table, times=50)

    assert len(table.log) == entries
    assert table.ceremony.phase is Phase.STRANDED
    assert table.ceremony.attempt is AttemptState.OPEN
    assert table.ceremony.trouble == LOST_WORDS[Lost.RESET_BY_OTHERS]
    assert [r.lost for r in table.ceremony.rounds] == [RoundLoss.RESET_OUTSIDE] * RESETS
    assert "outside" in table.state.alarms[-1].words


def test_a_round_that_was_lost_here_begins_the_count_anew() -> None:
    """Shares that did not fit are no outsider's doing."""
    table = desk(Phase.COLLECTING)
    is_reset(table, times=RESETS - 1)
    table.loses_round()

    is_reset(table, times=RESETS - 1)

    assert table.ceremony.phase is Phase.COLLECTING


def test_a_new_attempt_begins_the_count_anew() -> None:
    """A commander goes on: the open attempt is ended first, and the new one has three again."""
    table = desk(Phase.COLLECTING)
    is_reset(table, times=RESETS)
    table.asks(Restart(ceremony=table.ceremony.id, by=SAM, evidence=CLEAR))
    assert table.works == [Work.END_ATTEMPT]

    table.opens("n2")
    is_reset(table, times=RESETS - 1)

    assert table.ceremony.phase is Phase.COLLECTING


def test_the_reply_to_a_share_may_tell_of_the_third_reset() -> None:
    """Vault counts it into a round that was emptied; the attempt is given up with its effect."""
    table = desk(Phase.COLLECTING)
    is_reset(table, times=RESETS - 1)
    table.gives(ADA)
    intent = table.sends(BEN)

    told = share_counted(table.ceremony, intent, 1, 3, now=table.now, terms=table.terms)
    table.happens(*told)

    assert only(told, AttemptLost).cause is Lost.RESET_BY_OTHERS
    assert table.state.intents == {}
    assert table.ceremony.phase is Phase.STRANDED


def test_an_earlier_reset_leaves_the_share_counted() -> None:
    """It stands in the new round that the reset opened."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)
    intent = table.sends(BEN)

    told = share_counted(table.ceremony, intent, 1, 3, now=table.now, terms=table.terms)

    assert only(told, RoundLost).cause is RoundLoss.RESET_OUTSIDE
    assert only(told, ShareAccepted).round == 2


def test_an_outsider_at_a_real_vault(table: Table) -> None:
    """Three times junk by our nonce: the ceremony waits, and a new attempt takes shares again."""
    table.starts()
    nonce = table.ceremony.nonce
    junk = [bytes([n]) * 32 + bytes([100 + n]) for n in range(1, 3)]
    for reset in range(RESETS):
        table.gives(HOLDERS[0], table.shares[0])
        assert table.ceremony.progress == 1
        for share in junk:
            body = {"key": share.hex(), "nonce": nonce}
            table.vaults.request("b", "PUT", f"{DR}/update", body)
        wait_until(
            lambda count=reset + 1: len(table.ceremony.lost_rounds) == count,
            seconds=20,
            what=f"reset {reset + 1} is seen",
        )

    assert table.ceremony.phase is Phase.STRANDED
    assert table.ceremony.nonce == nonce
    table.conductor.restart(
        "payments", table.ceremony.id, by=SAM, cause=table.cause(), cancel_nonce=nonce
    )
    table.waits_for(Phase.COLLECTING)
    assert table.ceremony.nonce != nonce
    table.gives(HOLDERS[0], table.shares[0])
    assert table.ceremony.progress == 1
