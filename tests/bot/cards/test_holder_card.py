"""A key holder's message says which share is asked for, what became of it, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.cards.holder import holder_card
from bot.cards.kit import Card
from ceremonies.ceremony import AttemptState, Ceremony, Ending, Phase
from ceremonies.events import Purpose, RoundLoss
from ceremonies.roster import KeyHolder
from ceremonies.topology import ApprovalRules
from ceremonies.watchwords import watchwords
from tests.bot.cards import states
from tests.bot.cards.cases import STRANDED
from tests.bot.cards.reading import buttons, dialog, value, words
from tests.bot.cards.states import ADA, BEN, CAT, DAN, NONCE, RULES, SAM, T0

ASK = ["share.open", "share.decline", "ceremony.freeze"]
TWO_SHARES = replace(RULES, key_holders=(KeyHolder(slack=ADA, shares=2),))


def drawn(c: Ceremony, holder: str, number: int = 0, **more: Any) -> Card:  # noqa: ANN401 — rules
    """Return the message to a holder about a round, the newest if none is named."""
    rules = more.get("rules", RULES)
    return holder_card(states.state(c), c, rules, holder=holder, number=number or len(c.rounds))


def test_the_request_has_all_that_a_careful_holder_needs() -> None:
    """Who and why, which share and which not, what else it could make, nonce, words, deadline."""
    card = drawn(states.collecting(), BEN)
    said = words(card)
    one, two = watchwords(ceremony=states.CEREMONY, nonce=NONCE)
    for phrase in (
        f"<@{SAM}> started a ceremony to *promote payments/b*",
        "Reason: “a's data centre has no power”",
        "your *payments* share, the one from the primary's unseal keys",
        "Not one that `b` had before it joined",
        "The same share could make a root token",
        "Give it only if you expected this",
        f"`{NONCE}`",
        f"`{one} {two}`",
        "*Deadline*\n<!date^",
    ):
        assert phrase in said
    assert list(buttons(card)) == ASK
    assert f"compare the watchwords ({one} {two}), press Give my share" in card.text


@pytest.mark.parametrize(
    ("purpose", "counts", "said"),
    [
        pytest.param(Purpose.PROMOTE, True, True, id="a promotion"),
        pytest.param(Purpose.PROMOTE, False, False, id="where approvers approve"),
        pytest.param(Purpose.DRILL, True, False, id="a drill"),
    ],
)
def test_whoever_gives_knows_to_what_they_agree(
    purpose: Purpose, *, counts: bool, said: bool
) -> None:
    """Where a share is its holder's approval, the message says so before it is given."""
    rules = replace(RULES, approval=ApprovalRules(holders_count=counts))
    card = drawn(states.collecting(purpose=purpose), BEN, rules=rules)
    assert ("counts as your approval of the promotion" in words(card)) is said


def test_with_auto_unseal_a_recovery_key_is_asked_for() -> None:
    """Where Vault unseals itself, holders keep recovery keys, and the message says so."""
    said = words(drawn(states.collecting(recovery_keys=True), BEN))
    assert "your *payments* recovery key" in said
    assert "unseal keys" not in said


CASES: dict[str, tuple[Ceremony, str, list[str], list[str]]] = {
    "a drill": (
        states.collecting(purpose=Purpose.DRILL),
        BEN,
        ["Drill: your key share is needed", "nothing is promoted"],
        ASK,
    ),
    "counted: right or wrong shows only at the threshold": (
        states.collecting(ADA),
        ADA,
        ["Vault counted your share", "Whether yours is right shows only at the last one"],
        ["ceremony.freeze"],
    ),
    "refused with why and what to do": (
        states.collecting(rounds=(states.a_round(1, refused=((BEN, "Vault is sealed."),)),)),
        BEN,
        ["your share was not counted", "*Why:* Vault is sealed.", "You can give yours again"],
        ASK,
    ),
    "a contradicting share, not sent": (
        states.conflicting(BEN, ADA),
        BEN,
        ["contradicts one that Vault has already. Yours was not sent", "nobody is blamed"],
        ["share.open", "ceremony.freeze"],
    ),
    "a contradicted share, which Vault has": (
        states.conflicting(BEN, ADA),
        ADA,
        ["Another holder's share contradicts yours", "nobody is blamed"],
        ["ceremony.freeze"],
    ),
    "two versions of one's own share": (
        states.conflicting(ADA, ADA),
        ADA,
        ["You gave two different versions of one share"],
        ["ceremony.freeze"],
    ),
    "declined, and still welcome": (
        states.collecting(declined=(BEN,)),
        BEN,
        ["you said that you cannot", "If you can take part after all, give your share"],
        ["share.open", "ceremony.freeze"],
    ),
    "frozen: give nothing": (
        states.collecting(frozen_by=CAT, frozen_at=T0),
        BEN,
        ["is frozen: give nothing", f"<@{CAT}> froze this ceremony", "No share goes to Vault"],
        [],
    ),
    "enough shares, not theirs": (
        states.token_held(),
        DAN,
        ["Not needed any more, thank you"],
        ["ceremony.freeze"],
    ),
    "enough shares, theirs among them": (
        states.token_held(),
        ADA,
        ["Vault has all shares, yours among them. Thank you."],
        ["ceremony.freeze"],
    ),
    "promoting: it cannot be held up any more": (
        states.token_held(phase=Phase.PROMOTING),
        ADA,
        ["Nothing to do"],
        [],
    ),
    "the attempt is lost": (STRANDED, ADA, ["The attempt at Vault is lost", "Wait:"], []),
    "a new attempt is being opened": (
        replace(STRANDED, phase=Phase.STARTING, trouble=""),
        ADA,
        ["Your share is spent", "A new attempt is being opened"],
        [],
    ),
    "the commander goes on with others": (
        states.collecting(holders=(ADA, CAT, DAN)),
        BEN,
        ["you are not needed now", "goes on with other key holders"],
        [],
    ),
    "promoted with their share": (
        states.promoted(),
        ADA,
        ["payments/b was promoted", "thank you", "counts as exposed"],
        [],
    ),
    "promoted without their share": (
        states.promoted(),
        DAN,
        ["payments/b was promoted", "Your share was not needed"],
        [],
    ),
    "a drill passed": (
        states.ended(Ending.DRILLED, states.token_held(purpose=Purpose.DRILL)),
        ADA,
        ["The drill on payments/b passed", "counts as exposed"],
        [],
    ),
    "cancelled: what spent means": (
        states.ended(Ending.CANCELLED, attempt=AttemptState.GONE, ended_by=SAM),
        ADA,
        [
            f"<@{SAM}> cancelled the ceremony",
            "Your share is spent: it counted for an attempt that is over and counts for no other",
            "a new ceremony asks for it anew",
        ],
        [],
    ),
    "out of time, not given": (
        states.ended(Ending.EXPIRED),
        DAN,
        ["time ran out", "Your share was not needed"],
        [],
    ),
    "the token was not used": (
        states.ended(Ending.TOKEN_UNUSED, states.token_held()),
        ADA,
        ["No promotion was approved in time", "Your share is spent"],
        [],
    ),
    "not started": (states.ended(Ending.NOT_STARTED), DAN, ["Vault opened no attempt"], []),
}


