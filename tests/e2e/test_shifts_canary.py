"""Neither a batch token nor its wrap leaves: looked for wherever the bot wrote, at level DEBUG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.crew import Crew
from lab.enterprise import Answer, CutAfter, Fault, ReplicationRange, practice_range
from lab.process import wait_until
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import DRILL, asked, gives, nonce_of, privately, starts
from tests.e2e.conftest import SetStage
from tests.e2e.plays import is_over
from tests.e2e.spots import Spot, cut_after
from tests.e2e.test_canary import nowhere
from tests.e2e.test_minting import staged, waits_for
from tests.e2e.test_shifts import collects, unwrapped
from tests.e2e.traces import PROMOTE

AUTOPILOT = "sys/storage/raft/autopilot/state"
LOOKUP = "sys/wrapping/lookup"
CREATE = Spot(path="auth/token/create/", cluster="a")


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[ReplicationRange]:
    """Clusters of this test's own: their roles change."""
    with practice_range(tmp_path / "vaults") as pair:
        yield pair


def listened(set_stage: SetStage, vaults: ReplicationRange) -> Stage:
    """Return a stage on which every token is overheard that passes from the first mint on."""
    stage = staged(set_stage, vaults, custody="both", bots=0)
    vaults.record.listen("secret_id", "client_token", "token")
    return stage


def serves(stage: Stage) -> None:
    """One bot serves, and the shift's two tokens are minted."""
    stage.add_bot().waits_until_ready()
    stage.chat.wait_for_connections(1)
    for part in ("bot", "lead"):
        waits_for(stage, "token_minted", part=part)


def drills(stage: Stage) -> None:
    """Let shares, OTP and encoded token pass too."""
    card = starts(stage, DRILL)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number, ask=asked(stage.people[name], nonce_of(card)))
    stage.people["Sam"].waits_until(card, "passed", "deleted", within=20)


def fails_over(stage: Stage, *, within: float = 60) -> None:
    """`b` is promoted by the token in Conclave's hands."""
    stage.vaults["a"].kill()
    line = "/dr run payments failover cluster=b reason=a is gone"
    Crew(stage).sees_through(line, until=lambda: is_over(stage), within=within)


def test_no_token_on_duty_leaves(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """Minted, wrapped, shown in one window, collected, handed over, used: found nowhere else."""
    stage = listened(set_stage, vaults)
    serves(stage)
    address, wrapping = collects(stage)
    mine = unwrapped(address, wrapping).json()["auth"]["client_token"]
    waits_for(stage, "wrap_collected")
    sam = stage.people["Sam"]
    privately(sam, sam.types("/dr shift payments handover", CHANNEL), "Confirmed")
    privately(sam, sam.types("/dr shift payments", CHANNEL), "Tokens")
    drills(stage)
    fails_over(stage)

    heard = vaults.record.overheard()
    assert wrapping in heard["token"]
    assert heard["dr_operation_token"] & heard["client_token"], "the minted token was used"
    nowhere(stage, mine, window=wrapping)


def test_no_token_on_duty_leaves_in_trouble(vaults: ReplicationRange, set_stage: SetStage) -> None:
    """The same where replies are lost, Vault repeats what it was sent, and people paste it."""
    stage = listened(set_stage, vaults)
    cut_after(stage, CREATE)
    serves(stage)
    waits_for(stage, "mint_lost")
    sam, heard = stage.people["Sam"], vaults.record.overheard()
    (wrapping,) = heard["token"]
    for secret in heard["client_token"] | heard["token"]:
        echoes = Answer(500, {"errors": [f"cannot make sense of {secret}"]})
        for path in (LOOKUP, AUTOPILOT):
            vaults.inject(Fault(effect=echoes, path=path))
        for words in (f"kill reason={secret}", secret, f"handover {secret}"):
            typed = sam.types(f"/dr shift payments {words}", CHANNEL)
            privately(sam, typed, "share or a Vault token")
    assert collects(stage)[1] == wrapping
    drills(stage)
    for secret in heard["client_token"]:
        vaults.inject(Fault(effect=Answer(400, {"errors": [f"no: {secret}"]}), path=PROMOTE))
    vaults.inject(Fault(effect=CutAfter(), path=PROMOTE))
    fails_over(stage, within=120)

    wait_until(lambda: is_over(stage), seconds=10, what="the runbook is done")
    nowhere(stage, window=wrapping)
