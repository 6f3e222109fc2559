"""Shifts of 30 s by the real clock: each has a token before it begins, and Vault ends the old."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.conductor.spans import Watch
from ceremonies.conductor.station import DUTY
from ceremonies.duty import DutyToken
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.process import wait_until
from tests.ring import seated_on_duty
from tests.table import KIM, SAM, SET, Table

LENGTH, OVERLAP = timedelta(seconds=30), timedelta(seconds=14)


def three_shifts() -> tuple[ShiftRules, ...]:
    """Three shifts one after the other; the first is on for some seconds already."""
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=10)
    first = ShiftRules(
        name="first",
        custody=Custody.BOT,
        lead=SAM,
        days=frozenset(Weekday),
        start=begins.time(),
        end=(begins + LENGTH).time(),
        overlap=OVERLAP,
    )
    ends = begins + 2 * LENGTH, begins + 3 * LENGTH
    second = replace(first, name="second", lead=KIM, start=first.end, end=ends[0].time())
    return first, second, replace(first, name="third", start=second.end, end=ends[1].time())


def token_of(table: Table, name: str, *, within: float) -> DutyToken:
    """Return the token of the shift with this name, as soon as there is one."""

    def found() -> list[DutyToken]:
        return [t for t in table.conductor.state(SET).duties.tokens if t.name == name]

    wait_until(lambda: bool(found()), seconds=within, what=f"the token of the {name} shift")
    return found()[0]


def is_let_in(table: Table, token: DutyToken) -> bool:
    """Return whether Vault knows the token."""
    secret = table.sealed(DUTY, "a", token.id)["secret"]
    reply = table.vaults.request("a", "GET", "auth/token/lookup-self", token=secret)
    return reply.status_code == 200


@pytest.mark.timeout(150)
def test_three_shifts_of_thirty_seconds(redis_url: str, tmp_path: Path) -> None:
    """No moment is without a token that Vault takes; what is over, Vault refuses by itself."""
    rules = three_shifts()
    with seated_on_duty(tmp_path, redis_url, *rules, watch=Watch(often_s=1, rest_s=5)) as table:
        first = token_of(table, "first", within=20)
        second = token_of(table, "second", within=45)
        assert second.minted_at < second.starts
        assert is_let_in(table, first)
        assert is_let_in(table, second)
        wait_until(lambda: not is_let_in(table, first), seconds=40, what="the first one has ended")
        third = token_of(table, "third", within=45)
        assert third.minted_at < third.starts
        assert is_let_in(table, second)
        assert is_let_in(table, third)
        assert second.until > third.minted_at
        assert table.conductor.state(SET).duties.covered
