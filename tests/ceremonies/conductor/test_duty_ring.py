"""Somebody else changes the ring in mid-shift, on real parts: seen, told, and minted elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies import policies
from ceremonies.conductor.duty import ToCollect
from ceremonies.duty import Duties, DutyToken
from ceremonies.events import Proof
from ceremonies.policies import policy_name
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.enterprise import Answer, Fault
from lab.process import wait_until
from tests.ring import seated_on_duty, waits_for_ring
from tests.table import SAM, SET, Table

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
RULE = ShiftRules(
    name="day",
    lead=SAM,
    days=frozenset(Weekday),
    start=(NOW - timedelta(hours=1)).time(),
    end=(NOW + timedelta(hours=7)).time(),
)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A table in mid-shift, and what an operator may do behind its back."""

    table: Table
    custody: Custody

    @property
    def duties(self) -> Duties:
        """Return what the log amounts to."""
        return self.table.conductor.state(SET).duties

    def token(self) -> DutyToken:
        """Return the one token of the shift, proven on the primary where the bot can."""

        def there() -> bool:
            tokens = self.duties.tokens
            return bool(tokens) and (self.custody is Custody.LEAD or "a" in tokens[0].proofs)

        waits_for_ring(self.table)
        wait_until(there, seconds=30, what="the shift has its token")
        (token,) = self.duties.tokens
        return token

    def as_operator(self, method: str, path: str, body: object = None) -> None:
        """Do it on the primary, with an operator's token."""
        self.table.vaults["a"].bao.call(method, path, body)

    def is_collected(self, token: DutyToken) -> None:
        """The lead collects it."""
        table = self.table
        shown = table.conductor.duty.collect(SET, token.id, by=SAM, cause=table.cause())
        assert isinstance(shown, ToCollect)
        table.vaults.request("a", "POST", "sys/wrapping/unwrap", {}, token=shown.wrapping)
        wait_until(lambda: self.duties.tokens[0].is_in_hand, seconds=30, what="it is collected")

    def an_hour_later(self) -> None:
        """Everything is looked at each hour."""
        self.table.clock_of_redis().forward(minutes=61)

    def waits_for_problem(self, words: str) -> None:
        """Return once the ring's problems say so."""

        def told() -> bool:
            ring = self.duties.ring
            return ring is not None and any(words in problem for problem in ring.problems)

        wait_until(told, seconds=30, what=f"it is told: {words}")

    def waits_for_another(self, token: DutyToken) -> DutyToken:
        """Return the token that takes this one's place."""
        wait_until(
            lambda: self.duties.tokens[-1].id != token.id, seconds=30, what="another is minted"
        )
        new = self.duties.tokens[-1]
        assert new.place != token.place
        assert (new.shift, new.part) == (token.shift, token.part)
        return new


Seat = Callable[[Custody], Shift]


@pytest.fixture
def seat(redis_url: str, tmp_path: Path) -> Iterator[Seat]:
    """Return what seats a table in mid-shift, with this custody."""
    scenes = []

    def seated(custody: Custody) -> Shift:
        rule = replace(RULE, custody=custody)
        scene = seated_on_duty(tmp_path, redis_url, rule, at=int(NOW.timestamp() * 1000))
        scenes.append(scene)
        return Shift(table=scene.__enter__(), custody=custody)

    yield seated
    for scene in scenes:
        scene.__exit__(None, None, None)


@pytest.mark.parametrize("custody", [Custody.BOT, Custody.LEAD])
def test_the_policy_is_deleted(seat: Seat, custody: Custody) -> None:
    """Its token is out of force, whoever holds it; the shift has one from another place."""
    shift = seat(custody)
    token = shift.token()
    shift.as_operator("DELETE", f"sys/policies/acl/{policy_name(token.place)}")
    shift.an_hour_later()

    shift.waits_for_another(token)

    shift.waits_for_problem(f"The policy {policy_name(token.place)} is missing")
    old = shift.duties.find(token.id)
    assert old is not None
    assert old.killed_at
    shift.as_operator(
        "PUT",
        f"sys/policies/acl/{policy_name(token.place)}",
        {"policy": policies.shift_policy()},
    )
    shift.an_hour_later()
    waits_for_ring(shift.table)
    assert {t.killed_at for t in shift.duties.tokens} == {0}


