"""A calendar is fetched from its one address, over TLS, within bounds; or it is told why not."""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from ceremonies import store
from ceremonies.calendars import fetch, open_calendars, tls_context
from ceremonies.calendars.fetching import MOST_BYTES
from ceremonies.errors import CalendarUnusable, Misconfigured
from ceremonies.observations import Observations
from ceremonies.rota.rota import Rota
from ceremonies.vault.deadline import Limits
from lab.process import wait_until
from lab.scripted_node import (
    Answer,
    Node,
    Nodes,
    cut,
    cut_in_the_body,
    drips_body,
    drips_headers,
    moved,
    says,
    silent,
)
from tests.ceremonies.rota.rotas import ROSTER, SAM, at, calendar, event, on_call, spans
from tests.papers import Papers

SHORT = Limits(connect=1.0, call=1.5)
PATH = "/private/s3cret/oncall.ics"
ICS = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    """Give out servers."""
    with Nodes() as started:
        yield started


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    """Give out papers for 127.0.0.1."""
    return Papers(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture
def tls(papers: Papers) -> ssl.SSLContext:
    """Trust these papers alone."""
    return tls_context(papers.certificate)


@pytest.fixture
def server(nodes: Nodes, papers: Papers) -> Node:
    """Give out a server that shows them."""
    return nodes.start(tls=papers.server())


def address(server: Node) -> str:
    """Return where the calendar is, with what opens it."""
    return f"{server.address}{PATH}?key=s3cret"


def test_it_is_fetched(server: Node, tls: ssl.SSLContext) -> None:
    """One GET of what was configured, as it stands, and nothing of ours in it."""
    server.tell("GET", PATH, says(ICS, kind="text/calendar"))
    assert fetch(address(server), tls=tls, limits=SHORT) == ICS.encode()
    (came,) = server.arrived
    assert (came.path, came.query, came.body) == (PATH, "key=s3cret", b"")
    assert came.headers["accept"] == "text/calendar"
    assert not {"cookie", "authorization", "x-vault-token"} & set(came.headers)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(says("gone", status=404), "it answers with status 404", id="not found"),
        pytest.param(says("no", status=401), "it answers with status 401", id="not allowed"),
        pytest.param(says(status=204), "it answers with status 204", id="nothing"),
        pytest.param(
            moved("https://127.0.0.1:1/s3cret", status=302), "points elsewhere", id="moved"
        ),
        pytest.param(says("x" * (MOST_BYTES + 1)), "it is larger than 1 MiB", id="a byte too much"),
        pytest.param(cut, "it breaks off in the middle", id="cut before a word"),
        pytest.param(cut_in_the_body, "it breaks off in the middle", id="cut in the body"),
        pytest.param(silent, "it does not answer in time", id="silent"),
        pytest.param(drips_headers, "it does not answer in time", id="headers drip"),
        pytest.param(drips_body, "it does not answer in time", id="the body drips"),
    ],
)
def test_it_is_not_fetched(server: Node, tls: ssl.SSLContext, answer: Answer, words: str) -> None:
    """It is told in words, in time, and never with the address: that opens the calendar."""
    server.tell("GET", PATH, answer)
    begun = time.monotonic()
    with pytest.raises(CalendarUnusable, match=words) as refused:
        fetch(address(server), tls=tls, limits=SHORT)
    assert time.monotonic() - begun < SHORT.call + 1.0
    assert "s3cret" not in f"{refused.value!r} {refused.value} {refused.value.advice}"
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
    assert len(server.arrived) == 1


def test_from_the_wire_to_the_rota(server: Node, papers: Papers, redis_url: str) -> None:
    """What a calendar says over TLS is who is on duty, and for a replica without it too."""
    week = event("20261123T080000Z", "20261130T080000Z", "SUMMARY:Sam")
    server.tell("GET", PATH, says(calendar(week).decode(), kind="text/calendar"))
    rules = {"payments": (on_call(calendar=address(server)),)}
    cache = Observations(store.connect(redis_url))
    tuesday = at("2026-11-24 12:00")

    def on_duty() -> list[tuple[str, str, str]]:
        calendars = open_calendars(
            rules,
            observations=cache,
            key=b"k" * 32,
            ca_file=papers.certificate,
            now=lambda: tuesday,
        )
        calendars.start()
        try:
            rota = Rota(rules, roster=lambda: ROSTER, calendars=calendars)
            found = "who is on"
            wait_until(lambda: rota.planned("payments", now=tuesday), seconds=10, what=found)
            return spans(rota.planned("payments", now=tuesday))
        finally:
            calendars.close(5)

    wanted = [(SAM, "2026-11-23 08:00", "2026-11-30 08:00")]
    assert on_duty() == wanted
    server.tell("GET", PATH, says("gone", status=404))
    assert on_duty() == wanted


def test_all_of_a_mebibyte(server: Node, tls: ssl.SSLContext) -> None:
    """What is just as large as allowed is taken."""
    server.tell("GET", PATH, says("x" * MOST_BYTES))
    assert len(fetch(address(server), tls=tls, limits=SHORT)) == MOST_BYTES


def test_a_stranger(server: Node, nodes: Nodes, tls: ssl.SSLContext) -> None:
    """Without a certificate that we trust nothing is asked for."""
    with pytest.raises(CalendarUnusable, match="its certificate is not trusted"):
        fetch(address(server), tls=tls_context(), limits=SHORT)
    assert server.arrived == []
    with pytest.raises(CalendarUnusable, match="no https"):
        fetch(address(nodes.start()), tls=tls, limits=SHORT)


def test_nobody_there(nodes: Nodes, papers: Papers, tls: ssl.SSLContext) -> None:
    """A refused connection, and a name that is none."""
    gone = nodes.start(tls=papers.server())
    nodes.stop(gone)
    with pytest.raises(CalendarUnusable, match="it refuses the connection"):
        fetch(address(gone), tls=tls, limits=SHORT)
    with pytest.raises(CalendarUnusable, match=r"its name cannot be resolved|in time"):
        fetch("https://nobody.invalid/oncall.ics", tls=tls, limits=SHORT)


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    """It is told at start."""
    (tmp_path / "ca.pem").write_text("none")
    with pytest.raises(Misconfigured, match="CA file for calendars"):
        tls_context(tmp_path / "ca.pem")
