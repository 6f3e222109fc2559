"""Extending, reminding, calling off: who moves a ceremony's clock, and who ends it."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Ending, Phase, TokenState
from ceremonies.commands import Cancel, Decline, Extend, Nudge, Reason, Refusal
from ceremonies.events import (
    AttemptCompleted,
    HoldersReminded,
    Kind,
    PromotionRefused,
)
from ceremonies.owed import Work
from ceremonies.topology import CeremonyRules
from tests.ceremonies.cast import ADA, BEN, CAT, DAN, EVE, SAM
from tests.ceremonies.desk import HOUR, MINUTE
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import T0

# -- extend ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phase", [Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED], ids=str
)
def test_extending_gives_a_full_deadline_from_now(phase: Phase) -> None:
    """Whatever a commander waits for, they may wait longer."""
    table = desk(phase)
    table.passes(minutes=25)

    table.asks(Extend(ceremony=table.ceremony.id, by=SAM))

    assert table.ceremony.deadline == table.now + 30 * MINUTE


def test_extending_never_passes_the_maximum() -> None:
    """Extended as often as it may be, it ends four hours after its start; then no more."""
    table = desk(Phase.COLLECTING)
    while table.ceremony.deadline < T0 + 4 * HOUR:
        table.passes(minutes=25)
        assert not isinstance(table.asks(Extend(ceremony=table.ceremony.id, by=SAM)), Refusal)
        assert table.ceremony.deadline <= T0 + 4 * HOUR

    assert table.refuses(Extend(ceremony=table.ceremony.id, by=SAM)) is Reason.NOT_NOW


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        pytest.param(Phase.TOKEN_HELD, Reason.NOT_NOW, id="the token's own clock runs"),
        pytest.param(Phase.PROMOTING, Reason.NOT_NOW, id="Vault has taken the promotion on"),
        pytest.param(Phase.ENDED, Reason.NOT_NEEDED, id="it is over"),
    ],
)
def test_no_deadline_to_extend(phase: Phase, reason: Reason) -> None:
    """Where no deadline runs, none is moved."""
    table = desk(phase)
    table.passes(minutes=1)
    assert table.refuses(Extend(ceremony=table.ceremony.id, by=SAM)) is reason


def test_a_deadline_that_stands_still_is_not_extended() -> None:
    """Thaw first: else the time of the freeze would be given twice."""
    table = desk(Phase.COLLECTING)
    table.passes(minutes=5)
    table.freezes()
    assert table.refuses(Extend(ceremony=table.ceremony.id, by=SAM)) is Reason.NOT_NOW


def test_pressing_again_and_again_moves_nothing() -> None:
    """A button that somebody leans on writes one entry, not one for each press."""
    table = desk(Phase.COLLECTING)
    table.passes(minutes=10)
    extend = Extend(ceremony=table.ceremony.id, by=SAM)
    assert not isinstance(table.asks(extend), Refusal)
    for _ in range(10):
        table.passes(seconds=1)
        assert table.refuses(extend) is Reason.NOT_NOW
    table.passes(minutes=1)
    assert not isinstance(table.asks(extend), Refusal)


# -- the deadline of its own -----------------------------------------------------------------------


def test_the_deadline_runs_from_the_last_accepted_share() -> None:
    """First from the start, then from each share that Vault counted, never past `max`."""
    table = desk(Phase.COLLECTING, times=CeremonyRules(max=CeremonyRules().deadline * 1.5))
    assert table.ceremony.deadline == T0 + 30 * MINUTE
    table.passes(minutes=10)
    table.gives(ADA)
    assert table.ceremony.deadline == T0 + 40 * MINUTE
    table.passes(minutes=20)
    table.gives(BEN)
    assert table.ceremony.deadline == T0 + 45 * MINUTE


# -- nudge -----------------------------------------------------------------------------------------


def test_only_who_has_not_answered_is_reminded() -> None:
    """Not who gave in this round, not who declined."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)
    table.asks(Decline(ceremony=table.ceremony.id, holder=BEN))

    answer = table.asks(Nudge(ceremony=table.ceremony.id, by=SAM))

    reminded = HoldersReminded(ceremony=table.ceremony.id, holders=(CAT, DAN, EVE), by=SAM)
    assert answer == [reminded]
    assert table.ceremony.reminders == 1


