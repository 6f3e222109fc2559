"""What one look at Vault means for a ceremony whose attempt is open."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Phase
from ceremonies.conductor.truth import follows
from ceremonies.events import AttemptLost, Event, GivenOutside, Lost, RoundLoss, RoundLost
from ceremonies.vault import Attempt
from tests.ceremonies.cast import ADA
from tests.ceremonies.desk import Desk, only
from tests.ceremonies.phases import desk


def seen(table: Desk, *, nonce: str = "n1", progress: int) -> list[Event]:
    """Return what follows from an attempt that looks like this; no nonce: none is open."""
    attempt = Attempt(
        nonce=nonce,
        started=bool(nonce),
        progress=progress,
        required=3,
        otp_length=26,
        complete=False,
    )
    return list(follows(table.ceremony, attempt, now=table.now, terms=table.terms))


@pytest.mark.parametrize(
    ("nonce", "cause"), [("", Lost.VANISHED), ("theirs", Lost.SUPERSEDED)], ids=["none", "theirs"]
)
def test_another_attempt_or_none(nonce: str, cause: Lost) -> None:
    """Ours is lost; whether somebody took its place is told."""
    lost = only(seen(desk(Phase.COLLECTING), nonce=nonce, progress=0), AttemptLost)
    assert (lost.cause, lost.nonce_seen) == (cause, nonce)


def test_more_and_fewer_shares_than_we_know_of() -> None:
    """More came from outside; fewer is a reset, and what is left came from outside too."""
    table = desk(Phase.COLLECTING)
    table.gives(ADA)
    assert seen(table, progress=1) == []
    assert only(seen(table, progress=2), GivenOutside).count == 1

    table.happens(*seen(table, progress=2))
    fewer = seen(table, progress=1)

    assert only(fewer, RoundLost).cause is RoundLoss.RESET_OUTSIDE
    assert only(fewer, GivenOutside).count == 1