@pytest.mark.parametrize("case", CASES)
def test_each_standing_has_its_words_and_buttons(case: str) -> None:
    """Every message fits Slack, says the phrases that matter, and has exactly these buttons."""
    c, holder, phrases, ids = CASES[case]
    card = drawn(c, holder)
    said = words(card)
    for phrase in phrases:
        assert phrase in said
    assert list(buttons(card)) == ids
    for button in buttons(card).values():
        assert value(button) == {"set": "payments", "ceremony": states.CEREMONY}


@pytest.mark.parametrize("case", CASES)
def test_the_notification_alone_tells_where_and_what(case: str) -> None:
    """A lock screen shows the text only: it names the cluster and asks no more than it must."""
    text = drawn(*CASES[case][:2]).text
    assert "payments/b" in text
    assert len(text) <= 600
    assert "*" not in text


@pytest.mark.parametrize(
    ("lost", "phrase"),
    [
        (RoundLoss.SHARE_DID_NOT_FIT, "Vault threw all of them away.* Nobody is blamed"),
        (RoundLoss.RESET_OUTSIDE, "Somebody outside Conclave reset the round"),
        (RoundLoss.GIVEN_UP, "The attempt at Vault ended.* Your share is spent."),
    ],
)
def test_the_message_of_a_lost_round_points_to_the_newer_one(lost: RoundLoss, phrase: str) -> None:
    """Earlier rounds' messages lose their buttons, say how the round ended, and blame nobody."""
    c = states.collecting(rounds=(states.a_round(1, ADA, lost=lost), states.a_round(2)))
    card = drawn(c, ADA, 1)
    assert phrase in words(card)
    assert "use the newer message" in words(card)
    assert not buttons(card)
    assert list(buttons(drawn(c, ADA, 2))) == ASK


def test_a_round_given_up_over_a_contradiction_says_so() -> None:
    """Whoever was in it learns why there is a new round."""
    first = replace(states.conflicting().rounds[0], lost=RoundLoss.GIVEN_UP)
    c = states.collecting(rounds=(first, states.a_round(2)))
    assert "Two shares contradicted each other" in words(drawn(c, ADA, 1))


def test_a_contradiction_is_over_once_its_holder_gave_another_share() -> None:
    """Then the one that was not sent had been mistyped, and nobody is troubled any more."""
    before = states.conflicting(BEN, ADA)
    found = before.rounds[0].conflicts
    c = states.collecting(rounds=(states.a_round(1, ADA, BEN, conflicts=found),))
    assert "contradict" not in words(drawn(c, ADA))
    assert "contradict" not in words(drawn(c, BEN))


def test_a_holder_of_two_shares_may_give_the_other() -> None:
    """One of two was counted; the button stays until both are or the threshold is reached."""
    card = drawn(states.collecting(ADA), ADA, rules=TWO_SHARES)
    assert "1 of your 2" in words(card)
    assert list(buttons(card)) == ["share.open", "ceremony.freeze"]
    both = drawn(states.collecting(ADA, ADA), ADA, rules=TWO_SHARES)
    assert list(buttons(both)) == ["ceremony.freeze"]


@pytest.mark.parametrize(
    ("action_id", "phrase"),
    [("share.decline", "1 of 3 shares so far"), ("ceremony.freeze", "1 of 3 shares stay")],
)
def test_declining_and_freezing_ask_first(action_id: str, phrase: str) -> None:
    """The dialog says what it means for the shares given so far."""
    assert phrase in dialog(buttons(drawn(states.collecting(ADA), BEN))[action_id])
