"""Attempts that nobody here began, as one look at a cluster sees them: told once each."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Phase
from ceremonies.conductor.sightings import foreign_attempt
from ceremonies.events import ForeignAttemptGone, ForeignAttemptSeen
from ceremonies.vault import Attempt
from tests.ceremonies.desk import HOUR, Desk
from tests.ceremonies.phases import desk


def attempt(nonce: str = "theirs", *, progress: int = 0, started: bool = True) -> Attempt:
    """Return what Vault says of an attempt."""
    return Attempt(
        nonce=nonce if started else "",
        started=started,
        progress=progress,
        required=3,
        otp_length=28,
        complete=False,
    )


NONE = attempt(started=False)


def looks(table: Desk, seen: Attempt) -> list[ForeignAttemptSeen | ForeignAttemptGone]:
    """Look at `b` once; return what is told."""
    found = foreign_attempt(table.state, "b", seen, now=table.now)
    if found is not None:
        table.happens(found)
    return [found] if found else []


def test_an_attempt_that_nobody_here_started() -> None:
    """Told once, told again for each share it gets, and told when it is over."""
    table = desk()
    (seen,) = looks(table, attempt())
    assert seen == ForeignAttemptSeen(cluster="b", nonce="theirs", progress=0, required=3)
    assert looks(table, attempt()) == []
    assert len(looks(table, attempt(progress=2))) == 1
    assert looks(table, attempt(progress=0)) == []
    assert looks(table, NONE) == [ForeignAttemptGone(cluster="b", nonce="theirs")]
    assert looks(table, NONE) == []


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING])
def test_a_ceremony_looks_for_itself(phase: Phase) -> None:
    """What stands there is ours, or told in the ceremony."""
    table = desk(phase)
    assert looks(table, attempt()) == []


@pytest.mark.parametrize("phase", [Phase.STRANDED, Phase.TOKEN_HELD, Phase.ENDED])
def test_beside_a_ceremony_that_gathers_nothing(phase: Phase) -> None:
    """A second token would replace the one that is held: it is told too."""
    table = desk(phase)
    assert len(looks(table, attempt())) == 1


def test_an_attempt_that_we_still_have_to_end_is_ours() -> None:
    """The ceremony is over and its attempt's cancelling is owed: no alarm."""
    table = desk(Phase.ENDED)
    assert looks(table, attempt(table.ceremony.nonce)) == []


def test_an_earlier_attempt_of_ours_came_back() -> None:
    """A node that remembered it leads again (facts/vault 1.4): nobody outside did anything."""
    table = desk(Phase.TOKEN_HELD)
    (seen,) = looks(table, attempt(table.ceremony.nonce, progress=1))
    assert isinstance(seen, ForeignAttemptSeen)
    assert seen.ours


def test_an_outsider_fills_no_log() -> None:
    """Attempts started and ended all day, every minute: a day has some tens of entries, no more."""
    table = desk()
    start = table.now
    number = 0
    while table.now < start + 24 * HOUR:
        number += 1
        looks(table, attempt(f"n{number}"))
        table.passes(seconds=30)
        looks(table, NONE)
        table.passes(seconds=30)
    assert 10 < len(table.log) < 40


def test_after_a_quiet_day_the_next_one_is_told_at_once() -> None:
    """What waits is only who does it again and again."""
    table = desk()
    for number in range(4):
        looks(table, attempt(f"n{number}"))
        looks(table, NONE)
    assert len(table.log) == 4
    table.passes(minutes=24 * 60)
    assert len(looks(table, attempt("later"))) == 1
    assert table.state.foreign["b"].times == 1
