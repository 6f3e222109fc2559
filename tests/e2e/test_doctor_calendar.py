"""`conclave doctor` where a calendar says who leads: it is fetched, read, and measured."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from lab.enterprise import practice_range
from lab.scripted_node import Answer, Node, Nodes, says
from lab.stage import ROLES, Stage
from tests.ceremonies.rota.rotas import calendar, event
from tests.e2e.conftest import SetStage
from tests.papers import Papers

PATH = "/private/opens-it/oncall.ics"
WHAT = "payments calendar of shift oncall"


@dataclass(frozen=True, kw_only=True)
class Office:
    """A stage whose shifts stand in a calendar, and where that is served."""

    stage: Stage
    node: Node

    def examined(self, answer: Answer) -> str:
        """Return what the doctor says once the calendar answers this; never its address."""
        self.node.tell("GET", PATH, answer)
        said = self.stage.runs("doctor", "--probe", "payments")
        assert "opens-it" not in said.stdout + said.stderr
        assert (said.returncode == 1) == ("mend    " in said.stdout), said.stdout
        return said.stdout

    def tunes(self, longest: str) -> None:
        """Let tokens last so long at most."""
        bao = self.stage.vaults["a"].bao
        bao.call("POST", "sys/auth/token/tune", {"max_lease_ttl": longest})


@pytest.fixture
def office(set_stage: SetStage, tmp_path: Path) -> Iterator[Office]:
    """Policies are laid; a token lasts 24 hours at most."""
    papers = Papers(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    leads = dict.fromkeys(("Sam", "Kim"), ("incident_commander", "shift_lead"))
    with practice_range(tmp_path / "vaults") as vaults, Nodes() as nodes:
        node = nodes.start(tls=papers.server())
        rules = f"""
[[shifts]]
name = "oncall"
replication_set = "payments"
calendar = "{node.address}{PATH}"
people = {{ "sam@example.org" = "U0SAM" }}
"""
        stage = set_stage(bots=0, vaults=vaults, roles={**ROLES, **leads}, options=rules)
        stage.environment["SSL_CERT_FILE"] = str(papers.certificate)
        stage.environment["VAULT_TOKEN"] = vaults["a"].bao.root_token
        laid = stage.runs("policy", "--apply")
        assert laid.returncode == 0, laid.stderr
        office = Office(stage=stage, node=node)
        office.tunes("24h")
        yield office


def on_call(hours: float, *, who: str = "sam@example.org") -> Answer:
    """Answer that somebody is on call for so long from tomorrow."""
    begins = datetime.now(UTC) + timedelta(days=1)
    told = [f"{moment:%Y%m%dT%H%M%SZ}" for moment in (begins, begins + timedelta(hours=hours))]
    one = event(told[0], told[1], "SUMMARY:On call", f"ATTENDEE:mailto:{who}")
    return says(calendar(one).decode(), kind="text/calendar")


def test_a_shift_of_the_calendar_that_is_longer_than_a_token(office: Office) -> None:
    """What the calendar says for the weeks to come is what a token has to last, and its overlap."""
    short = office.examined(on_call(12))
    assert f"ok      {WHAT}: it is read; 1 entries" in short
    assert "8 ring places are ready" in short
    week = office.examined(on_call(7 * 24))
    needed = 7 * 24 * 3600 + 1800
    assert f"A token lasts 86400 s at most and a shift needs {needed} s" in week


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says("away", status=500), "it answers with status 500"),
        (says("<html>Sign in</html>", kind="text/html"), "what it answers is no calendar"),
    ],
)
def test_a_calendar_that_is_of_no_use(office: Office, answer: Answer, why: str) -> None:
    """It is told with its mend; a token then has to last as long as a shift ever may."""
    said = office.examined(answer)
    assert f"mend    {WHAT}: {why}" in said
    longest = (7 * 24 + 1) * 3600 + 1800
    assert f"A token lasts 86400 s at most and a shift needs {longest} s" in said
    assert said.count(why) == 1


def test_an_entry_for_nobody_that_is_known(office: Office) -> None:
    """The plan is odd, and the calendar is well."""
    said = office.examined(on_call(12, who="mallory@example.org"))
    assert f"ok      {WHAT}" in said
    assert "warning payments shifts: shift oncall: in its calendar" in said
    assert "names nobody of `people`" in said
