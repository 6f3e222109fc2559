"""What remains to be done follows from the state and the time alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.ceremony import Ending, Phase, TokenState
from ceremonies.commands import Cancel
from ceremonies.events import (
    Adopted,
    AttemptCancelled,
    Kind,
    Promoted,
    Purpose,
    TokenDeleted,
    TokenDeletionUnknown,
    TokenNotDeletable,
)
from ceremonies.owed import Debt, Work
from tests.ceremonies.cast import ADA, BEN, CAT, SAM
from tests.ceremonies.desk import HOUR, SECOND, Desk
from tests.ceremonies.phases import approved, desk
from tests.ceremonies.sights import CLEAR

# -- effects ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "work"),
    [
        pytest.param(Phase.STARTING, [Work.OPEN_ATTEMPT], id="starting: the attempt"),
        pytest.param(Phase.BLOCKED, [], id="blocked: a person's word first"),
        pytest.param(Phase.COLLECTING, [], id="collecting: people first"),
        pytest.param(Phase.STRANDED, [], id="stranded: a person's word first"),
        pytest.param(Phase.TOKEN_HELD, [], id="token held: request and approval first"),
        pytest.param(Phase.PROMOTING, [Work.CONFIRM], id="promoting: until it is done"),
        pytest.param(Phase.ENDED, [Work.END_ATTEMPT], id="expired: the attempt is cancelled"),
    ],
)
def test_what_each_phase_owes(phase: Phase, work: list[Work]) -> None:
    """One effect at most, for the cluster it is about."""
    table = desk(phase)
    assert table.works == work
    assert all(due.cluster == "b" for due in table.due if isinstance(due, Debt))


def test_a_drill_needs_no_approval_and_its_token_is_deleted() -> None:
    """Its last share ends it; what is owed is the end of the token."""
    table = desk(Phase.COLLECTING, purpose=Purpose.DRILL)

    table.completes(ADA, BEN, CAT)

    assert (table.ceremony.phase, table.ceremony.ending) == (Phase.ENDED, Ending.DRILLED)
    assert table.works == [Work.DELETE_TOKEN]


def test_the_token_is_deleted_as_soon_as_the_promotion_is_done() -> None:
    """Not before: until then it may be needed again."""
    table = desk(Phase.PROMOTING)
    assert Work.DELETE_TOKEN not in table.works
    table.happens(Promoted(ceremony=table.ceremony.id, evidence=CLEAR))
    assert table.works == [Work.DELETE_TOKEN]


def test_the_token_is_deleted_on_cancel() -> None:
    """Called off with the token there: it is deleted."""
    table = desk(Phase.TOKEN_HELD)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    assert table.works == [Work.DELETE_TOKEN]


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        (TokenDeleted, TokenState.DELETED),
        (TokenNotDeletable, TokenState.NOT_DELETABLE),
    ],
    ids=["deleted", "refused: no longer a secondary"],
)
def test_two_answers_end_the_token(
    answer: type[TokenDeleted | TokenNotDeletable], token: TokenState
) -> None:
    """Nothing is owed any more."""
    table = desk(Phase.TOKEN_HELD)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    intent = table.intends(Kind.DELETE_TOKEN)

    table.happens(answer(ceremony=table.ceremony.id, effect=intent.effect))

    assert (table.ceremony.token, table.due) == (token, [])
    assert table.ceremony.moments.token_over == table.now


def test_the_third_answer_is_asked_again_ever_more_slowly() -> None:
    """Unknown is neither yes nor no: it stays, and is asked again, at the latest every hour."""
    table = desk(Phase.TOKEN_HELD)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    waits = []
    for _ in range(12):
        intent = table.intends(Kind.DELETE_TOKEN)
        table.happens(
            TokenDeletionUnknown(
                ceremony=table.ceremony.id, effect=intent.effect, words="no answer", sent=True
            )
        )
        assert table.ceremony.token is TokenState.UNKNOWN
        assert table.works == []
        waits.append(table.ceremony.retry_at - table.now)
        table.now = table.ceremony.retry_at
        assert table.works == [Work.DELETE_TOKEN]

    assert waits[:3] == [15 * SECOND, 30 * SECOND, 60 * SECOND]
    assert waits == sorted(waits)
    assert waits[-1] == HOUR
    assert table.ceremony.deletion_sent


def test_still_catching_up_is_asked_again_in_ten_seconds() -> None:
    """The approval stands; nothing is forced, nothing is asked sooner."""
    table = approved()
    table.catches_up()
    assert table.works == []
    table.passes(seconds=10)
    assert table.works == [Work.PROMOTE]


def test_after_ten_tries_somebody_has_to_ask_anew() -> None:
    """Vault's own harness gives up then, too: the request is withdrawn, people are told."""
    table = approved()
    for tries in range(1, 11):
        assert table.works == [Work.PROMOTE]
        table.catches_up()
        assert table.ceremony.promotion_tries == tries
        told = [alarm for alarm in table.state.alarms if "did not promote" in alarm.words]
        assert bool(told) is (tries == 10)
        table.passes(seconds=10)

    assert table.works == []
    assert table.ceremony.request is None
    table.requests()
    table.approves()
    assert table.works == [Work.PROMOTE]


# -- one slot --------------------------------------------------------------------------------------


def test_the_next_ceremony_waits_until_the_slot_is_free() -> None:
    """The one before left its attempt at Vault: that is ended before a new one is opened.

    Its OTP is still in the keychain, so it would be taken for the new ceremony's own attempt.
    """
    table = desk(Phase.ENDED)
    before = table.ceremony
    table.starts()

    (due,) = [due for due in table.due if isinstance(due, Debt)]
    assert (due.work, due.ceremony) == (Work.END_ATTEMPT, before.id)

    table.happens(AttemptCancelled(ceremony=before.id, effect="", outcome="cancelled"))
    assert table.works == [Work.OPEN_ATTEMPT]


def test_an_old_token_does_not_hold_up_the_next_ceremony() -> None:
    """Its end is owed beside what the new one needs."""
    table = desk(Phase.TOKEN_HELD)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))
    table.starts()
    assert table.works == [Work.DELETE_TOKEN, Work.OPEN_ATTEMPT]


# -- intents ---------------------------------------------------------------------------------------


def test_while_vault_is_asked_nothing_else_is_owed() -> None:
    """One effect at a time for each cluster; after its time it has to be adopted."""
    table = desk(Phase.STARTING)
    intent = table.intends(Kind.START)
    assert table.due == []

    table.passes(seconds=30)
    assert table.overdue == [intent]
    assert table.works == []

    until = table.now + 30 * SECOND
    table.happens(Adopted(effect=intent.effect, replica="r2", until=until))
    assert table.due == []
    table.passes(seconds=30)
    assert [i.replica for i in table.overdue] == ["r2"]


def test_an_effect_elsewhere_holds_up_nothing_here() -> None:
    """Lanes are clusters; posting has its own."""
    table = desk(Phase.STARTING)
    elsewhere = replace(table.intends(Kind.START), lane="a", effect="another")
    here = next(iter(table.state.intents.values()))
    table.happens(
        elsewhere, AttemptCancelled(ceremony="none", effect=here.effect, outcome="cancelled")
    )
    assert table.works == [Work.OPEN_ATTEMPT]


def test_an_empty_log_owes_nothing() -> None:
    """Nothing started, nothing due."""
    assert Desk().due == []
