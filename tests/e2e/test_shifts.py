"""A shift through Slack, on real parts: the lead's message, the window, the hand-over, the kill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ceremonies.policies import policy_name
from lab.enterprise import ReplicationRange, practice_range
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import privately
from tests.e2e.conftest import SetStage
from tests.e2e.test_canary import everything
from tests.e2e.test_minting import staged, waits_for
from tests.e2e.traces import events, took

COMMAND = re.compile(r"VAULT_ADDR=(\S+) vault unwrap (\S+?)(?:`|\s|$)")


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their policies change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def served(set_stage: SetStage, vaults: ReplicationRange, custody: str) -> Stage:
    """Return a stage with one bot that serves, and the shift's token minted."""
    stage = staged(set_stage, vaults, custody=custody, bots=1)
    stage.bots[0].waits_until_ready()
    stage.chat.wait_for_connections(1)
    waits_for(stage, "token_minted")
    return stage


def message(stage: Stage) -> Seen:
    """Return the message in which Sam is told of their token."""
    return stage.people["Sam"].waits_for("Your shift day of payments", direct=True, within=20)


def collects(stage: Stage) -> tuple[str, str]:
    """Sam presses the button; returns address and wrapping token of the command in the window."""
    sam = stage.people["Sam"]
    about = "Your shift day of payments"
    mine = sam.waits_for(about, direct=True, button="shift.collect", within=20)
    sam.clicks("shift.collect", mine)
    shown = sam.waits_for_modal("vault unwrap", within=10)
    found = COMMAND.search(shown.text)
    assert found, shown.text
    sam.closes()
    return found[1], found[2]


def unwrapped(address: str, wrapping: str) -> requests.Response:
    """Return what `vault unwrap` gets."""
    return requests.post(
        f"{address}/v1/sys/wrapping/unwrap", headers={"X-Vault-Token": wrapping}, timeout=10
    )


def test_the_lead_collects_and_takes_over(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """The token is shown nowhere, its wrap in one window alone; then it counts as theirs."""
    stage = served(set_stage, vaults, "lead")
    sam = stage.people["Sam"]
    assert "Collect it now" in message(stage).text
    typed = sam.types("/dr shift payments handover", CHANNEL)
    privately(sam, typed, "Collect your token first")

    address, wrapping = collects(stage)
    opened = unwrapped(address, wrapping).json()["auth"]
    waits_for(stage, "wrap_collected")
    sam.waits_for("you have collected its token", direct=True, within=20)

    typed = sam.types("/dr shift payments handover", CHANNEL)
    privately(sam, typed, "Confirmed")
    assert events(stage, "handover_confirmed", incoming=True)
    typed = sam.types("/dr shift payments", CHANNEL)
    said = privately(sam, typed, "Tokens", "collected", "Shifts of the next 7 days")
    assert "Uncovered" in said
    told = everything(stage)
    shown = [line for line in told["Slack"].splitlines() if wrapping in line]
    assert {line.split()[1] for line in shown} == {"views.update"}, "in the window alone"
    for place, text in told.items():
        assert opened["client_token"] not in text, f"the token stands in {place}"
        assert place == "Slack" or wrapping not in text, f"its wrap stands in {place}"


def test_somebody_else_was_faster(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """The lead says that it was not them: everybody is alarmed; two people end it."""
    stage = served(set_stage, vaults, "lead")
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    address, wrapping = collects(stage)
    stolen = unwrapped(address, wrapping).json()["auth"]["client_token"]
    mine = sam.waits_for("you have collected its token", direct=True, within=20)
    sam.clicks("shift.disown", mine)
    sam.waits_for("the lead says", channel=CHANNEL, within=20)

    typed = sam.types("/dr shift payments kill reason=it was not me", CHANNEL)
    privately(sam, typed, "Another person must agree")
    card = kim.waits_for("out of force", channel=CHANNEL, button="kill.agree", within=20)
    assert "it was not me" in card.text
    sam.clicks("kill.agree", card)
    sam.waits_for("another person must agree", ephemeral=True)
    kim.clicks("kill.agree", card)

    deleted = waits_for(stage, "policy_deleted")
    name = policy_name(int(str(deleted["place"])))
    assert vaults["a"].bao.request("GET", f"sys/policies/acl/{name}").status_code == 404
    promote = "sys/replication/dr/secondary/promote"
    told = sam.waits_for("perhaps not yet on b", channel=CHANNEL, within=20)
    assert "payments/b has not been seen to have it" in told.text
    vaults.replicate("b")
    sam.waits_for("payments/b: out of force", channel=CHANNEL, within=40)
    refused = vaults.request("b", "POST", promote, {"dr_operation_token": stolen})
    assert refused.status_code == 403
    minted = waits_for(stage, "token_minted", place=_other(deleted))
    assert minted["place"] != deleted["place"]


def _other(deleted: dict[str, object]) -> int:
    """Return the ring place after this one."""
    return int(str(deleted["place"])) % 8 + 1


def test_a_promotion_by_the_token_on_duty(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """`/dr promote` needs no key holder: the same request, the same approval, then `b` serves."""
    stage = served(set_stage, vaults, "bot")
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    assert "Conclave holds its token" in message(stage).text
    typed = sam.types("/dr status payments", CHANNEL)
    assert "no quorum is needed" in privately(sam, typed, "Token on duty")
    vaults["a"].kill()
    sam.types("/dr promote payments cluster=b reason=a is gone", CHANNEL)
    card = sam.waits_for("token on duty", channel=CHANNEL, button="promotion.open", within=30)
    assert "of 3 shares" not in card.text
    sam.clicks("promotion.open", card)
    sam.waits_for_modal(callback_id="promotion.request", within=5)
    sam.fills("cluster", "value", "payments/b")
    sam.submits()
    asked = kim.waits_for("must approve", channel=CHANNEL, button="promotion.approve", within=20)
    kim.clicks("promotion.approve", asked)
    sam.waits_for("payments/b is the primary now", channel=CHANNEL, within=40)
    assert took(stage, "generate-operation-token") == 0
    assert took(stage, "secondary/promote") == 1
    assert not [s for name in ("Ada", "Ben", "Cat") for s in stage.people[name].reads_direct()]


def test_who_may_not(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """Only a lead; only their own token; only another person agrees."""
    stage = served(set_stage, vaults, "lead")
    ada, kim = stage.people["Ada"], stage.people["Kim"]
    typed = ada.types("/dr shift payments", CHANNEL)
    privately(ada, typed, "shift lead")
    typed = kim.types("/dr shift payments issue", CHANNEL)
    privately(kim, typed, "This shift has its token")
    typed = kim.types("/dr shift payments kill place=9", CHANNEL)
    privately(kim, typed, "1 to 8")
    typed = kim.types("/dr shift payments handover", CHANNEL)
    privately(kim, typed, "can confirm this hand-over")
    assert not events(stage, "kill_asked")
