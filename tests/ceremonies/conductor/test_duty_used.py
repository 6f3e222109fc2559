"""What a token on duty is for: the primary is gone, and nobody has to be woken for a share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.ceremony import Ending, TokenState
from ceremonies.conductor.duty import ToCollect
from ceremonies.conductor.station import DUTY
from ceremonies.duty import DutyToken
from ceremonies.events import Part, Play, Proof, Purpose
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from ceremonies.runbook import RunbookEnding
from lab.enterprise import VaultLine
from lab.operator import Operator
from lab.process import wait_until
from tests.ceremonies.conductor.seats import reads, taken, writes
from tests.commander import Commander
from tests.ring import seated_on_duty
from tests.table import SAM, SET, Table

_NOW = datetime.now(UTC).replace(microsecond=0)
RULE = ShiftRules(
    name="day",
    custody=Custody.BOT,
    lead=SAM,
    days=frozenset(Weekday),
    start=(_NOW - timedelta(hours=1)).time(),
    end=(_NOW + timedelta(hours=7)).time(),
)
Seat = Callable[..., Commander]
ATTEMPT = "sys/replication/dr/secondary/generate-operation-token/attempt"


@pytest.fixture
def seat(redis_url: str, tmp_path: Path) -> Iterator[Seat]:
    """Return what seats a commander in mid-shift, with this custody and these clusters."""
    scenes = []

    def seated(custody: Custody, *, names: tuple[str, ...] = ("a", "b")) -> Commander:
        rule = replace(RULE, custody=custody)
        scene = seated_on_duty(tmp_path, redis_url, rule, names=names)
        scenes.append(scene)
        table = scene.__enter__()
        return Commander(table, table.conductor)

    yield seated
    for scene in scenes:
        scene.__exit__(None, None, None)


def on_duty(table: Table, part: Part = Part.BOT) -> DutyToken:
    """Return the token on duty as soon as it is there."""

    def found() -> list[DutyToken]:
        tokens = table.conductor.state(SET).duties.tokens
        return [t for t in tokens if t.part is part and t.is_held]

    wait_until(lambda: bool(found()), seconds=20, what=f"a token for the {part}")
    return found()[-1]


def test_a_failover_without_a_quorum(seat: Seat) -> None:
    """Minted on `a` before it dies, after its unseal keys were rotated: it promotes `b`, leads `c`.

    The same people agree to the same request; no key holder gives a share, no attempt is opened.
    """
    commander = seat(Custody.BOT, names=("a", "b", "c"))
    table, vaults = commander.table, commander.table.vaults
    on_duty(table)
    Operator(clusters=vaults, cluster="a").rotate_shares()
    writes(vaults, "a", "first")
    vaults.replicate("b")
    vaults.replicate("c")
    vaults["a"].kill()

    done = commander.sees_through(Play.FAILOVER, "b")

    assert done.ending is RunbookEnding.DONE
    assert taken(vaults) == ["promote b", "secondary-token b", "update-primary c"]
    assert not vaults.record.accepted(path="generate-operation-token/attempt")
    assert not vaults.record.accepted(path="operation-token/delete")
    writes(vaults, "b", "second")
    vaults.replicate("c")
    assert reads(vaults, "b") == reads(vaults, "c") == {"first", "second"}
    promoted = commander.conductor.state(SET).newest("b")
    assert promoted is not None
    assert (promoted.ending, promoted.token) == (Ending.PROMOTED, TokenState.RETURNED)
    assert promoted.request is not None
    assert promoted.approvals


def test_a_planned_failover_and_home_again(seat: Seat) -> None:
    """One token does both ways: a batch token works on all clusters, also on the demoted one."""
    commander = seat(Custody.BOT)
    vaults = commander.table.vaults
    on_duty(commander.table)
    writes(vaults, "a", "first")
    vaults.replicate("b")

    there = commander.sees_through(Play.PLANNED_FAILOVER, "b")
    writes(vaults, "b", "second")
    vaults.replicate("a")
    home = commander.sees_through(Play.FAILBACK)
    writes(vaults, "a", "third")
    vaults.replicate("b")

    assert (there.ending, home.ending) == (RunbookEnding.DONE, RunbookEnding.DONE)
    assert reads(vaults, "a") == reads(vaults, "b") == {"first", "second", "third"}
    assert not vaults.record.accepted(path="generate-operation-token/attempt")


def test_the_leads_token_is_used_by_hand(seat: Seat) -> None:
    """Approved, the lead gives the order with their own token; the evidence ends the runbook."""
    commander = seat(Custody.LEAD)
    table, vaults = commander.table, commander.table.vaults
    token = on_duty(table, Part.LEAD)
    shown = table.conductor.duty.collect(SET, token.id, by=SAM, cause=table.cause())
    assert isinstance(shown, ToCollect)
    opened = vaults.request("a", "POST", "sys/wrapping/unwrap", {}, token=shown.wrapping)
    mine = opened.json()["auth"]["client_token"]
    wait_until(lambda: on_duty(table, Part.LEAD).is_in_hand, seconds=30, what="it is collected")
    vaults["a"].kill()

    commander.begins(Play.FAILOVER, "b")

    def handed_out() -> bool:
        c = table.conductor.state(SET).newest("b")
        return c is not None and c.by_hand and bool(c.moments.accepted)

    commander.goes_on(until=lambda _: handed_out())
    assert not taken(vaults)
    Operator(clusters=vaults).promote(mine)
    done = commander.goes_on()

    assert done.ending is RunbookEnding.DONE
    assert taken(vaults) == ["promote b"]


def test_vault_refuses_it_and_people_are_called(seat: Seat) -> None:
    """Its policy was taken away behind our back: the next click calls the key holders together."""
    commander = seat(Custody.BOT)
    table, vaults = commander.table, commander.table.vaults
    token = on_duty(table)
    vaults.replicate("b")
    vaults["a"].kill()
    # As if it had been deleted on `a` right before: there it would be seen, and another minted.
    vaults["b"].bao.call("DELETE", f"sys/policies/acl/conclave-shift-{token.place}")

    done = commander.sees_through(Play.FAILOVER, "b")

    assert done.ending is RunbookEnding.DONE
    assert taken(vaults) == ["promote b"]
    refused = on_duty(table).proofs["b"]
    assert refused.answer is Proof.REFUSED
    assert vaults.record.accepted(path="generate-operation-token/update")


def test_a_drill_gathers_people_all_the_same(seat: Seat) -> None:
    """That is what it is for."""
    commander = seat(Custody.BOT)
    on_duty(commander.table)
    c = commander.table.starts(Purpose.DRILL)
    assert c.duty == ""
    sealed = commander.table.sealed(DUTY, "a", on_duty(commander.table).id)
    assert sealed["secret"] not in repr(commander.conductor.state(SET))


@pytest.mark.parametrize("left", [None, 9], ids=["long", "too short to promote"])
def test_on_vault_two_it_opens_the_attempt(seat: Seat, left: int | None) -> None:
    """Vault 2.x lets nobody at an attempt without a token: the one on duty does, where none is set.

    A commander who calls the key holders all the same gets a quorum, without breaking glass; and
    so does one whose token on duty has but some minutes `left`.
    """
    commander = seat(Custody.BOT)
    table, vaults = commander.table, commander.table.vaults
    token = on_duty(table)
    if left is not None:
        clock = table.clock_of_redis()
        clock.put_to(token.until - left * 60_000)
        assert table.conductor.state(SET).duties.usable("b", now=clock.now()) is None
    vaults["b"].behaviour.line = VaultLine.TWO
    assert vaults.request("b", "GET", ATTEMPT).status_code == 403

    c = table.starts(Purpose.DRILL)

    assert c.duty == ""
    assert table.conductor.state(SET).glass == {}
    assert vaults.record.accepted(path="generate-operation-token/attempt")
