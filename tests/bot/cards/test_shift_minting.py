"""Why a token could not be minted is told as soon as it could not: people are woken by that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ceremonies.rota.rules import Custody
from tests.bot.cards.duties import ON, calls, day, newest, put_out
from tests.ceremonies.cast import SAM
from tests.ceremonies.duty.watchroom import minted, refused

CALLED = f"<@{SAM}>: "
LATE = "late:day/2026-11-23T05:00Z"
QUORUM = "a quorum of key holders would be needed"


@pytest.mark.parametrize("custody", Custody)
def test_why_a_token_was_not_minted_is_told_with_the_first_try(custody: Custody) -> None:
    """Who is woken by it finds the words in the channel, long before the shift; once."""
    room = day(custody=custody, made=refused)
    (told,) = [words for key, words in calls(room).items() if key.startswith("minting:")]
    assert told == (
        f"{CALLED}:warning: shift day of payments: a token could not be minted. The bot may not. "
        f"Conclave tries again by itself. No other token is on duty: {QUORUM}."
    )
    assert LATE not in calls(room)
    keys = {key for key in calls(room) if key.startswith("minting:")}
    room.until(ON)
    assert {key for key in calls(room) if key.startswith("minting:")} == keys
    room.made = minted
    room.until("2026-11-23 05:30")
    assert not [key for key in calls(room) if key.startswith("minting:")]


def test_what_failed_before_and_fails_again_is_told_again() -> None:
    """People are woken anew; what failed for good is not told to who begins to draw later."""
    room = day(made=refused)
    (first,) = [key for key in calls(room) if key.startswith("minting:")]
    room.made = minted
    room.until(ON)
    room.made = refused
    put_out(room, newest(room).place)
    room.works()
    (second,) = [key for key in calls(room) if key.startswith("minting:")]
    assert second != first
    room.until("2026-11-24 00:00", every=timedelta(minutes=5))
    assert not [key for key in calls(room) if key.startswith("minting:")]
