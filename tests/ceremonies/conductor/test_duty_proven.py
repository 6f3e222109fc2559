"""Whether tokens on duty work, on real parts: when it is asked, of what, and what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ceremonies.conductor.duty import DutyDone, ToCollect
from ceremonies.duty import Duties
from ceremonies.events import Proof, ProofChanged
from ceremonies.policies import creation_path, policy_name
from ceremonies.rota.rules import Custody, ShiftRules, Weekday
from lab.enterprise import Answer, Fault
from lab.process import wait_until
from tests.ring import log_of, seated_on_duty
from tests.table import SAM, SET, Table

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
RULE = ShiftRules(
    name="day",
    lead=SAM,
    days=frozenset(Weekday),
    start=(NOW - timedelta(hours=1)).time(),
    end=(NOW + timedelta(hours=12)).time(),
)
AUTOPILOT = "sys/storage/raft/autopilot/state"
GOOD_ON_BOTH = {"a": Proof.GOOD, "b": Proof.GOOD}


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A table in mid-shift, its token proven at least once."""

    table: Table

    @property
    def duties(self) -> Duties:
        """Return what the log amounts to."""
        return self.table.conductor.state(SET).duties

    @property
    def answers(self) -> dict[str, Proof]:
        """Return what is known of the shift's first token, by cluster."""
        if not self.duties.tokens:
            return {}
        return {name: seen.answer for name, seen in self.duties.tokens[0].proofs.items()}

    def waits_for(self, answers: dict[str, Proof]) -> None:
        """Return once this is known of the token."""
        wait_until(lambda: self.answers == answers, seconds=40, what=f"{answers}")

    def asked(self, cluster: str = "b", path: str = AUTOPILOT) -> int:
        """Return how often the cluster was asked this."""
        return len(self.table.vaults.record.find(path=path, cluster=cluster))

    def waits_until_asked(self, times: int) -> None:
        """Return once `b` was asked so often."""
        wait_until(lambda: self.asked() >= times, seconds=30, what=f"asked {times} times")

    def passes(self, *, minutes: float) -> None:
        """Let this much time be over, of which nobody has to see every minute."""
        self.table.clock_of_redis().forward(minutes=minutes)

    def told(self) -> list[ProofChanged]:
        """Return every answer that is in the log."""
        return [e for e in log_of(self.table) if isinstance(e, ProofChanged)]

    def loses_policy_on_b(self) -> None:
        """The token's policy is gone from the secondary alone."""
        name = policy_name(self.duties.tokens[0].place)
        self.table.vaults["b"].bao.call("DELETE", f"sys/policies/acl/{name}")

    def lead_collects(self) -> str:
        """Return the token that the lead has collected."""
        table, token = self.table, self.duties.tokens[0]
        shown = table.conductor.duty.collect(SET, token.id, by=SAM, cause=table.cause())
        assert isinstance(shown, ToCollect)
        opened = table.vaults.request("a", "POST", "sys/wrapping/unwrap", {}, token=shown.wrapping)
        wait_until(lambda: self.duties.tokens[0].is_in_hand, seconds=30, what="it is collected")
        return str(opened.json()["auth"]["client_token"])


Seat = Callable[[Custody], Shift]


@pytest.fixture
def seat(redis_url: str, tmp_path: Path) -> Iterator[Seat]:
    """Return what seats a table in mid-shift, with this custody."""
    scenes = []

    def seated(custody: Custody) -> Shift:
        rule = replace(RULE, custody=custody)
        scene = seated_on_duty(tmp_path, redis_url, rule, at=int(NOW.timestamp() * 1000))
        scenes.append(scene)
        return Shift(table=scene.__enter__())

    yield seated
    for scene in scenes:
        scene.__exit__(None, None, None)


def test_a_leads_token_is_tried_by_its_like(seat: Seat) -> None:
    """As it waits and as it is collected; where its policy is gone, that cluster refuses."""
    shift = seat(Custody.LEAD)
    shift.waits_for(GOOD_ON_BOTH)
    shift.lead_collects()
    shift.loses_policy_on_b()
    shift.passes(minutes=61)

    shift.waits_for({"a": Proof.GOOD, "b": Proof.REFUSED})

    now = shift.table.clock_of_redis().now()
    assert shift.duties.usable("b", now=now) is None
    assert shift.duties.usable("a", now=now) is not None
    assert len(shift.duties.tokens) == 1


def test_what_is_tried_for_a_lead_lasts_a_minute_and_is_kept_by_nobody(seat: Seat) -> None:
    """One for each question, from the same place; of the secret nothing is in the log."""
    shift = seat(Custody.LEAD)
    vaults = shift.table.vaults
    shift.waits_for(GOOD_ON_BOTH)
    vaults.record.listen("client_token")
    place = shift.duties.tokens[0].place
    path = f"{creation_path(place)}$"
    made = shift.asked("a", path)
    shift.passes(minutes=61)
    wait_until(lambda: shift.asked("a", path) > made, seconds=30, what="one like it is minted")
    wait_until(lambda: shift.asked() >= 2, seconds=30, what="it is tried")
    assert shift.asked("a", path) == made + 1
    secrets = vaults.record.overheard()["client_token"]
    (alike,) = (one for one in secrets if one.startswith(("hvb.", "b.")))
    held = vaults.request("a", "GET", "auth/token/lookup-self", token=alike).json()["data"]
    assert 0 < held["ttl"] <= 60
    assert held["policies"] == [policy_name(place), "default"]
    assert alike not in repr(log_of(shift.table))
    assert len(shift.duties.tokens) == 1


