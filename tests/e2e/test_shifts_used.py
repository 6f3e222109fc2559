"""The lead's token is used in the lead's hands: approved in Slack, ordered in their terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.crew import Crew
from lab.enterprise import ReplicationRange, practice_range
from lab.process import wait_until
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from lab.terminal import Terminal, commands
from tests.e2e.acts import privately
from tests.e2e.conftest import SetStage
from tests.e2e.plays import held, is_over, write
from tests.e2e.test_canary import everything
from tests.e2e.test_minting import waits_for
from tests.e2e.test_shifts import collects, served, unwrapped
from tests.e2e.traces import events, sent, took

ATTEMPT = "generate-operation-token"
THREE = ("a", "b", "c")


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Three clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults", names=THREE) as three:
        yield three


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Sam's."""
    return Terminal(home=tmp_path / "sam")


def collected(stage: Stage) -> str:
    """Return the token that Sam has unwrapped, once the bot has seen that."""
    address, wrapping = collects(stage)
    token: str = unwrapped(address, wrapping).json()["auth"]["client_token"]
    waits_for(stage, "wrap_collected")
    return token


def approved(stage: Stage, words: str) -> Seen:
    """Sam begins the runbook and asks for the promotion, Kim approves; return Sam's card."""

    def handed_out() -> bool:
        return bool(events(stage, "promotion_accepted", by_hand=True))

    Crew(stage).sees_through(f"/dr run payments {words}", until=handed_out, within=60)
    return stage.people["Sam"].waits_for("dr_operation_token=-", channel=CHANNEL, within=20)


def test_promoted_and_repointed_by_hand(
    vaults: ReplicationRange, set_stage: SetStage, terminal: Terminal
) -> None:
    """The cards' own commands, run as they stand, with nothing but the lead's token: all is done.

    No key holder is asked, nothing is sent by the bot, and the token is seen by nobody else.
    """
    stage = served(set_stage, vaults, "lead")
    vaults.replicate("c")
    token = collected(stage)
    vaults["a"].kill()
    vaults.record.clear()

    card = approved(stage, "failover cluster=b reason=a is gone")

    assert sent(stage, "replication/dr") == 0
    assert "Nothing was sent to Vault by Conclave" in card.text
    (promotes,) = commands(card)
    done = terminal.types(promotes, token)
    assert done.returncode == 0, done.stderr
    sam = stage.people["Sam"]
    sam.waits_for("payments/b is the primary now", channel=CHANNEL, within=40)

    def by_hand() -> Seen | None:
        return sam.look("unset TOKEN ACTIVATION", channel=CHANNEL)

    Crew(stage).does_what_is_asked(until=lambda: by_hand() is not None, within=40)
    steps = by_hand()
    assert steps is not None
    joins, makes = (each for each in commands(steps) if "vault write" in each)
    at_b = {"VAULT_ADDR": vaults["b"].address, "VAULT_TOKEN": vaults["b"].bao.root_token}
    made = terminal.types(makes, **at_b)
    assert made.returncode == 0, made.stderr
    done = terminal.types(joins, token, made.stdout.strip())
    assert done.returncode == 0, done.stderr
    wait_until(lambda: is_over(stage), seconds=40, what="the runbook is done")

    write(stage, "b", "later")
    vaults.replicate("c")
    assert held(stage, "b") == held(stage, "c") == {"later"}
    assert took(stage, ATTEMPT) == 0
    assert took(stage, "secondary/promote") == took(stage, "secondary/update-primary") == 1
    assert not [s for name in ("Ada", "Ben", "Cat") for s in stage.people[name].reads_direct()]
    for place, text in everything(stage).items():
        assert token not in text, f"the token stands in {place}"


def test_the_command_is_shown_to_nobody_before_the_approval(
    vaults: ReplicationRange, set_stage: SetStage
) -> None:
    """Asked for and not approved, no card has it, and nobody is told to do it by hand."""
    stage = served(set_stage, vaults, "lead")
    collected(stage)
    vaults["a"].kill()
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    typed = sam.types("/dr run payments failover cluster=b reason=a is gone", CHANNEL)
    assert typed.acknowledged, typed.error
    wish = sam.waits_for("Runbook: Failover to payments/b", channel=CHANNEL, within=20)
    assert "no quorum is needed" in wish.text
    assert "no key holder is asked" in wish.text
    sam.clicks("runbook.continue", wish)
    card = sam.waits_for("Token on duty", channel=CHANNEL, button="promotion.open", within=20)
    sam.clicks("promotion.open", card)
    sam.waits_for_modal(callback_id="promotion.request", within=5)
    sam.fills("cluster", "value", "payments/b")
    sam.submits()
    asked = kim.waits_for("must approve", channel=CHANNEL, button="promotion.approve", within=20)
    for seen in sam.reads(CHANNEL):
        assert "dr_operation_token" not in seen.text
        assert "yours to do by hand" not in seen.text
    kim.clicks("promotion.approve", asked)
    shown = sam.waits_for("dr_operation_token=-", channel=CHANNEL, within=20)
    assert f"VAULT_ADDR={vaults['b'].address} " in shown.text
    typed = kim.types("/dr status payments", CHANNEL)
    privately(kim, typed, "Token on duty")
