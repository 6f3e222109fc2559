"""What `/dr shift SET` does with more shifts, tokens and problems than a card holds."""

from __future__ import annotations

from bot.cards.kit import Card
from bot.cards.limits import MESSAGE_BLOCKS, SECTION, WHOLE, size
from bot.cards.shift_status import shift_card
from ceremonies.events import Part, Proof, ProofChanged, RingChecked, TokenMinted
from ceremonies.rota.rules import Custody
from ceremonies.rota.shift import PlannedShift
from ceremonies.state import SetState
from tests.bot.cards.duties import HOSTILE
from tests.bot.cards.reading import words
from tests.bot.cards.test_extremes import REFERENCE
from tests.ceremonies.runbooks.record import folded

HOUR = 3_600_000


def shift(n: int) -> PlannedShift:
    """Return one of many short shifts with gaps between, by a name that nobody should give."""
    start = n * 4 * HOUR
    return PlannedShift(
        id=f"{n}/x",
        name=f"{n} {HOSTILE}",
        lead=f"U0LEAD{n:02}",
        custody=Custody.BOTH,
        start=start,
        end=start + HOUR,
        overlap=HOUR,
    )


def crowded() -> SetState:
    """Return a set with 16 tokens of 16 shifts, which 20 clusters refuse."""
    state = SetState(name="payments")
    for n in range(16):
        made = TokenMinted(
            effect=f"e{n}",
            shift=f"{n}/x",
            name=f"{n} {HOSTILE}",
            part=Part.BOT if n % 2 else Part.LEAD,
            place=1 + n % 8,
            cluster="a",
            lead=f"U0LEAD{n:02}",
            starts=0,
            ends=99 * HOUR,
            until=(100 + n) * HOUR,
            wrapped_until=99 * HOUR,
        )
        seen = tuple(
            ProofChanged(duty=f"e{n}", cluster=f"{k}" * 32, answer=Proof.REFUSED, words=HOSTILE)
            for k in range(10)
        )
        state = folded(state, HOUR, (made, *seen))
    ring = RingChecked(cluster="a", ready=(), problems=(HOSTILE,) * 20)
    return folded(state, HOUR, (ring,))


def texts(card: Card) -> list[str]:
    """Return the card's paragraphs."""
    return [block["text"]["text"] for block in card.blocks if "text" in block]


def test_forty_shifts_and_forty_problems_fit() -> None:
    """What is left out is counted; nobody is mentioned by a name, and Slack takes it."""
    shifts = [shift(n) for n in range(40)]
    card = shift_card(
        crowded(), shifts, now=HOUR, problems=(HOSTILE,) * 20 + ("&<>" * 200,) * 20, command="/dr"
    )
    said = words(card)
    assert len(card.blocks) <= MESSAGE_BLOCKS
    assert size(card.blocks) <= WHOLE
    for text in texts(card):
        assert len(text) < SECTION
        assert not set("<>") & set(REFERENCE.sub("", text))
    assert "@here" not in said
    assert "<!channel>" not in said
    for head in ("*Tokens*", "*Shifts of the next 7 days*", "*Uncovered", "*To be mended*"):
        (part,) = [text for text in texts(card) if head in text]
        assert part.count("\n• ") >= 2
        assert "• and " in part


def test_the_next_to_end_is_not_what_is_left_out() -> None:
    """Of many tokens, the newest are shown."""
    card = shift_card(crowded(), [], now=HOUR, command="/dr")
    (tokens,) = [text for text in texts(card) if "*Tokens*" in text]
    assert "• shift 15 " in tokens
    assert "• shift 0 " not in tokens