def test_people_are_not_woken_by_every_press() -> None:
    """Each reminder pages people: a stolen or impatient account does so twice a minute at most."""
    table = desk(Phase.COLLECTING)
    nudge = Nudge(ceremony=table.ceremony.id, by=SAM)
    assert not isinstance(table.asks(nudge), Refusal)
    for _ in range(5):
        table.passes(seconds=5)
        assert table.refuses(nudge) is Reason.NOT_NOW
    table.passes(seconds=5)
    assert not isinstance(table.asks(nudge), Refusal)
    assert table.ceremony.reminders == 2


def test_who_declined_declines_once() -> None:
    """Said again it writes nothing; who gave after all and lost the round may decline again."""
    table = desk(Phase.COLLECTING)
    decline = Decline(ceremony=table.ceremony.id, holder=BEN)
    table.asks(decline)

    assert table.refuses(decline) is Reason.NOT_NOW
    table.gives(BEN)
    table.loses_round()

    assert not isinstance(table.asks(decline), Refusal)


def test_after_a_lost_round_everybody_is_reminded_again() -> None:
    """Who gave in a round that Vault threw away is asked again."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    table.loses_round()
    assert table.ceremony.waiting_for == (ADA, BEN, CAT, DAN, EVE)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.COLLECTING])
def test_nobody_is_reminded_of_nothing(phase: Phase) -> None:
    """Where no share is collected nobody is asked for one."""
    table = desk(phase)
    reason = Reason.NOT_NEEDED if phase is Phase.ENDED else Reason.NOT_NOW
    assert table.refuses(Nudge(ceremony=table.ceremony.id, by=SAM)) is reason


def test_nobody_is_reminded_of_what_would_be_refused() -> None:
    """Frozen, a share is not taken: so none is asked for."""
    table = desk(Phase.COLLECTING)
    table.freezes()
    assert table.refuses(Nudge(ceremony=table.ceremony.id, by=SAM)) is Reason.NOT_NOW


# -- cancel ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phase",
    [Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED, Phase.TOKEN_HELD],
)
@pytest.mark.parametrize("frozen", [False, True], ids=["going on", "frozen"])
def test_a_commander_calls_it_off(phase: Phase, *, frozen: bool) -> None:
    """It ends by their word, frozen or not."""
    table = desk(phase)
    if frozen:
        table.freezes()

    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))

    assert (table.ceremony.ending, table.ceremony.ended_by) == (Ending.CANCELLED, SAM)
    assert table.ceremony.moments.ended == table.now


def test_a_promotion_that_may_have_been_sent_is_not_called_off() -> None:
    """Neither while it is on its way, nor when Vault took it on; between two tries it is."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.approves()
    intent = table.intends(Kind.PROMOTE)
    assert table.refuses(Cancel(ceremony=table.ceremony.id, by=SAM)) is Reason.NOT_NOW

    table.happens(
        PromotionRefused(
            ceremony=table.ceremony.id,
            effect=intent.effect,
            problem="catching-up",
            words="Vault is still catching up.",
            again=True,
        )
    )
    assert not isinstance(table.asks(Cancel(ceremony=table.ceremony.id, by=SAM)), Refusal)

    promoting = desk(Phase.PROMOTING)
    assert promoting.refuses(Cancel(ceremony=promoting.ceremony.id, by=SAM)) is Reason.NOT_NOW


def test_over_is_over() -> None:
    """A second cancel finds nothing to do."""
    table = desk(Phase.ENDED)
    assert table.refuses(Cancel(ceremony=table.ceremony.id, by=SAM)) is Reason.NOT_NEEDED


def test_a_share_on_its_way_when_it_is_called_off() -> None:
    """If it was the last one there is a token, and it is deleted: nobody may use it."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    last = table.sends(CAT)
    table.asks(Cancel(ceremony=table.ceremony.id, by=SAM))

    done = AttemptCompleted(ceremony=table.ceremony.id, effect=last.effect)
    table.happens(table.accepted(last), done)

    assert (table.ceremony.phase, table.ceremony.token) == (Phase.ENDED, TokenState.HELD)
    assert table.works == [Work.DELETE_TOKEN]
