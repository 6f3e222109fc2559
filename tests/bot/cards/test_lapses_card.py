"""Until when the card says that agreements last: by what counts, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.channel import channel_card
from bot.cards.phrases import when
from ceremonies.ceremony import Approval
from ceremonies.topology import ApprovalRules
from tests.bot.cards import states
from tests.bot.cards.reading import words
from tests.bot.cards.states import ADA, MINUTE, NOW, RULES, T0


def test_a_share_that_is_no_approval_makes_none_last_longer() -> None:
    """Ada approved, and gave later where shares do not count."""
    rules = replace(RULES, approval=ApprovalRules(holders_count=False))
    given = states.given(ADA, at=T0 + 9 * MINUTE)
    c = states.asked(
        states.collecting(
            approvals=(Approval(by=ADA, at=T0 + 4 * MINUTE),),
            rounds=(replace(states.a_round(1), given=given),),
        )
    )
    said = words(channel_card(states.state(c), c, rules, command="/dr", now=NOW))
    assert f"*Enough people agree* until {when(T0 + 19 * MINUTE)}" in said
