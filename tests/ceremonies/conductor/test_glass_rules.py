"""The rules for a Vault 2.x without a token: two people agree, and it is told until closed."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor.glass import access_news
from ceremonies.conductor.spans import Watch
from ceremonies.decide.glass import approve, confirm_closed
from ceremonies.events import (
    AccessClosed,
    AccessReminded,
    AccessSeen,
    AttemptCancelled,
    BreakGlassNeeded,
    Event,
    Purpose,
    TokenAdmitted,
)
from ceremonies.owed import Work
from ceremonies.state import Glass
from ceremonies.vault import Access
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.desk import Desk
from tests.ceremonies.phases import desk, expired

B1, B2 = "https://vault-b1.example:8200", "https://vault-b2.example:8200"
SOON = Watch(often_s=0.3, rest_s=0.3, access_s=0.3)
OPEN, WANTED, UNKNOWN = Access.OPEN, Access.TOKEN_NEEDED, Access.UNKNOWN


def denied() -> Desk:
    """Return a desk with a ceremony that Vault refused for want of a token."""
    table = desk(Phase.STARTING)
    table.happens(needed(table.ceremony))
    return table


def needed(c: Ceremony) -> BreakGlassNeeded:
    """Return Vault's refusal."""
    return BreakGlassNeeded(ceremony=c.id, effect="", cluster=c.cluster, words="403")


def agrees(table: Desk, by: str) -> Reason | None:
    """Let somebody agree to open the cluster; return why not, if so."""
    answer = approve(table.state, table.ceremony, by=by)
    if isinstance(answer, Refusal):
        return answer.reason
    table.happens(*answer)
    return None


def answers(
    table: Desk, *, by_token: bool = False, active: str = B1, **nodes: Access
) -> list[Event]:
    """Let the nodes b1 and b2 answer a probe; return what is told."""
    said = {B1: nodes.get("b1", WANTED), B2: nodes.get("b2", WANTED)}
    told = access_news(table.state, "b", said, active=active, by_token=by_token)
    if told:
        table.happens(*told)
    return list(told)


def glass(table: Desk) -> Glass:
    """Return how `b` stands."""
    return table.state.glass["b"]


def test_nothing_is_opened_before_a_second_person_agrees() -> None:
    """The ceremony waits; whoever called it does not agree to their own wish; then it goes on."""
    table = denied()
    assert table.works == []
    assert [type(e) for e in answers(table, b1=OPEN)] == [AccessSeen]
    assert table.works == []
    assert agrees(table, SAM) is Reason.OWN_REQUEST

    assert agrees(table, KIM) is None
    assert agrees(table, KIM) is Reason.NOT_NEEDED
    assert table.works == []
    (seen,) = answers(table, b1=OPEN)

    assert isinstance(seen, AccessSeen)
    assert seen.admits
    assert table.works == [Work.OPEN_ATTEMPT]


def test_it_is_offered_only_after_a_refusal() -> None:
    """Nobody agrees to open what is not shut, or to open it while the ceremony is frozen."""
    assert agrees(desk(Phase.STARTING), KIM) is Reason.NOT_NOW
    frozen = denied()
    frozen.freezes()
    assert agrees(frozen, KIM) is Reason.NOT_NOW
    over = denied()
    over.happens(expired(over.ceremony))
    assert agrees(over, KIM) is Reason.NOT_NOW
    assert over.state.glass == {}


def test_the_active_node_must_let_us_in() -> None:
    """An attempt lives there; a standby that is open already is told, and waited on."""
    table = denied()
    agrees(table, KIM)
    (seen,) = answers(table, b2=OPEN)
    assert isinstance(seen, AccessSeen)
    assert (seen.nodes, seen.admits) == ((B2,), False)
    assert answers(table, b2=OPEN) == []
    assert table.works == []


def test_a_token_that_comes_is_the_better_way() -> None:
    """Nobody has to agree to anything, and nothing is to be closed afterwards."""
    table = denied()
    (admitted,) = answers(table, by_token=True)
    assert isinstance(admitted, TokenAdmitted)
    assert table.works == [Work.OPEN_ATTEMPT]
    assert not glass(table).is_owed
    table.opens()
    table.happens(expired(table.ceremony))
    assert table.state.glass == {}


