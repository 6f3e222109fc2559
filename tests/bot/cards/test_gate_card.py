"""The gates on a phone at three in the morning: what asks for something, then the rest by name."""

from __future__ import annotations

import json

import pytest

from bot.cards import gate
from bot.cards.channel import channel_card
from ceremonies.events import Purpose
from ceremonies.evidence import Check, Evidence
from tests.bot.cards import states
from tests.ceremonies.sights import (
    CLEAR,
    LIVE_PRIMARY,
    PLANNED,
    lost,
    node,
    sample,
    sealed,
    seen,
    silent,
    streaming,
)

BAD = seen(
    *(silent("a", n) for n in (1, 2, 3)),
    node("b", version="1.16.0", dr=lost(corrupted_merkle_tree=True, last_remote_wal=8900)),
    sealed("b", 2),
    sealed("b", 3),
    node("c", dr=lost("c")),
    sample=sample(performance="primary"),
)


def lines(evidence: Evidence, detail: gate.Detail = gate.FULL) -> list[str]:
    """Return the table's lines under its headline."""
    text: str = gate.findings(evidence, detail).to_dict()["text"]["text"]
    assert len(text) <= 3000
    return text.split("\n")[1:]


def test_a_usual_failover_fits_on_a_phone() -> None:
    """Two warnings, what is lost, what is confirmed; all else in two lines."""
    told = lines(seen(silent("a"), node("b"), sample=sample()))
    assert [line.split(":")[1] for line in told] == [
        "warning",
        "warning",
        "white_check_mark",
        "white_check_mark",
        "grey_question",
        "white_check_mark",
    ]
    assert "no other primary: b has lost its primary too" in told[0]
    assert "Not reachable from here: a https://vault-a1.example:8200" in told[0]
    assert "data loss: At the last good look nothing was missing" in told[2]
    assert "confirmation: Unplanned" in told[3]
    assert (
        told[4] == ":grey_question: not known: Vault seal, licence, performance replication, token"
    )
    assert told[5].startswith(":white_check_mark: ok: target is a secondary, cluster id, nodes")


def test_what_blocks_comes_first() -> None:
    """Then what warns; a bad night is a few more lines."""
    told = lines(BAD)
    signs = [line.split(" ")[0] for line in told]
    blocks = [found.check for found in BAD.blocks]
    assert blocks == [Check.QUORUM, Check.MERKLE, Check.VERSIONS]
    assert signs[:3] == [":no_entry:"] * 3
    assert signs[3:7] == [":warning:"] * 4
    assert len(told) <= 11
    assert "data loss: b lacks 100 records" in "\n".join(told)


def test_what_is_not_known_of_the_data_is_said_in_words() -> None:
    """Nobody may take a line of names for a small thing here."""
    told = "\n".join(lines(CLEAR))
    assert "data loss: This set was not seen healthy within 30 days" in told
    assert "Unknown is not zero" in told


def test_all_green_is_four_lines() -> None:
    """A planned failover in order."""
    told = lines(seen(node("a", "primary"), node("b", dr=streaming()), context=PLANNED))
    assert len(told) == 4
    assert "Lag 0" in told[0]
    assert "Planned: a is demoted, then b promoted" in told[1]


def test_every_check_is_on_the_card() -> None:
    """In words or by name; the short card leaves out no block."""
    for evidence in (CLEAR, LIVE_PRIMARY, BAD):
        told = "\n".join(lines(evidence))
        assert all(found.check in told for found in evidence.findings)
        short = "\n".join(lines(evidence, gate.SHORT))
        assert all(found.check in short for found in evidence.blocks)


@pytest.mark.parametrize("purpose", Purpose)
def test_the_gate_stands_where_something_may_be_promoted(purpose: Purpose) -> None:
    """A token that re-points a cluster goes through no gate of a promotion; a drill shows it."""
    c = states.collecting(states.ADA, evidence=states.BLOCKING, purpose=purpose)
    drawn = channel_card(states.state(c), c, states.RULES, command="/dr", now=states.NOW)
    words = json.dumps(drawn.blocks)
    assert ("no other primary" in words) == (purpose in (Purpose.PROMOTE, Purpose.DRILL))
    assert "vault-a1.example:8200" in words
