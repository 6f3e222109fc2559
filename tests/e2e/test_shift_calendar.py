"""Who leads comes from an on-call calendar: served over TLS, then broken, with the real bot."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from lab.enterprise import ReplicationRange, practice_range
from lab.process import wait_until
from lab.scripted_node import Answer, Node, Nodes, says
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.ceremonies.rota.rotas import calendar, event
from tests.e2e.acts import privately
from tests.e2e.conftest import SetStage
from tests.e2e.test_minting import staged, waits_for
from tests.e2e.traces import events
from tests.papers import Papers

PATH = "/private/opens-it/oncall.ics"


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    """A certificate for 127.0.0.1."""
    return Papers(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture
def office(papers: Papers) -> Iterator[Node]:
    """Where the calendar is served."""
    with Nodes() as nodes:
        yield nodes.start(tls=papers.server())


def week() -> Answer:
    """Answer that Kim is on call since an hour ago, and Sam after her."""
    begins = datetime.now(UTC) - timedelta(hours=1)
    changes, ends = begins + timedelta(hours=8), begins + timedelta(hours=16)
    told = [f"{moment:%Y%m%dT%H%M%SZ}" for moment in (begins, changes, ends)]
    kim = event(told[0], told[1], "SUMMARY:On call", "ATTENDEE:mailto:kim@example.org", uid="1")
    sam = event(told[1], told[2], "SUMMARY:On call", "ATTENDEE:mailto:sam@example.org", uid="2")
    return says(calendar(kim, sam).decode(), kind="text/calendar")


def rules(office: Node) -> str:
    """Return the shifts as the configuration has them."""
    return f"""
[[shifts]]
name = "oncall"
replication_set = "payments"
calendar = "{office.address}{PATH}"
people = {{ "sam@example.org" = "U0SAM", "kim@example.org" = "U0KIM" }}
custody = "lead"
zone = "Europe/Berlin"
"""


def another_bot(stage: Stage, office: Node) -> None:
    """The replicas that serve end; a new one asks the calendar as it starts."""
    for bot in stage.bots:
        bot.child.stop(grace=15)
    asked = len(office.arrived)
    stage.add_bot().waits_until_ready()
    stage.chat.wait_for_connections(1)
    wait_until(lambda: len(office.arrived) > asked, seconds=20, what="the calendar is asked")


def shifts(stage: Stage, *words: str) -> Seen:
    """Return what `/dr shift` tells Kim, as soon as it has these words."""
    kim = stage.people["Kim"]
    told: list[Seen] = []

    def says_so() -> bool:
        typed = kim.types("/dr shift payments", CHANNEL)
        told.append(privately(kim, typed, "Shifts of the next 7 days"))
        return all(word in told[-1].text for word in words)

    wait_until(says_so, seconds=20, what=f"/dr shift says {words}")
    return told[-1]


def test_the_calendar_says_who_leads(
    vaults: ReplicationRange, set_stage: SetStage, office: Node, papers: Papers
) -> None:
    """Whoever is on call gets the message; when it breaks, that is told, and what it said holds."""
    office.tell("GET", PATH, week())
    stage = staged(set_stage, vaults, bots=0, shifts=rules(office))
    stage.environment["SSL_CERT_FILE"] = str(papers.certificate)
    another_bot(stage, office)
    waits_for(stage, "token_minted", lead="U0KIM")
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    kim.waits_for("Your shift oncall of payments", direct=True, button="shift.collect", within=20)
    well = shifts(stage, "@Kim", "@Sam")
    assert "To be mended" not in well.text

    for broken, why in (
        (says("away", status=500), "it answers with status 500"),
        (says("<html>Sign in</html>", kind="text/html"), "what it answers is no calendar"),
    ):
        office.tell("GET", PATH, broken)
        another_bot(stage, office)
        told = shifts(stage, why).text
        assert "To be mended" in told
        plan = told[told.index("Shifts of the next 7 days") :]
        assert 0 < plan.index("@Kim") < plan.index("@Sam")
        assert "opens-it" not in told

    told = sam.waits_for(
        "The plan of shifts of payments has to be mended", channel=CHANNEL, within=60
    )
    assert "what it answers is no calendar" in told.text
    assert len(events(stage, "rota_checked")) == 1
    assert len(events(stage, "token_minted")) == 1
    assert not sam.reads_direct()
    for bot in stage.bots:
        assert "opens-it" not in bot.log_text(), "the address, which opens the calendar, is logged"