def opened() -> Desk:
    """Return a desk whose ceremony gathers shares on a cluster that lets anybody in."""
    table = denied()
    agrees(table, KIM)
    answers(table, b1=OPEN, b2=OPEN)
    table.opens()
    return table


def reminders(table: Desk, *, hours: int) -> int:
    """Return how often people are told within so many hours."""
    told = 0
    for _ in range(hours * 60):
        if AccessReminded(cluster="b") in table.notes:
            table.happens(AccessReminded(cluster="b"))
            told += 1
        table.passes(minutes=1)
    return told


def cancelled(table: Desk) -> AttemptCancelled:
    """Return that the attempt of the ceremony is ended at Vault."""
    return AttemptCancelled(ceremony=table.ceremony.id, effect="", outcome="cancelled")


def left_open() -> Desk:
    """Return a desk whose ceremony is over, its attempt too, on a cluster that is still open."""
    table = opened()
    table.happens(expired(table.ceremony))
    table.happens(cancelled(table))
    return table


def test_it_is_told_until_every_node_refuses_again() -> None:
    """As often as holders are reminded, then ever more seldom; over when all of them refuse."""
    table = left_open()
    assert 20 < reminders(table, hours=24) < 30

    (seen,) = answers(table, b2=OPEN)
    assert isinstance(seen, AccessSeen)
    assert glass(table).nodes == (B2,)
    assert answers(table) == [AccessClosed(cluster="b")]
    assert table.state.glass == {}
    assert reminders(table, hours=24) == 0


def test_while_it_is_needed_nobody_is_told_to_close_it() -> None:
    """Not in the ceremony, and not before its attempt is ended at Vault: that needs the way in."""
    table = opened()
    assert reminders(table, hours=1) == 0
    table.happens(expired(table.ceremony))
    assert reminders(table, hours=1) == 0
    assert answers(table) == [
        AccessSeen(ceremony=table.ceremony.id, cluster="b", nodes=(), admits=False)
    ]


def test_a_silent_node_is_not_a_shut_one() -> None:
    """What was open and says nothing now is held to be open."""
    table = left_open()
    (seen,) = answers(table, b2=UNKNOWN)
    assert isinstance(seen, AccessSeen)
    assert glass(table).nodes == (B2,)
    assert answers(table, b2=UNKNOWN) == []


def test_a_commanders_word_where_no_node_can_tell() -> None:
    """A cluster that is primary now answers neither; against what a node says no word counts."""
    table = left_open()
    refused = confirm_closed(table.state, "b", by=SAM, let_in=(B1,))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NOT_NOW
    said = confirm_closed(table.state, "b", by=SAM, let_in=())
    assert said == [AccessClosed(cluster="b", by=SAM)]
    early = confirm_closed(opened().state, "b", by=SAM, let_in=())
    assert isinstance(early, Refusal)
    assert early.reason is Reason.NOT_NEEDED


def test_agreed_and_never_opened() -> None:
    """Nobody is told to close it, and it is watched until every node was heard."""
    table = denied()
    agrees(table, KIM)
    table.happens(expired(table.ceremony))
    assert reminders(table, hours=2) == 0
    assert answers(table, b2=UNKNOWN) == []
    assert answers(table) == [AccessClosed(cluster="b")]


def test_the_next_ceremony_needs_its_own_agreement() -> None:
    """What one ceremony was allowed another is not; what is open is still to be closed."""
    table = left_open()
    answers(table, b2=OPEN)
    table.starts(Purpose.PROMOTE)
    table.happens(needed(table.ceremony))
    assert glass(table).nodes == (B2,)
    assert table.works == []
    answers(table, b1=OPEN, b2=OPEN)
    assert table.works == []
    assert agrees(table, KIM) is None
    answers(table, b1=OPEN, b2=OPEN)
    assert table.works == [Work.OPEN_ATTEMPT]
