"""The process: how it says that it serves, what it ends with, how it is told of new people."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest
import requests

from lab.enterprise import Delay, Fault, Hang
from lab.process import free_port, wait_until
from lab.stage import CHANNEL, Stage, shares_of
from tests.e2e.acts import DRILL, asked, gives, opens, pastes, share_of, starts
from tests.e2e.traces import ATTEMPT, DELETE_TOKEN, UPDATE, events, took

SetStage = Callable[..., Stage]


def test_it_says_once_that_it_serves(stage: Stage) -> None:
    """One line names the workspace, the set, and each cluster's role."""
    lines = [line for line in stage.bots[0].log_text().splitlines() if line.startswith("ready")]
    assert lines == ["ready workspace=T0CONCLAVE payments: a=primary b=secondary"]


def test_a_cluster_out_of_reach_is_no_reason_not_to_serve(set_stage: SetStage) -> None:
    """It is called unreachable, and everything else is served."""
    stage = set_stage(bots=0)
    stage.vaults["a"].kill()
    bot = stage.add_bot()
    assert "a=unreachable b=secondary" in bot.waits_until_ready()
    reaction = stage.people["Ada"].types("/dr status", CHANNEL)
    stage.people["Ada"].waits_for("payments", after=reaction, ephemeral=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_asked_to(stage: Stage, number: signal.Signals) -> None:
    """With nothing open it is gone within seconds, and ends with 0."""
    child = stage.bots[0].child
    child.signal(number)
    assert child.wait(5) == 0


def test_it_does_not_wait_for_a_silent_vault(stage: Stage) -> None:
    """A share is on its way to a Vault that does not answer: 12 s later the process is gone.

    Its intent stays in the log, so another replica asks Vault what became of the share.
    """
    ada, sam = stage.people["Ada"], stage.people["Sam"]
    sam.types("/dr start payments for=drill cluster=b", CHANNEL)
    ada.clicks("share.open", ada.waits_for("payments", direct=True, button="share.open"))
    ada.waits_for_modal(callback_id="share.submit")
    ada.fills("share", "value", next(iter(shares_of(stage, "b", 1))).hex())
    stage.vaults.inject(Fault(effect=Hang(), path="generate-operation-token", times=None))
    ada.submits()
    begun = time.monotonic()
    child = stage.bots[0].child

    child.signal(signal.SIGTERM)

    assert child.wait(13) == 0
    assert time.monotonic() - begun < 12.5
    stage.vaults.clear_faults()


def test_it_finishes_what_is_open(stage: Stage) -> None:
    """A share is with Vault when the process is told to end: its outcome is in the log by then."""
    card = starts(stage, DRILL)
    ada = stage.people["Ada"]
    ask = asked(ada)
    opens(ada, ask)
    stage.vaults.inject(Fault(effect=Delay(3), path=UPDATE))
    pastes(ada, share_of(stage, 0))

    child = stage.bots[0].child
    child.signal(signal.SIGTERM)

    assert child.wait(13) == 0
    assert len(events(stage, "share_accepted")) == 1
    stage.add_bot().waits_until_ready()
    ada.waits_until(ask, "Vault counted your share")
    stage.people["Sam"].waits_until(card, "1 of 3 shares")
    assert took(stage, UPDATE) == 1


def test_people_are_read_anew(stage: Stage) -> None:
    """SIGHUP takes over who is on the roster; a file that does not hold changes nothing."""
    bot, mallory = stage.bots[0], stage.people["Mallory"]
    good = stage.config.read_text()
    newcomer = '\n[[people]]\nslack = "U0MALLORY"\nname = "Mallory"\nroles = ["auditor"]\n'

    stage.config.write_text(good + newcomer)
    bot.child.signal(signal.SIGHUP)
    wait_until(lambda: bot.child.said("settings.reloaded"), seconds=10, what="it was read")
    reaction = mallory.types("/dr status", CHANNEL)
    mallory.waits_for("payments", after=reaction, ephemeral=True)

    stage.config.write_text(good + newcomer.replace("auditor", "emperor"))
    bot.child.signal(signal.SIGHUP)
    wait_until(lambda: bot.child.said("settings.not_reloaded"), seconds=10, what="it was refused")
    reaction = mallory.types("/dr status", CHANNEL)
    mallory.waits_for("payments", after=reaction, ephemeral=True)


def test_replicas_that_start_at_once(set_stage: SetStage) -> None:
    """Three on an empty Redis agree on one log: its first entry is written once."""
    stage = set_stage(bots=3)
    card = starts(stage, DRILL)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number)
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", "deleted", within=20)
    assert len(events(stage, "ceremony_started")) == 1
    assert took(stage, ATTEMPT, "PUT") == took(stage, DELETE_TOKEN) == 1
    assert took(stage, UPDATE) == 3


def test_what_machines_read(set_stage: SetStage) -> None:
    """Alive as long as it runs; ready while Slack and Redis answer; counters without a name."""
    port = free_port()
    stage = set_stage(options=f'[http]\nlisten = "127.0.0.1:{port}"\n')

    def read(path: str) -> tuple[int, str]:
        with requests.Session() as session:
            session.trust_env = False
            reply = session.get(f"http://127.0.0.1:{port}/{path}", timeout=10)
            return reply.status_code, reply.text

    assert [read(path)[0] for path in ("healthz", "readyz")] == [200, 200]
    starts(stage, DRILL)
    gives(stage, "Ada", 0)
    counted = read("metrics")[1]
    assert 'conclave_shares_total{outcome="taken",set="payments"} 1.0' in counted
    assert 'conclave_open_ceremonies{set="payments"} 1.0' in counted
    assert "U0ADA" not in counted
    stage.redis.stop()
    assert read("readyz") == (503, '{"slack": "ok", "redis": "no answer"}\n')
    assert read("healthz")[0] == 200
    stage.redis.start()
    wait_until(lambda: read("readyz")[0] == 200, seconds=10, what="it is ready again")


WRONG = {
    "a token of nobody": {"SLACK_BOT_TOKEN": "xoxb-0-nobody"},
    "a socket token of nobody": {"SLACK_APP_TOKEN": "xapp-1-nobody"},
    "no master key": {"CONCLAVE_MASTER_KEY_FILE": ""},
}


@pytest.mark.parametrize("environment", WRONG.values(), ids=WRONG)
def test_what_is_configured_wrongly_ends_it_with_2(
    set_stage: SetStage, environment: dict[str, str]
) -> None:
    """It says what is wrong and does not begin."""
    stage = set_stage(bots=0)
    child = stage.add_bot(**environment).child
    assert child.wait(20) == 2
    assert child.said("conclave: ")


def test_redis_or_slack_out_of_reach_ends_it_with_3(set_stage: SetStage) -> None:
    """Each is waited for half a minute at start; then the process says so and ends."""
    stage = set_stage(bots=0)
    no_redis = stage.add_bot(CONCLAVE_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    no_slack = stage.add_bot(SLACK_API_URL=f"http://127.0.0.1:{free_port()}/api/")

    assert no_redis.child.wait(45) == 3
    assert no_slack.child.wait(20) == 3
    assert no_redis.child.said("Redis does not answer")
    assert no_slack.child.said("Slack does not answer")
