"""A token on duty makes a quorum unnecessary, and nothing else: approvals and gates are as ever."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Ceremony, Ending, Phase, TokenState
from ceremonies.commands import Refusal, Start
from ceremonies.decide import decide
from ceremonies.events import (
    CeremonyExpired,
    CeremonyStarted,
    Part,
    PolicyDeleted,
    Promoted,
    PromotionAccepted,
    Proof,
    ProofChanged,
    Purpose,
)
from ceremonies.owed import Debt, Work
from ceremonies.rota.rules import Custody
from tests.ceremonies.cast import BEN, KIM, SAM
from tests.ceremonies.desk import MINUTE
from tests.ceremonies.duty.watchroom import DAY, Room, rule
from tests.ceremonies.sights import CLEAR


def on_duty(custody: Custody = Custody.BOT) -> Room:
    """A token is on duty since an hour, collected where a lead has to."""
    room = Room(rules=(rule(DAY, custody=custody),), start="2026-11-23 06:00")
    room.works()
    for token in room.tokens:
        if token.part is Part.LEAD:
            room.collects(token)
    room.until("2026-11-23 07:00")
    return room


def starts(room: Room, *, purpose: Purpose = Purpose.PROMOTE, use_duty: bool = True) -> Ceremony:
    """Sam starts, by the token on duty if there is one."""
    wish = Start(
        by=SAM, cluster="b", purpose=purpose, reason="fire", evidence=CLEAR, use_duty=use_duty
    )
    desk = room.desk
    answer = decide(desk.state, wish, now=desk.now, terms=desk.terms, fresh=desk.fresh())
    assert not isinstance(answer, Refusal), answer
    desk.happens(*answer)
    return desk.ceremony


def works(room: Room) -> list[Work]:
    """Return what is owed of ceremonies now."""
    return [due.work for due in room.desk.due if isinstance(due, Debt)]


def test_nobody_is_called() -> None:
    """The token is held at once; no key holder is asked, no attempt is opened."""
    room = on_duty()
    c = starts(room)
    assert (c.phase, c.token, c.holders) == (Phase.TOKEN_HELD, TokenState.HELD, ())
    assert c.duty == room.tokens[0].id
    assert works(room) == []


def test_it_takes_the_same_approvals() -> None:
    """Nothing is owed before another person has agreed to what was asked for."""
    room = on_duty()
    starts(room)
    room.desk.requests()
    assert works(room) == []
    assert isinstance(room.desk.approves(SAM), Refusal)
    room.desk.approves(KIM)
    assert works(room) == [Work.PROMOTE]


def test_it_stays_on_duty_afterwards() -> None:
    """No deletion is owed: a batch token cannot be revoked, and others may need it."""
    room = on_duty()
    starts(room)
    room.desk.requests()
    room.desk.approves(KIM)
    room.desk.promotes()
    room.desk.happens(Promoted(ceremony=room.desk.ceremony.id, evidence=CLEAR))
    assert room.desk.ceremony.ending is Ending.PROMOTED
    assert room.desk.ceremony.token is TokenState.RETURNED
    assert works(room) == []
    assert room.tokens


@pytest.mark.parametrize(
    ("use_duty", "purpose"),
    [(False, Purpose.PROMOTE), (True, Purpose.DRILL)],
    ids=["key holders are asked for", "a drill"],
)
def test_who_wants_a_quorum_gets_one(use_duty: bool, purpose: Purpose) -> None:  # noqa: FBT001
    """A drill is there to gather people; and a commander may call them all the same."""
    c = starts(on_duty(), purpose=purpose, use_duty=use_duty)
    assert c.duty == ""
    assert c.holders
    assert c.phase is Phase.STARTING


def test_one_that_ends_soon_is_not_begun_with() -> None:
    """What a promotion takes has to be left of it; then a quorum is needed."""
    room = on_duty()
    token = room.tokens[0]
    room.desk.now = token.until - 10 * MINUTE
    assert starts(room).duty == ""


def test_one_that_is_out_of_force_is_not_used() -> None:
    """Nor one that the cluster was seen to refuse; one that is not known to work is tried."""
    room = on_duty()
    token = room.tokens[0]
    unknown = ProofChanged(duty=token.id, cluster="b", answer=Proof.UNKNOWN, words="away")
    room.desk.happens(unknown)
    assert room.duties.usable("b", now=room.desk.now)
    refusal = ProofChanged(duty=token.id, cluster="b", answer=Proof.REFUSED, words="denied")
    room.desk.happens(refusal)
    assert room.duties.usable("b", now=room.desk.now) is None
    assert room.duties.usable("a", now=room.desk.now)
    room.desk.happens(PolicyDeleted(effect="e", place=token.place, cluster="a"))
    assert room.duties.usable("a", now=room.desk.now) is None


def test_vault_does_not_take_it() -> None:
    """The ceremony ends; the next one on this cluster calls the key holders together."""
    room = on_duty()
    c = starts(room)
    refusal = ProofChanged(duty=c.duty, cluster="b", answer=Proof.REFUSED, words="denied")
    room.desk.happens(refusal, CeremonyExpired(ceremony=c.id, cause="token-refused"))
    assert room.desk.ceremony.ending is Ending.TOKEN_REFUSED
    assert room.desk.ceremony.token is TokenState.RETURNED
    again = starts(room)
    assert again.duty == ""
    assert again.holders


def test_the_leads_token_is_used_by_the_lead() -> None:
    """Approved, the order is theirs to give; Conclave waits for the evidence, and not for ever."""
    room = on_duty(Custody.LEAD)
    c = starts(room)
    assert c.by_hand
    room.desk.requests()
    room.desk.approves(KIM)
    assert works(room) == [Work.PROMOTE]
    room.desk.happens(PromotionAccepted(ceremony=c.id, effect="", by_hand=True))
    assert room.desk.ceremony.phase is Phase.PROMOTING
    assert works(room) == [Work.CONFIRM]


def test_of_both_the_bots_is_used() -> None:
    """It needs nobody at a terminal."""
    c = starts(on_duty(Custody.BOTH))
    assert not c.by_hand


def test_a_lead_who_has_not_collected_has_nothing() -> None:
    """Their token is of no use yet: a quorum is needed."""
    room = Room(rules=(DAY,), start="2026-11-23 06:00")
    room.works()
    assert starts(room).duty == ""


def test_frozen_it_does_nothing() -> None:
    """A freeze holds a token on duty as it holds any."""
    room = on_duty()
    starts(room)
    room.desk.requests()
    room.desk.approves(KIM)
    room.desk.freezes(BEN)
    assert works(room) == []


def test_unused_it_is_not_deleted() -> None:
    """Ten minutes without an approval end the ceremony, and the token stays on duty."""
    room = on_duty()
    starts(room)
    room.desk.now += 10 * MINUTE
    room.works()
    assert room.desk.ceremony.ending is Ending.TOKEN_UNUSED
    assert room.desk.ceremony.token is TokenState.RETURNED
    assert works(room) == []
    assert room.tokens


def test_a_log_of_an_earlier_version_has_no_token_on_duty() -> None:
    """What was written before there were any reads as a ceremony of key holders."""
    fields = {f.name: f.default for f in CeremonyStarted.__dataclass_fields__.values()}
    assert (fields["duty"], fields["by_hand"]) == ("", False)
