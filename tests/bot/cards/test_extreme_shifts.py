"""Whatever is known of shifts, every card fits Slack and mentions nobody by accident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cards.board import wanted
from bot.cards.kit import Card
from bot.cards.limits import CONFIRM, strings
from bot.cards.overview import status_card
from bot.cards.shift_status import shift_card
from ceremonies.duty import Duties
from ceremonies.rota.shift import PlannedShift
from ceremonies.state import MessageRef, SetState
from tests.bot.cards import any_duty
from tests.bot.cards.reading import buttons, dialog, words
from tests.bot.cards.states import RULES
from tests.bot.cards.test_extremes import CROWD, REFERENCE

BUTTON = 75


def state_of(duties: Duties) -> SetState:
    """Return a set in which no lead could be reached, and ended requests stand in the channel."""
    ended = f"alarm:kill:{duties.past_kill.at}" if duties.past_kill else ""
    return SetState(
        name="payments",
        duties=duties,
        unposted={f"duty:{t.id}:{t.lead}": "user_disabled" for t in duties.tokens[:8]},
        messages={
            key: MessageRef(channel="C0INCIDENT", ts="1.1")
            for key in (ended, *(f"duty:{t.id}:{t.lead}" for t in duties.tokens[8:]))
        },
    )


def everything(
    state: SetState, shifts: Sequence[PlannedShift], problems: tuple[str, ...], now: int
) -> Iterator[Card]:
    """Yield every card about shifts."""
    cards = wanted(state, RULES, CROWD, command="/dr", now=now)
    yield from (one.card for one in cards.values())
    yield status_card(state, RULES, now=now)
    yield shift_card(state, shifts, now=now, problems=problems, command="/dr")


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(any_duty.duties, any_duty.shifts, any_duty.problems, any_duty.times, st.data())
def test_no_duties_make_a_card_that_slack_refuses(
    duties: Duties,
    shifts: list[PlannedShift],
    problems: tuple[str, ...],
    now: int,
    data: st.DataObject,
) -> None:
    """Limits and references hold for what no log could lead to; the same twice is the same."""
    if duties.tokens and data.draw(st.booleans()):
        now = data.draw(st.sampled_from(duties.tokens)).until - 1  # while something is on duty
    state = state_of(duties)
    drawn = list(everything(state, shifts, problems, now))
    assert drawn == list(everything(state, shifts, problems, now))
    for card in drawn:
        words(card)
        for text in (card.text, *strings(card.blocks)):
            assert not set("<>") & set(REFERENCE.sub("", text))
            assert "@here" not in text
        for button in buttons(card).values():
            assert len(button["text"]["text"]) <= BUTTON
            assert "confirm" not in button or len(dialog(button)) <= CONFIRM