def test_the_policy_is_weakened(seat: Seat) -> None:
    """The primary refuses the bot's token; another place's is taken."""
    shift = seat(Custody.BOT)
    token = shift.token()
    name = policy_name(token.place)
    weaker = policies.shift_policy().replace("secondary/promote", "secondary/demote")
    shift.as_operator("PUT", f"sys/policies/acl/{name}", {"policy": weaker})
    shift.an_hour_later()

    new = shift.waits_for_another(token)

    shift.waits_for_problem(f"The policy {name} is another than it has to be")
    wait_until(
        lambda: shift.duties.tokens[-1].proofs.keys() >= {"a", "b"},
        seconds=30,
        what="the new one is proven",
    )
    old = shift.duties.find(token.id)
    assert old is not None
    assert old.proofs["a"].answer is Proof.REFUSED
    assert shift.duties.tokens[-1].proofs["a"].answer is Proof.GOOD
    used = shift.duties.usable("a", now=shift.table.clock_of_redis().now())
    assert used is not None
    assert used.id == new.id


def test_the_policy_of_a_leads_token_is_changed(seat: Seat) -> None:
    """Nobody but the lead could try it: they get another one, from a place that is as laid."""
    shift = seat(Custody.LEAD)
    token = shift.token()
    shift.is_collected(token)
    name = policy_name(token.place)
    other = policies.shift_policy() + 'path "kv/*" { capabilities = ["read"] }'
    shift.as_operator("PUT", f"sys/policies/acl/{name}", {"policy": other})
    shift.an_hour_later()
    shift.waits_for_another(token)
    shift.waits_for_problem(f"The policy {name} is another than it has to be")


def test_the_primary_refuses_a_token_of_an_intact_ring(seat: Seat) -> None:
    """It is told, and after a while the shift has another one, which is good."""
    shift = seat(Custody.BOT)
    token = shift.token()
    denied = Answer(403, {"errors": ["permission denied"]})
    shift.table.vaults.inject(
        Fault(effect=denied, path="auth/token/lookup-self", cluster="a", times=None)
    )
    shift.an_hour_later()

    def is_refused() -> bool:
        return shift.duties.tokens[0].proofs["a"].answer is Proof.REFUSED

    wait_until(is_refused, seconds=30, what="it is refused")
    shift.table.vaults.clear_faults()
    shift.table.clock_of_redis().forward(minutes=1)

    shift.waits_for_another(token)

    wait_until(
        lambda: shift.duties.tokens[-1].proofs.keys() >= {"a", "b"},
        seconds=30,
        what="the new one is proven",
    )
    assert shift.duties.tokens[-1].proofs["a"].answer is Proof.GOOD


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "changed"])
def test_the_role_is_not_as_it_was(seat: Seat, *, deleted: bool) -> None:
    """Its token lives by the policy: it stays, and is good; nothing is minted from there."""
    shift = seat(Custody.BOT)
    token = shift.token()
    path = f"auth/token/roles/{policy_name(token.place)}"
    if deleted:
        shift.as_operator("DELETE", path)
    else:
        shift.as_operator("POST", path, {"allowed_policies_glob": ["*"]})
    shift.an_hour_later()
    shift.waits_for_problem(f"The token role {policy_name(token.place)}")
    ring = shift.duties.ring
    assert ring is not None
    assert set(ring.ready) == set(policies.places()) - {token.place}
    (same,) = shift.duties.tokens
    assert same.id == token.id
    assert same.proofs["a"].answer is Proof.GOOD
