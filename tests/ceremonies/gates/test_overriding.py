"""A block that people override: its reason, one more person, and only that block."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import Phase
from ceremonies.commands import Reason, Refusal, RequestPromotion
from ceremonies.events import Event, PromotionBlocked, PromotionRequested
from ceremonies.evidence import Evidence, Finding, Level
from ceremonies.owed import Work
from tests.ceremonies.cast import ADA, BEN, KIM, SAM
from tests.ceremonies.desk import Desk, only
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import CLEAR

MERKLE = Finding(check="merkle", level=Level.BLOCK, words="Its merkle tree is corrupted.")
FINAL = Finding(check="aim", level=Level.BLOCK, words="It is no secondary.", final=True)


def blocking(*findings: Finding) -> Evidence:
    """Return evidence in which these block."""
    return replace(CLEAR, findings=findings)


def asks(
    table: Desk, evidence: Evidence, *, overrides: tuple[str, ...], reason: str = "must"
) -> list[Event] | Refusal:
    """Sam asks for the promotion in spite of these blocks."""
    wish = RequestPromotion(
        ceremony=table.ceremony.id,
        by=SAM,
        reason=reason,
        evidence=evidence,
        overrides=overrides,
    )
    return table.asks(wish)


def test_a_block_that_is_not_named_blocks() -> None:
    """Only what was named is lifted."""
    table = desk(Phase.TOKEN_HELD)
    asks(table, blocking(MERKLE, replace(MERKLE, check="quorum")), overrides=("merkle",))
    assert table.ceremony.request is None
    assert table.ceremony.blocked is not None


def test_a_final_block_is_never_lifted() -> None:
    """What cannot be true of a promotion cannot be agreed to."""
    table = desk(Phase.TOKEN_HELD)
    events = asks(table, blocking(FINAL), overrides=("aim",))
    assert not isinstance(events, Refusal)
    only(events, PromotionBlocked)


def test_an_override_names_its_reason() -> None:
    """Without a reason nothing is asked for."""
    table = desk(Phase.TOKEN_HELD)
    answer = asks(table, blocking(MERKLE), overrides=("merkle",), reason=" ")
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.MALFORMED


def test_it_takes_one_more_person() -> None:
    """One approval is enough for an ordinary promotion, and not for this one."""
    table = desk(Phase.TOKEN_HELD)
    events = asks(table, blocking(MERKLE), overrides=("merkle",))
    assert not isinstance(events, Refusal)
    assert only(events, PromotionRequested).overrides[0].words == MERKLE.words
    table.approves(KIM)
    assert Work.PROMOTE not in table.works
    table.approves(BEN)
    assert table.works == [Work.PROMOTE]


def test_shares_do_not_agree_to_it() -> None:
    """Whoever gave a share for the promotion did not see what is overridden."""
    table = desk(Phase.TOKEN_HELD, holders_count=True)
    asks(table, blocking(MERKLE), overrides=("merkle",))
    assert Work.PROMOTE not in table.works
    ordinary = desk(Phase.TOKEN_HELD, holders_count=True)
    ordinary.requests()
    assert ordinary.works == [Work.PROMOTE], f"{ADA} gave a share for it"
