"""Every point of a ceremony's course, with what its channel card must say and offer."""

from __future__ import annotations

from ceremonies.ceremony import AttemptState, Ceremony, Ending, Moments, Phase, TokenState
from ceremonies.events import ForeignAttemptFound, Purpose, RoundLoss
from tests.bot.cards import states
from tests.bot.cards.states import ADA, BEN, CAT, DAN, KIM, MINUTE, NONCE, SAM, T0

HOLD = ["ceremony.extend", "ceremony.freeze", "ceremony.cancel"]
COLLECT = ["ceremony.nudge", *HOLD]


def foreign(*, probably_ours: bool) -> Ceremony:
    """Return a ceremony with another attempt in its way."""
    found = ForeignAttemptFound(
        ceremony=states.CEREMONY,
        effect="e1",
        nonce="another-nonce",
        progress=2,
        required=3,
        probably_ours=probably_ours,
    )
    return states.ceremony(phase=Phase.BLOCKED, foreign=found)


def two_lost_rounds() -> Ceremony:
    """Return a ceremony whose first two rounds were lost."""
    rounds = (
        states.lost_round(1, ADA, BEN, CAT),
        states.lost_round(2, ADA, BEN, DAN),
        states.a_round(3, ADA),
    )
    return states.collecting(rounds=rounds)


STRANDED = states.collecting(
    phase=Phase.STRANDED,
    attempt=AttemptState.GONE,
    trouble="The attempt is gone at Vault.",
    rounds=(states.a_round(1, ADA, lost=RoundLoss.GIVEN_UP),),
)

