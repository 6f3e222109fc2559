"""Tokens on duty on real parts: minted, collected, proven, used, put out of force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.conductor.duty import DutyDone, ToCollect
from ceremonies.conductor.station import DUTY
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import Part, Proof, WrapLoss
from ceremonies.policies import policy_name
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.process import wait_until
from tests.ring import seated_on_duty, waits_for_ring
from tests.table import KIM, SAM, SET, Table

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
RULE = ShiftRules(
    name="day",
    custody=Custody.BOT,
    lead=SAM,
    days=frozenset(Weekday),
    start=(NOW - timedelta(hours=1)).time(),
    end=(NOW + timedelta(hours=7)).time(),
)


@pytest.fixture
def on_duty(redis_url: str, tmp_path: Path) -> Iterator[Callable[[Custody], Table]]:
    """Return what seats a table in mid-shift, with this custody."""
    scenes = []

    def seat(custody: Custody) -> Table:
        rule = replace(RULE, custody=custody)
        at = int(NOW.timestamp() * 1000)
        scene = seated_on_duty(tmp_path, redis_url, rule, at=at)
        scenes.append(scene)
        return scene.__enter__()

    yield seat
    for scene in scenes:
        scene.__exit__(None, None, None)


def token_of(table: Table, part: Part = Part.BOT) -> DutyToken:
    """Return the token that was minted for this part, as soon as there is one."""

    def minted() -> bool:
        return any(t.part is part for t in table.conductor.state(SET).duties.tokens)

    wait_until(minted, seconds=20, what=f"a token for the {part}")
    return next(t for t in table.conductor.state(SET).duties.tokens if t.part is part)


def until(table: Table, condition: Callable[[DutyToken], bool], part: Part, what: str) -> DutyToken:
    """Return the token once this is true of it."""

    def now() -> bool:
        return condition(token_of(table, part))

    wait_until(now, seconds=30, what=what)
    return token_of(table, part)


def test_the_bots_token_is_proven_on_both_clusters(on_duty: Callable[[Custody], Table]) -> None:
    """On the primary by lookup and capabilities, on the secondary by a read that is harmless."""
    table = on_duty(Custody.BOT)
    waits_for_ring(table)
    token = token_of(table)
    assert token.shift == "day/2027-01-04T08:00Z"
    wished = int((NOW + timedelta(hours=7, minutes=30)).timestamp() * 1000)
    assert abs(token.until - wished) < 2_000  # of a shift that is on for an hour already

    proven = until(table, lambda t: len(t.proofs) == 2, Part.BOT, "both clusters are asked")

    assert {name: seen.answer for name, seen in proven.proofs.items()} == {
        "a": Proof.GOOD,
        "b": Proof.GOOD,
    }


def test_the_lead_collects_theirs(on_duty: Callable[[Custody], Table]) -> None:
    """The wrap opens once, into a batch token that may promote; then it counts as collected."""
    table = on_duty(Custody.LEAD)
    token = token_of(table, Part.LEAD)
    shown = table.conductor.duty.collect(SET, token.id, by=SAM, cause=table.cause())
    assert isinstance(shown, ToCollect)
    assert shown.wrapping not in repr(shown)
    bao = table.vaults["a"].bao
    opened = table.vaults.request("a", "POST", "sys/wrapping/unwrap", {}, token=shown.wrapping)
    assert opened.json()["auth"]["token_type"] == "batch"
    assert opened.json()["auth"]["policies"] == [policy_name(token.place), "default"]

    collected = until(table, lambda t: t.wrap is Wrap.COLLECTED, Part.LEAD, "it is collected")

    assert collected.is_in_hand
    handed = table.conductor.duty.hand_over(SET, by=SAM, cause=table.cause())
    assert isinstance(handed, DutyDone)
    assert bao.request("POST", "sys/wrapping/lookup", {"token": shown.wrapping}).status_code == 400


def test_somebody_else_opens_it(on_duty: Callable[[Custody], Table]) -> None:
    """Nobody was shown it, and it is gone: certainly it was not the lead."""
    table = on_duty(Custody.LEAD)
    token = token_of(table, Part.LEAD)
    stolen = table.sealed(DUTY, token.cluster, token.id)
    table.vaults.request("a", "POST", "sys/wrapping/unwrap", {}, token=stolen["secret"])
    lost = until(table, lambda t: t.wrap is Wrap.LOST, Part.LEAD, "it is told as lost")
    assert lost.loss is WrapLoss.OPENED
    assert lost.is_out_of_reach


def test_two_people_put_it_out_of_force(on_duty: Callable[[Custody], Table]) -> None:
    """Its policy is gone from the primary, the token may do nothing, another one is minted."""
    table = on_duty(Custody.BOT)
    token = token_of(table)
    secret = table.sealed(DUTY, token.cluster, token.id)["secret"]
    asked = table.conductor.duty.ask_kill(SET, by=SAM, reason="leaked", cause=table.cause())
    assert isinstance(asked, DutyDone)
    kill = asked.state.duties.kill
    assert kill is not None
    table.conductor.duty.agree_kill(SET, by=KIM, asked_at=kill.at, cause=table.cause())

    def replaced() -> bool:
        tokens = table.conductor.state(SET).duties.tokens
        return any(t.killed_at for t in tokens) and not tokens[-1].killed_at

    wait_until(replaced, seconds=30, what="another token is minted")
    assert (
        table.vaults["a"]
        .bao.request("GET", f"sys/policies/acl/{policy_name(token.place)}")
        .status_code
        == 404
    )
    may = table.vaults.request(
        "a",
        "POST",
        "sys/capabilities-self",
        {"paths": ["sys/replication/dr/secondary/promote"]},
        token=secret,
    )
    assert may.json()["data"]["capabilities"] == ["deny"]
    newest = table.conductor.state(SET).duties.tokens[-1]
    assert newest.place != token.place
