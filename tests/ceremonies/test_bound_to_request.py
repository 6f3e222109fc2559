"""Who answers a request answers the one that their card showed, and no later one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ceremonies.ceremony import Phase
from ceremonies.commands import Approve, Reason, Refusal, Reject
from tests.ceremonies.cast import ADA, KIM
from tests.ceremonies.desk import Desk
from tests.ceremonies.phases import desk
from tests.ceremonies.sights import LIVE_PRIMARY

Kind = type[Approve] | type[Reject]


def rejected(table: Desk) -> None:
    """Let somebody say no."""
    table.asks(Reject(ceremony=table.ceremony.id, by=ADA, request=table.request_at))


def lapsed(table: Desk) -> None:
    """Let the token be asked for in vain, so that the request is withdrawn."""
    for _ in range(10):
        table.catches_up()


@pytest.mark.parametrize("kind", [Approve, Reject])
@pytest.mark.parametrize("ends", [rejected, lapsed])
def test_a_click_on_an_older_card_answers_nothing(kind: Kind, ends: Callable[[Desk], None]) -> None:
    """The request was withdrawn and made anew meanwhile, perhaps over other evidence."""
    table = desk(Phase.TOKEN_HELD, approvers=2)
    table.requests()
    old = kind(ceremony=table.ceremony.id, by=KIM, request=table.request_at)
    ends(table)
    table.passes(seconds=1)
    table.requests(by=ADA)

    told = table.asks(old)

    assert isinstance(told, Refusal)
    assert told.reason is Reason.STALE
    assert "look at the card again" in told.words
    assert table.ceremony.request is not None
    assert table.ceremony.approvals == ()


@pytest.mark.parametrize("kind", [Approve, Reject])
def test_a_click_that_names_no_request_answers_nothing(kind: Kind) -> None:
    """A card of an earlier version, or a value that somebody made."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    assert table.refuses(kind(ceremony=table.ceremony.id, by=KIM, request=0)) is Reason.STALE


def test_the_newest_card_is_answered() -> None:
    """A block in between changes nothing for the request that came after it."""
    table = desk(Phase.TOKEN_HELD)
    table.requests(evidence=LIVE_PRIMARY)
    table.passes(seconds=1)
    table.requests()

    assert not isinstance(table.approves(), Refusal)
