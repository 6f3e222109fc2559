"""A ring place is put out of force, on real parts: on the primary, then wherever it has to follow.

A secondary of the range holds what its primary held at the last `replicate`, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.conductor.duty import DutyDone
from ceremonies.conductor.spans import Watch
from ceremonies.duty import Duties, Kill
from ceremonies.events import Spread
from ceremonies.policies import policy_name
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.process import wait_until
from tests.ring import seated_on_duty
from tests.table import KIM, SAM, SET, Table

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
RULE = ShiftRules(
    name="day",
    lead=SAM,
    days=frozenset(Weekday),
    start=(NOW - timedelta(hours=1)).time(),
    end=(NOW + timedelta(hours=7)).time(),
)
PROMOTE = "sys/replication/dr/secondary/promote"
Seat = Callable[[Custody], Table]


@pytest.fixture
def seat(redis_url: str, tmp_path: Path) -> Iterator[Seat]:
    """Return what seats a table in mid-shift, with this custody, the token of the shift minted."""
    scenes = []

    def seated(custody: Custody) -> Table:
        scene = seated_on_duty(
            tmp_path,
            redis_url,
            replace(RULE, custody=custody),
            at=int(NOW.timestamp() * 1000),
            watch=Watch(often_s=1),
        )
        scenes.append(scene)
        table = scene.__enter__()
        waits(table, lambda d: bool(d.tokens), "the token is minted")
        return table

    yield seated
    for scene in scenes:
        scene.__exit__(None, None, None)


def waits(table: Table, condition: Callable[[Duties], bool], what: str) -> Duties:
    """Return the duties once this is true of them."""
    wait_until(lambda: condition(table.conductor.state(SET).duties), seconds=40, what=what)
    return table.conductor.state(SET).duties


def agrees(table: Table) -> None:
    """Sam asks to put the token on duty out of force, Kim agrees."""
    duty = table.conductor.duty
    asked = duty.ask_kill(SET, by=SAM, reason="stolen", cause=table.cause())
    assert isinstance(asked, DutyDone), asked
    kill = asked.state.duties.kill
    assert kill is not None
    agreed = duty.agree_kill(SET, by=KIM, asked_at=kill.at, cause=table.cause())
    assert isinstance(agreed, DutyDone), agreed


def past(table: Table) -> Kill:
    """Return the kill once its policy is deleted."""
    kill = waits(table, lambda d: d.past_kill is not None, "it is deleted").past_kill
    assert kill is not None
    assert kill.deleted
    return kill


def waits_for_spread(table: Table, spread: Spread) -> Kill:
    """Return the kill once this is known of `b`."""

    def known(duties: Duties) -> bool:
        return duties.past_kill is not None and duties.past_kill.spread.get("b") is spread

    kill = waits(table, known, f"b is {spread}").past_kill
    assert kill is not None
    return kill


@pytest.mark.parametrize(
    ("custody", "shown"), [(Custody.BOT, Spread.REFUSED), (Custody.LEAD, Spread.CAUGHT_UP)]
)
def test_it_is_done_where_replication_has_brought_it(
    seat: Seat, custody: Custody, shown: Spread
) -> None:
    """Not before: by a token of the place that is refused there, else by how far `b` has come."""
    table = seat(custody)
    table.vaults.replicate("b")
    agrees(table)
    kill = past(table)
    assert (kill.cluster, kill.left) == ("a", ("b",))
    table.vaults.record.clear()
    wait_until(
        lambda: len(table.vaults.record.find(cluster="b", path="replication")) > 3,
        seconds=20,
        what="b was looked at again and again",
    )
    assert past(table).left == ("b",)
    table.vaults.replicate("b")
    assert waits_for_spread(table, shown).left == ()


def test_a_secondary_that_is_cut_off_still_takes_the_token(seat: Seat) -> None:
    """It is told of; once it follows again it gets it."""
    table = seat(Custody.BOT)
    (token,) = table.conductor.state(SET).duties.tokens
    table.vaults.replicate("b")
    secret = table.sealed("duty", token.cluster, token.id)["secret"]
    table.vaults["b"].behaviour.link_up = False
    agrees(table)
    kill = waits_for_spread(table, Spread.CUT_OFF)
    assert kill.left == ("b",)
    taken = table.vaults.request("b", "GET", "sys/storage/raft/autopilot/state", token=secret)
    assert taken.status_code == 200
    table.vaults["b"].behaviour.link_up = True
    assert waits_for_spread(table, Spread.BEHIND).left == ("b",)
    table.vaults.replicate("b")
    assert waits_for_spread(table, Spread.REFUSED).left == ()
    refused = table.vaults.request("b", "POST", PROMOTE, {"dr_operation_token": secret})
    assert refused.status_code == 403


def test_agreed_while_the_primary_is_away(seat: Seat) -> None:
    """It is told that it could not be done; it is done as soon as a primary is back."""
    table = seat(Custody.LEAD)
    table.vaults["a"].kill()
    agrees(table)
    tried = waits(table, lambda d: d.kill is not None and d.kill.tries > 0, "it is told").kill
    assert tried is not None
    assert "no single cluster answers as primary" in tried.words
    clock = table.clock_of_redis()
    assert 0 < tried.retry_at - clock.now() <= 15_000
    table.vaults["a"].revive()
    clock.put_to(tried.retry_at)
    kill = past(table)
    name = policy_name(kill.place)
    assert table.vaults["a"].bao.request("GET", f"sys/policies/acl/{name}").status_code == 404
