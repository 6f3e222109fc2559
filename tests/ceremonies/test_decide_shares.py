"""Whether a share may go to Vault now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.ceremony import Phase
from ceremonies.commands import Decline, Reason, Refusal
from ceremonies.decide import Terms
from ceremonies.events import HolderDeclined, Kind, ShareConflicted, ShareRefused
from ceremonies.roster import KeyHolder
from tests.ceremonies.cast import ADA, BEN, CAT, DAN, HOLDERS, KIM, ROSTER, rules
from tests.ceremonies.desk import INTENT, only
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import T0


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        pytest.param(Phase.STARTING, Reason.NOT_NOW, id="no attempt is open yet"),
        pytest.param(Phase.BLOCKED, Reason.NOT_NOW, id="another attempt is in the way"),
        pytest.param(Phase.STRANDED, Reason.NOT_NOW, id="the attempt is lost"),
        pytest.param(Phase.TOKEN_HELD, Reason.NOT_NEEDED, id="the token is there"),
        pytest.param(Phase.PROMOTING, Reason.NOT_NEEDED, id="the promotion is under way"),
        pytest.param(Phase.ENDED, Reason.NOT_NEEDED, id="the ceremony is over"),
    ],
)
def test_a_share_is_taken_only_while_shares_are_collected(phase: Phase, reason: Reason) -> None:
    """Everywhere else nothing is sent, and the holder is told whether it was too late."""
    table = desk(phase)
    assert table.refuses(table.offer(DAN)) is reason


def test_an_offer_is_an_intent_that_names_everything_but_the_share() -> None:
    """Holder, round, x, mark, nonce and lane stand in the log before Vault is called."""
    table = desk(Phase.COLLECTING)

    intent = table.sends(BEN)

    assert (intent.kind, intent.lane, intent.ceremony) == (Kind.SHARE, "b", table.ceremony.id)
    assert (intent.holder, intent.round, intent.x, intent.mark) == (BEN, 1, 2, "m")
    assert (intent.nonce, intent.until) == ("n1", T0 + INTENT)


def test_one_share_at_a_time() -> None:
    """While a share is on its way the next one waits; afterwards it goes."""
    table = desk(Phase.COLLECTING)
    first = table.sends(ADA)

    assert table.refuses(table.offer(BEN)) is Reason.BUSY
    table.happens(table.accepted(first))
    table.gives(BEN)

    assert table.ceremony.progress == 2


def test_the_same_share_again_counts_once() -> None:
    """The same x with the same mark is the same share: Vault is not asked."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)

    assert table.refuses(table.offer(ADA)) is Reason.GIVEN_THIS_ROUND
    assert table.refuses(table.offer(BEN, x=1)) is Reason.GIVEN_THIS_ROUND


def test_the_same_x_with_another_mark_is_noted_and_not_sent() -> None:
    """One of the two is wrong, and what Vault has cannot be taken back."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)

    answer = table.asks(table.offer(BEN, x=1, mark="other"))

    assert not isinstance(answer, Refusal)
    conflict = only(answer, ShareConflicted)
    assert (conflict.holder, conflict.other, conflict.x) == (BEN, ADA, 1)
    assert not table.state.intents
    assert table.ceremony.progress == 1
    assert table.ceremony.round is not None
    assert table.ceremony.round.conflict == conflict


def test_a_contradiction_is_told_once() -> None:
    """To try it again writes nothing; a better share of the same holder is still taken."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)
    table.asks(table.offer(BEN, x=1, mark="other"))

    assert table.refuses(table.offer(BEN, x=1, mark="third")) is Reason.CONFLICT
    table.gives(BEN)

    assert table.ceremony.progress == 2


