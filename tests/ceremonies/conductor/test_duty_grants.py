"""What Vault grants is not what was asked for, on real parts: refused, told, held by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ceremonies import policies
from ceremonies.events import (
    Abandoned,
    MintLost,
    MintRefused,
    ProofChanged,
    TokenMinted,
)
from ceremonies.policies import policy_name
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from ceremonies.rota.schedule import occurrences
from lab.enterprise import Answer, Delay, Fault
from lab.process import wait_until
from tests.ring import log_of, seated_on_duty
from tests.table import SAM, Table

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
RULE = ShiftRules(
    name="day",
    custody=Custody.BOT,
    lead=SAM,
    days=frozenset(Weekday),
    start=(NOW - timedelta(hours=1)).time(),
    end=(NOW + timedelta(hours=7)).time(),
)
TUNE = "sys/auth/token/tune"


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A table in mid-shift, at which nobody sits before the operator is ready."""

    table: Table

    def first_refused(self) -> MintRefused:
        """Return the first refusal, as soon as a replica that sits down has told it."""
        self.table.seat()
        return self.waits_for(MintRefused)

    def waits_for(self, kind: type) -> Any:  # noqa: ANN401 — whatever event it is
        """Return the first event of this type."""

        def found() -> list[Any]:
            return [e for e in log_of(self.table) if isinstance(e, kind)]

        wait_until(lambda: bool(found()), seconds=40, what=kind.__name__)
        return found()[0]

    def made(self) -> int:
        """Return how many tokens Vault made."""
        return len(self.table.vaults.record.accepted(path="auth/token/create/"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return where the clusters live."""
    return tmp_path


@contextmanager
def before_the_first(place: Path, redis_url: str, custody: Custody) -> Iterator[Shift]:
    """Give a table in mid-shift, with this custody, at which no replica sits yet."""
    rule, at = replace(RULE, custody=custody), int(NOW.timestamp() * 1000)
    with seated_on_duty(place, redis_url, rule, replicas=0, at=at) as table:
        yield Shift(table=table)


def granted(**changed: object) -> dict[str, object]:
    """Return what Vault grants from the first place, but for this."""
    auth = {
        "client_token": "hvb.made-up",
        "token_type": "batch",
        "lease_duration": 27_000,
        "policies": ["default", policy_name(1)],
        "renewable": False,
        "orphan": True,
    }
    return auth | changed


ODD = {
    "short": ({"auth": granted(lease_duration=600)}, "It lasts 600 s instead of"),
    "service": ({"auth": granted(token_type="service")}, "It is no batch token."),
    "warning": ({"auth": granted(), "warnings": ["TTL is capped."]}, "Vault warns: TTL is capped."),
}


@pytest.mark.parametrize("odd", ODD)
def test_the_bots_token_is_not_as_asked(redis_url: str, place: Path, odd: str) -> None:
    """It is not relied on: nobody holds it until its end, and another one is minted."""
    body, words = ODD[odd]
    with before_the_first(place, redis_url, Custody.BOT) as shift:
        vaults = shift.table.vaults
        vaults.inject(Fault(effect=Answer(200, body), path="auth/token/create/", cluster="a"))

        refused = shift.first_refused()

        assert refused.problem == "not-as-asked"
        assert words in refused.words
        end = next(
            s.end + s.overlap
            for s in occurrences(
                RULE, after=int(NOW.timestamp() * 1000) - 1, before=int(NOW.timestamp() * 1000) + 1
            )
        )
        assert 0 <= refused.until - end < 60_000
        minted = shift.waits_for(TokenMinted)
        assert minted.effect != refused.effect
        assert shift.made() == 1


def test_a_leads_wrap_is_not_as_asked(redis_url: str, place: Path) -> None:
    """A wrap from another path than the role's is given to nobody."""
    wrap = {"token": "hvs.made-up", "accessor": "x", "ttl": 1800, "creation_path": "kv/theirs"}
    with before_the_first(place, redis_url, Custody.LEAD) as shift:
        fault = Fault(effect=Answer(200, {"wrap_info": wrap}), path="create/", cluster="a", nth=2)
        shift.table.vaults.inject(fault)

        refused = shift.first_refused()

        assert "another path than the role's" in refused.words
        assert refused.until
        assert shift.waits_for(TokenMinted).effect != refused.effect


@pytest.mark.parametrize("custody", [Custody.BOT, Custody.LEAD])
def test_the_mount_grants_less(redis_url: str, place: Path, custody: Custody) -> None:
    """It would be cut, for a lead unseen inside of the wrap: nothing is made at all."""
    with before_the_first(place, redis_url, custody) as shift:
        bao = shift.table.vaults["a"].bao
        bao.call("POST", TUNE, {"max_lease_ttl": "1h"})

        refused = shift.first_refused()

        assert "It would last 3600 s at most" in refused.words
        assert refused.until == 0
        assert shift.made() == 0
        bao.call("POST", TUNE, {"max_lease_ttl": "768h"})
        shift.waits_for(TokenMinted)


@pytest.mark.parametrize(
    ("custody", "relied_on"), [(Custody.LEAD, False), (Custody.BOT, True)], ids=["lead", "bot"]
)
def test_what_the_mount_grants_may_not_be_read(
    redis_url: str, place: Path, custody: Custody, *, relied_on: bool
) -> None:
    """The bot sees how long its own token lasts; nobody sees that of what is in a wrap."""
    with before_the_first(place, redis_url, custody) as shift:
        bao, path = shift.table.vaults["a"].bao, f"sys/policies/acl/{policies.BOT}"
        whole = bao.call("GET", path)["data"]["policy"]
        without = re.sub(rf'path "{TUNE}" \{{[^}}]*\}}', "", whole)
        assert without != whole
        bao.call("PUT", path, {"policy": without})
        if relied_on:
            shift.table.seat()
            shift.waits_for(TokenMinted)
            return

        refused = shift.first_refused()

        assert TUNE in refused.words
        assert "conclave policy --apply" in refused.words
        assert shift.made() == 0
        bao.call("PUT", path, {"policy": whole})
        shift.waits_for(TokenMinted)


def test_the_sample_takes_too_long(redis_url: str, place: Path) -> None:
    """The intent's time is nearly over: nothing is made that another replica calls lost."""
    with before_the_first(place, redis_url, Custody.LEAD) as shift:
        table = shift.table
        fault = table.vaults.inject(Fault(effect=Delay(2), path="create/", cluster="a"))
        table.seat()
        wait_until(lambda: bool(fault.fired), seconds=40, what="the sample is asked for")
        table.clock_of_redis().forward(minutes=20 / 60)  # 30 s has the intent, 11 s its last call

        abandoned = shift.waits_for(Abandoned)

        minted = shift.waits_for(TokenMinted)
        assert minted.effect != abandoned.effect
        assert not [e for e in log_of(table) if isinstance(e, MintLost)]
        shift.waits_for(ProofChanged)
        assert shift.made() == 4, "a sample; a sample and a wrap; one like it, to be tried"