# What is so: the ceremony, phrases of its card, ids of its buttons.
CASES: dict[str, tuple[Ceremony, list[str], list[str]]] = {
    "starting: nothing to do but to hold it up": (
        states.ceremony(),
        ["Promote payments/b: starting", "Nothing to do yet", "not asked for yet"],
        ["ceremony.freeze", "ceremony.cancel"],
    ),
    "collecting: how far, who gave, who is waited for, until when": (
        states.collecting(ADA, declined=(CAT,)),
        [
            "Promote payments/b: 1 of 3 shares",
            "▰▱▱",
            "*Needed: 2 more.*",
            f"*Gave*\n<@{ADA}>",
            f"*Waiting for*\n<@{BEN}>, <@{DAN}>",
            f"*Cannot take part*\n<@{CAT}>",
            f"<!date^{(T0 + 30 * MINUTE) // 1000}^",
            NONCE,
        ],
        ["promotion.open", *COLLECT],
    ),
    "collecting: shares given outside are counted and told": (
        states.collecting(rounds=(states.a_round(1, ADA, outside=1),)),
        ["2 of 3 shares", "*Given outside Conclave*\n1 share; by whom is not known"],
        ["promotion.open", "ceremony.restart", *COLLECT],
    ),
    "collecting: whose share was not counted, without the reason": (
        states.collecting(rounds=(states.a_round(1, refused=((BEN, "Vault is sealed."),)),)),
        [f"*Vault did not count*\n<@{BEN}>: their message says why"],
        ["promotion.open", *COLLECT],
    ),
    "everybody answered and shares are missing": (
        states.collecting(ADA, declined=(BEN, CAT, DAN, states.EVE)),
        ["*Needed: 2 more, and everybody asked has answered.*", "*Waiting for*\nnobody"],
        ["promotion.open", *HOLD],
    ),
    "a drill promotes nothing": (
        states.collecting(purpose=Purpose.DRILL),
        ["Drill on payments/b: 0 of 3 shares"],
        COLLECT,
    ),
    "the deadline is near: extend or stop": (
        states.collecting(ADA, warned_deadline=T0 + 30 * MINUTE),
        ["The ceremony ends <!date", "Extend it, or cancel it now", "1 of 3 shares are spent"],
        ["promotion.open", *COLLECT],
    ),
    "the deadline is the last one": (
        states.collecting(deadline=T0 + 240 * MINUTE, warned_deadline=T0 + 240 * MINUTE),
        ["cannot be extended any more"],
        ["promotion.open", "ceremony.nudge", "ceremony.freeze", "ceremony.cancel"],
    ),
    "one round lost: nobody is blamed, everybody may give again": (
        states.collecting(rounds=(states.lost_round(1, ADA, BEN, CAT), states.a_round(2))),
        ["*Round 1 was lost:*", "Nobody is to blame", "Everybody may give again"],
        ["promotion.open", *COLLECT],
    ),
    "two rounds lost: who was in each, and chosen holders": (
        two_lost_rounds(),
        [
            "*2 rounds were lost.* Nobody is to blame",
            f"• round 1 (the shares did not fit together): <@{ADA}>, <@{BEN}>, <@{CAT}>",
            f"• round 2 (the shares did not fit together): <@{ADA}>, <@{BEN}>, <@{DAN}>",
        ],
        ["promotion.open", "ceremony.choose", *COLLECT],
    ),
    "two shares contradict each other: a new round is offered": (
        states.conflicting(),
        [
            f"*Two shares contradict each other:* the shares of <@{ADA}> and <@{BEN}>",
            "nobody is blamed",
            "*Start a new round*",
        ],
        ["promotion.open", "ceremony.restart", *COLLECT],
    ),
    "two versions of one share": (
        states.conflicting(ADA, ADA),
        [f"<@{ADA}> gave two versions of one share"],
        ["promotion.open", "ceremony.restart", *COLLECT],
    ),
    "trouble is told in its own words": (
        states.collecting(trouble="Vault is sealed & waits."),
        [":warning: Vault is sealed &amp; waits."],
        ["promotion.open", *COLLECT],
    ),
    "an attempt that is not ours is in the way": (
        foreign(probably_ours=False),
        [
            "another attempt is in the way",
            "*An attempt that Conclave did not start is open at Vault*",
            "2 of 3 shares given, nonce `another-nonce`",
        ],
        ["ceremony.restart", *HOLD],
    ),
    "an attempt that is probably ours is in the way": (
        foreign(probably_ours=True),
        ["that is probably ours*", "its OTP is lost"],
        ["ceremony.restart", *HOLD],
    ),
    "the attempt is lost": (
        STRANDED,
        ["the attempt is lost", "gone at Vault", f"*Had given (spent)*\n<@{ADA}>"],
        ["promotion.open", "ceremony.restart", *HOLD],
    ),
    "frozen: who froze it, what thaws it, the deadline stands still": (
        states.collecting(ADA, frozen_by=BEN, frozen_at=T0 + 10 * MINUTE),
        [
            f"*Frozen by <@{BEN}>*",
            "an incident commander and another person must agree to thaw",
            "stands still with 20 min 0 s left",
        ],
        ["ceremony.thaw", "ceremony.cancel"],
    ),
    "frozen, one agreed to thaw": (
        states.collecting(frozen_by=BEN, frozen_at=T0, thaw_agreed=(KIM,)),
        [f"Agreed to thaw: <@{KIM}>. To go on, one more person must agree"],
        ["ceremony.thaw", "ceremony.cancel"],
    ),
    "a promotion is asked for while shares come": (
        states.asked(states.collecting()),
        [
            f"<@{SAM}> asked for it",
            "Reason: “a is gone”",
            "Agreed: nobody yet.",
            f"*1 more person must agree*, not <@{SAM}>, who asked.",
            "A share given here counts as its holder's approval.",
        ],
        ["promotion.approve", "promotion.reject", *COLLECT],
    ),
    "holders' shares count as approvals": (
        states.asked(states.collecting(ADA, BEN)),
        [
            f"Agreed: with their share <@{ADA}>, <@{BEN}>.",
            "*Enough people agree* until <!date",
            "the last share leads to the promotion at once",
        ],
        ["promotion.approve", "promotion.reject", *COLLECT],
    ),
    "who gave and asked does not approve their own request": (
        states.asked(states.collecting(ADA), by=ADA),
        ["Agreed: nobody yet.", f"*1 more person must agree*, not <@{ADA}>, who asked."],
        ["promotion.approve", "promotion.reject", *COLLECT],
    ),
    "rejected": (
        states.collecting(rejected_by=KIM),
        [f"<@{KIM}> rejected the promotion", "not asked for yet"],
        ["promotion.open", *COLLECT],
    ),
    "the gate blocks: another primary with its address and the time": (
        states.collecting(blocked=states.BLOCKING, evidence=states.BLOCKING),
        [
            "*The gate blocked the promotion:* a answers as primary at https://vault-a1.example",
            ":no_entry: *blocks* · no other primary",
            "*a* `vault-a1.example:8200` · primary, active",
            "<!date^1780000000^{date_short_pretty} {time_secs}|2026-05-28 20:26:40 UTC>",
        ],
        ["promotion.open", *COLLECT],
    ),
    "the token is there and nobody asked": (
        states.token_held(),
        [
            "the token is there",
            "can now ask to promote payments/b",
            ":red_circle: *The DR operation token exists*, sealed.",
            f"<!date^{(T0 + 15 * MINUTE) // 1000}^",
        ],
        ["promotion.open", "ceremony.freeze", "ceremony.cancel"],
    ),
    "the token is there and an approval is missing": (
        states.asked(states.token_held(rounds=(states.a_round(1, outside=3),))),
        ["1 more person must approve promoting payments/b"],
        ["promotion.approve", "promotion.reject", "ceremony.freeze", "ceremony.cancel"],
    ),
    "approved, and Vault is asked again": (
        states.asked(states.token_held(promotion_tries=2, retry_at=T0 + 11 * MINUTE)),
        ["Vault was asked 2 times and has not promoted yet", "It never forces a promotion"],
        ["promotion.approve", "promotion.reject", "ceremony.freeze", "ceremony.cancel"],
    ),
    "Vault took it on: nothing to do": (
        states.asked(states.token_held(phase=Phase.PROMOTING)),
        ["*Vault took the promotion on.*", "Nothing to do", ":red_circle:"],
        [],
    ),
    "Vault took it on long ago": (
        states.asked(states.token_held(phase=Phase.PROMOTING, slow=True)),
        ["over two minutes ago", "Nothing is repeated"],
        [],
    ),
    "promoted": (
        states.promoted(),
        [
            "payments/b is the primary now",
            "*payments/b answers as primary, active and unsealed.*",
            "• DNS vault.example to b",
            "cannot be deleted any more",
            f"*Gave a share:* <@{ADA}>, <@{BEN}>, <@{CAT}>",
            f"*Approved by:* <@{KIM}>",
            "• first share: 2 min 0 s",
            "• primary: 6 min 0 s",
            "entry 41, hash `0123456789abcdef`",
        ],
        [],
    ),
    "a drill passed": (
        states.ended(Ending.DRILLED, states.token_held(purpose=Purpose.DRILL)),
        ["Drill on payments/b: passed", "Nothing was promoted", "Conclave is deleting it"],
        [],
    ),
    "cancelled with shares given": (
        states.ended(Ending.CANCELLED, attempt=AttemptState.GONE, ended_by=SAM),
        [f"<@{SAM}> cancelled it", "the shares given for it are spent"],
        ["ceremony.restart"],
    ),
    "cancelled, Vault not yet told": (
        states.ended(Ending.CANCELLED, ended_by=SAM),
        ["Conclave is cancelling the attempt at Vault"],
        ["ceremony.restart"],
    ),
    "out of time": (
        states.ended(Ending.EXPIRED, attempt=AttemptState.GONE),
        ["out of time", "Its time ran out with 2 of 3 shares."],
        ["ceremony.restart"],
    ),
    "taken on, and never seen as primary": (
        states.ended(
            Ending.EXPIRED,
            states.token_held(moments=Moments(completed=T0, accepted=T0 + MINUTE)),
        ),
        ["out of time", "*Vault took the promotion on, and payments/b was never seen as primary.*"],
        ["ceremony.restart"],
    ),
    "the token was not used": (
        states.ended(Ending.TOKEN_UNUSED, states.token_held(), token=TokenState.DELETED),
        ["token not used", "No promotion was approved in time", "token is deleted"],
        ["ceremony.restart"],
    ),
    "not started": (
        states.ended(Ending.NOT_STARTED, states.ceremony(trouble="Vault is sealed.")),
        ["not started", "Vault opened no attempt", "Vault is sealed."],
        ["ceremony.restart"],
    ),
}
