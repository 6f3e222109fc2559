"""Whatever is typed after /dr, as people on any keyboard type it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.enterprise import Answer, Fault, ReplicationRange
from lab.redis import RedisServer
from lab.stage import CHANNEL, Stage
from tests.e2e import standing
from tests.e2e.acts import DRILL, asked, gives, nonce_of, privately, starts
from tests.e2e.traces import events, sent


@pytest.fixture(scope="module")
def standing_stage(
    dr_range: ReplicationRange,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """One bot for all that is typed."""
    directory = tmp_path_factory.mktemp("commands")
    with standing.standing_stage(dr_range, redis_server, directory) as ready:
        yield ready


@pytest.fixture
def stage(standing_stage: Stage) -> Stage:
    """The stage, on which nothing is open."""
    standing.calm(standing_stage)
    return standing_stage


def test_a_second_start_leads_to_the_first(stage: Stage) -> None:
    """At most one ceremony is open on a cluster: the answer links to the one that runs."""
    card = starts(stage, DRILL)
    sam, before = stage.people["Sam"], len(events(stage, "ceremony_started"))
    again = sam.types("/dr start payments for=drill", CHANNEL)
    answer = privately(sam, again, "already open on payments/b", "Open its card")
    assert card.message.ts.replace(".", "") in str(answer.message.blocks)
    assert len(events(stage, "ceremony_started")) == before


def test_what_may_be_typed(stage: Stage) -> None:
    """Every line that changes nothing is answered privately: what fits, or that it comes later."""
    before = len(events(stage, "ceremony_started"))
    lines = {
        "/dr": "What you can do",
        "/dr help": "What you can do",
        "/dr HELP": "What you can do",
        "/dr status": "No ceremony is open",
        "/dr Status Payments": "No ceremony is open",
        "/dr start payments": "What is the ceremony on payments for?",
        "/dr start": "What is the ceremony on payments for?",
        "/dr start nowhere for=drill": "There is no replication set",
        "/dr start payments for=drill cluster=c": "has no cluster c",
        "/dr start payments for=drill cluster=a": "a answers as primary",
        "/dr start payments for=conquest": "No ceremony is for conquest",
        "/dr cancel payments": "No ceremony is open on payments",
        "/dr nudge payments": "No ceremony is open on payments",
        "/dr dance": "I do not know dance",
        "/dr run payments conquest": "Say which runbook",
        "/dr shift payments": "This is for a shift lead",
        "/dr report payments": "comes later",
    }
    for line, words in lines.items():
        typed = stage.people["Sam"].types(line, CHANNEL)
        assert typed.acknowledged, f"{line}: {typed.error}"
        privately(stage.people["Sam"], typed, words)
    assert len(events(stage, "ceremony_started")) == before
    assert sent(stage) == 0


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("/dr START Payments FOR=Drill Cluster=B", id="capitals"),
        pytest.param("/dr start “payments” for=‘drill’ reason=“it is Tuesday”", id="smart quotes"),  # noqa: RUF001 — that is the point
        pytest.param("/dr start payments —for=drill –cluster=b", id="hyphens made dashes"),  # noqa: RUF001 — that is the point
        pytest.param("/dr start payments/b for=drill", id="set and cluster at once"),
    ],
)
def test_a_start_however_it_is_written(stage: Stage, line: str) -> None:
    """What keyboards make of a line does not matter."""
    card = starts(stage, line)
    assert "Drill on payments/b" in card
    assert ("it is Tuesday" in card) is ("Tuesday" in line)


def test_status_while_a_ceremony_runs(stage: Stage) -> None:
    """It says how far it is, who is waited for, until when, what every cluster is."""
    card = starts(stage, DRILL)
    gives(stage, "Ada", 0, ask=asked(stage.people["Ada"], nonce_of(card)))
    kim = stage.people["Kim"]
    typed = kim.types("/dr status payments", CHANNEL)
    status = privately(kim, typed, "Drill on payments/b: 1 of 3", "Waiting for @Ben")
    assert "payments/a: primary" in status
    assert "payments/b: secondary" in status
    assert "Deadline" in status


def test_no_cluster_is_named_and_two_would_fit(stage: Stage) -> None:
    """While neither says what it is, both are offered as buttons; the click is judged anew."""
    sam = stage.people["Sam"]
    stage.vaults.inject(Fault(effect=Answer(502, "<html>Bad gateway</html>"), times=None))
    typed = sam.types("/dr start payments for=drill", CHANNEL)
    offer = privately(sam, typed, "On which cluster of payments?", "payments/a", "payments/b")
    stage.vaults.clear_faults()
    on_b = offer.message.blocks[2]
    assert "payments/b" in str(on_b)
    clicked = sam.clicks("ceremony.start", offer, block=on_b["block_id"])
    sam.waits_for("Drill on payments/b: 0 of 3", channel=CHANNEL, after=clicked, within=20)