def test_one_person_gives_one_share() -> None:
    """Who has other people's shares too is still one person; theirs only they can give."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)

    assert table.refuses(table.offer(ADA, x=2)) is Reason.GIVEN_THIS_ROUND
    table.gives(BEN)
    table.loses_round()
    table.gives(ADA)

    assert table.ceremony.progress == 1


def test_who_keeps_two_shares_gives_two() -> None:
    """As many as the configuration says, and no more."""
    table = desk(Phase.COLLECTING)
    holders = tuple(KeyHolder(slack=h, shares=2 if h == ADA else 1) for h in HOLDERS)
    table.terms = Terms(rules=rules(holders=holders), roster=ROSTER)
    table.gives(ADA)
    table.happens(table.accepted(table.sends(ADA, x=6)))

    assert table.ceremony.progress == 2
    assert table.refuses(table.offer(ADA, x=7)) is Reason.GIVEN_THIS_ROUND


def test_an_x_of_a_lost_round_may_be_given_again() -> None:
    """Which x were given is kept per round: after a loss nobody is refused."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA, BEN)
    table.loses_round()
    assert table.ceremony.progress == 0

    table.gives(ADA, BEN)

    assert table.ceremony.progress == 2


def test_a_share_for_a_round_that_is_over_is_not_sent() -> None:
    """Whoever opened the modal before the round was lost is sent to the newest DM."""
    table = desk(Phase.COLLECTING)
    early = table.offer(CAT)
    table.loses_round()

    assert table.refuses(early) is Reason.STALE


def test_somebody_who_was_not_asked_gives_nothing() -> None:
    """An approver is no key holder; nor is, in this round, who was not chosen."""
    table = desk(Phase.COLLECTING)
    assert table.refuses(replace(table.offer(ADA), holder=KIM)) is Reason.NOT_ASKED


def test_a_frozen_ceremony_takes_no_share() -> None:
    """Nothing goes to Vault until it is thawed."""
    table = desk(Phase.COLLECTING)
    table.freezes()
    assert table.refuses(table.offer(ADA)) is Reason.FROZEN


def test_a_ceremony_that_was_forgotten_takes_no_share() -> None:
    """A button of long ago is answered, not obeyed."""
    table = desk(Phase.COLLECTING)
    assert table.refuses(replace(table.offer(ADA), ceremony="long-ago")) is Reason.NO_CEREMONY


def test_a_refused_share_leaves_the_round_as_it_was() -> None:
    """Its holder is told why; a share that is then counted clears it."""
    table = desk(Phase.COLLECTING)
    intent = table.sends(ADA)
    table.happens(
        ShareRefused(
            ceremony=table.ceremony.id,
            effect=intent.effect,
            holder=ADA,
            round=1,
            problem="sealed",
            words="Vault is sealed.",
        )
    )
    assert table.ceremony.round is not None
    assert table.ceremony.round.refusal_of(ADA) == "Vault is sealed."
    assert (table.ceremony.progress, table.state.intents) == (0, {})

    table.gives(ADA)

    assert table.ceremony.round.refusal_of(ADA) == ""


def test_who_declined_may_still_give() -> None:
    """A change of mind is welcome: the share counts and the holder is no longer out."""
    table = desk(Phase.COLLECTING)
    table.asks(Decline(ceremony=table.ceremony.id, holder=ADA))
    assert ADA not in table.ceremony.waiting_for

    table.gives(ADA)

    assert table.ceremony.declined == ()
    assert table.ceremony.progress == 1


@pytest.mark.parametrize(
    ("holder", "phase", "reason"),
    [
        pytest.param(KIM, Phase.COLLECTING, Reason.NOT_ASKED, id="somebody who was not asked"),
        pytest.param(ADA, Phase.ENDED, Reason.NOT_NEEDED, id="after the end"),
        pytest.param(ADA, Phase.TOKEN_HELD, Reason.GIVEN_THIS_ROUND, id="a share that was given"),
    ],
)
def test_declining_too_late_or_for_nothing(holder: str, phase: Phase, reason: Reason) -> None:
    """What cannot be declined is answered with why."""
    table = desk(phase)
    assert table.refuses(Decline(ceremony=table.ceremony.id, holder=holder)) is reason


def test_a_decline_while_the_attempt_is_being_opened() -> None:
    """The DM is there before the attempt is; so is its button."""
    table = desk(Phase.STARTING)
    answer = table.asks(Decline(ceremony=table.ceremony.id, holder=ADA))

    assert answer == [HolderDeclined(ceremony=table.ceremony.id, holder=ADA)]