def test_without_a_primary_nobody_can_tell_of_a_leads_token(seat: Seat) -> None:
    """None like it can be minted: that is no refusal, the token may be used."""
    shift = seat(Custody.LEAD)
    shift.waits_for(GOOD_ON_BOTH)
    shift.lead_collects()
    shift.table.vaults["a"].kill()
    shift.passes(minutes=61)
    shift.waits_for({"a": Proof.UNKNOWN, "b": Proof.UNKNOWN})
    seen = shift.duties.tokens[0].proofs["b"]
    assert "none can be minted to be tried" in seen.words
    assert shift.duties.usable("b", now=shift.table.clock_of_redis().now()) is not None


def test_a_clock_ahead_is_no_refusal_of_a_leads_token(seat: Seat) -> None:
    """A token of a minute may be over by the secondary's clock, and the lead's is not."""
    shift = seat(Custody.LEAD)
    vaults = shift.table.vaults
    shift.waits_for(GOOD_ON_BOTH)
    shift.loses_policy_on_b()
    health = vaults.request("b", "GET", "sys/health?drsecondarycode=200").json()
    ahead = health | {"server_time_utc": health["server_time_utc"] + 90}
    vaults.inject(Fault(effect=Answer(200, ahead), path="sys/health", cluster="b", times=None))
    shift.passes(minutes=61)
    shift.waits_for({"a": Proof.GOOD, "b": Proof.UNKNOWN})
    assert "Its clock is ahead" in shift.duties.tokens[0].proofs["b"].words


def test_no_like_is_minted_from_a_place_that_is_not_ready(seat: Seat) -> None:
    """A place with another policy gives no more tokens, not even for a minute."""
    shift = seat(Custody.LEAD)
    shift.waits_for(GOOD_ON_BOTH)
    place = shift.duties.tokens[0].place
    made = shift.asked("a", f"{creation_path(place)}$")
    path = f"auth/token/roles/{policy_name(place)}"
    shift.table.vaults["a"].bao.call("POST", path, {"allowed_policies_glob": ["*"]})
    shift.passes(minutes=61)
    shift.waits_for({"a": Proof.UNKNOWN, "b": Proof.UNKNOWN})
    assert shift.asked("a", f"{creation_path(place)}$") == made


def test_cannot_tell_is_an_answer(seat: Seat) -> None:
    """A cluster that serves no autopilot leaves it open: that is told from the first time on."""
    shift = seat(Custody.BOT)
    shift.waits_for(GOOD_ON_BOTH)
    gone = Answer(404, {"errors": []})
    shift.table.vaults.inject(Fault(effect=gone, path=AUTOPILOT, cluster="b", times=None))
    name = policy_name(shift.duties.tokens[0].place)
    shift.table.vaults["a"].bao.call("DELETE", f"sys/policies/acl/{name}")
    shift.passes(minutes=61)

    def newest() -> dict[str, Proof]:
        return {name: seen.answer for name, seen in shift.duties.tokens[-1].proofs.items()}

    wait_until(
        lambda: len(shift.duties.tokens) == 2 and len(newest()) == 2,
        seconds=40,
        what="another is minted, and tried",
    )
    assert newest() == {"a": Proof.GOOD, "b": Proof.UNKNOWN}


def test_when_it_is_asked_and_what_of_it_is_written(seat: Seat) -> None:
    """At a hand-over and every hour, no oftener; the log has what changed, and nothing else."""
    shift = seat(Custody.BOT)
    shift.waits_for(GOOD_ON_BOTH)
    table, asked = shift.table, shift.asked()
    assert asked == 1
    handed = table.conductor.duty.hand_over(SET, by=SAM, cause=table.cause())
    assert isinstance(handed, DutyDone)
    shift.waits_until_asked(2)
    for hour in range(5):
        shift.passes(minutes=61)
        shift.waits_until_asked(3 + hour)
    assert shift.asked() == 7
    assert [e.cluster for e in shift.told()] == ["a", "b"]

    shift.loses_policy_on_b()
    shift.passes(minutes=61)
    shift.waits_for({"a": Proof.GOOD, "b": Proof.REFUSED})
    shift.passes(minutes=61)
    shift.waits_until_asked(9)
    assert [(e.cluster, e.answer) for e in shift.told()[2:]] == [("b", Proof.REFUSED)]


def test_the_ring_is_read_again_before_a_shift(redis_url: str, tmp_path: Path) -> None:
    """A shift's place is looked at before its token is minted, though the hour is not over.

    What is not due is left alone by that look: tokens are tried by their own hour.
    """
    day = replace(RULE, custody=Custody.BOT)
    late = replace(day, name="late", start=RULE.end, end=RULE.start)
    begins = datetime.combine(NOW.date(), RULE.end, tzinfo=UTC)
    at = int((begins - timedelta(minutes=100)).timestamp() * 1000)
    with seated_on_duty(tmp_path, redis_url, day, late, at=at) as table:
        shift = Shift(table=table)
        shift.waits_for(GOOD_ON_BOTH)
        role = f"auth/token/roles/{policy_name(1)}$"
        read = shift.asked("a", role)
        shift.passes(minutes=10)
        table.conductor.duty.hand_over(SET, by=SAM, cause=table.cause())
        shift.waits_until_asked(2)
        assert shift.asked("a", role) == read, "the hour is not over, and no shift is near"

        shift.passes(minutes=46)  # to the 44th minute before the shift: its token comes at the 15th

        wait_until(lambda: shift.asked("a", role) == read + 1, seconds=30, what="the ring is read")
        assert len(shift.duties.tokens) == 1
        shift.passes(minutes=20)
        shift.waits_until_asked(3)
        assert shift.asked() == 3, "at the mint, at the hand-over, an hour after that"
        assert shift.asked("a", role) == read + 1
