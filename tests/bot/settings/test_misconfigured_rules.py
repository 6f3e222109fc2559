"""Rules and pagers that could not hold, and what comes later, are refused at start."""

from __future__ import annotations

import pytest

from tests.bot.settings.conftest import Draft
from tests.bot.settings.mistakes import Mistake, put

RULES: dict[str, Mistake] = {
    "a duration without a unit": Mistake(
        put("ceremony", deadline="30"),
        "ceremony.deadline",
        "no duration",
        '"30m"',
    ),
    "a duration as a number": Mistake(
        put("ceremony", max=4),
        "ceremony.max",
        "wrong type: this wants a duration",
        '"30m"',
    ),
    "no time at all": Mistake(
        put("ceremony", token_unused="0s"),
        "ceremony.token_unused",
        "zero",
        '"90s"',
    ),
    "a deadline past the end": Mistake(
        put("ceremony", deadline="5h"),
        "ceremony.max",
        "shorter than the deadline",
        "at least as long",
    ),
    "nobody to agree": Mistake(
        put("approval", promote_approvers=0),
        "approval.promote_approvers",
        "for the lab only",
        "1 or more",
    ),
    "more approvers than people": Mistake(
        put("approval", promote_approvers=4),
        "approval.promote_approvers",
        "for payments at most 3 people could agree",
        "smaller number",
    ),
    "a page without a port": Mistake(
        put("http", listen="0.0.0.0"), "http.listen", "no address", "8080"
    ),
    "a pager that nobody knows": Mistake(
        put("notify", urls=["json://127.0.0.1", "smoke-signal://hill"]),
        "notify.urls[#2]",
        "Apprise does not know",
        "not repeated here",
    ),
}


LATER: dict[str, Mistake] = {
    "HTTP mode": Mistake(put("slack", mode="http"), "slack.mode", "comes later", 'mode = "socket"'),
    "sealed shares only": Mistake(
        put("custody", raw_shares="refuse"),
        "custody.raw_shares",
        '"refuse" comes later',
        'raw_shares = "modal"',
    ),
    "shares in messages": Mistake(
        put("custody", raw_shares="dm"),
        "custody.raw_shares",
        '"dm" comes later',
        'raw_shares = "modal"',
    ),
    "shares given directly": Mistake(
        put("custody", raw_shares="direct"),
        "custody.raw_shares",
        '"direct" comes later',
        'raw_shares = "modal"',
    ),
    "enrolment": Mistake(
        put("custody", enrolment="required"),
        "custody.enrolment",
        '"required" comes later',
        'enrolment = "optional"',
    ),
    "codes": Mistake(
        put("approval", step_up="totp"),
        "approval.step_up",
        '"totp" comes later',
        'step_up = "none"',
    ),
}


MISTAKES = RULES | LATER


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_it_is_refused(mistake: Mistake, draft: Draft) -> None:
    """What could not hold is told with its mend; what comes later by its name."""
    refused = mistake.refused(draft)
    assert str(refused).startswith(mistake.place(draft))
    assert mistake.problem in str(refused)
    assert mistake.mend in refused.advice
