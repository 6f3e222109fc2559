"""Vault 2.x, which wants a token for the attempt, and Vault that unseals itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.enterprise import ReplicationRange, VaultLine
from lab.stage import CHANNEL
from tests.e2e.acts import asked, asks_for_promotion, gives, promoted, starts
from tests.e2e.conftest import SetStage


def test_vault_two_without_a_token_says_what_to_configure(
    dr: ReplicationRange, set_stage: SetStage
) -> None:
    """Nothing starts, nothing is lost, and the card names the setting."""
    dr["b"].behaviour.line = VaultLine.TWO
    stage = set_stage()
    sam = stage.people["Sam"]

    sam.types("/dr start payments for=drill", CHANNEL)

    card = sam.waits_for("payments/b", "ceremony_token_file", channel=CHANNEL, within=20)
    assert "0 of" not in card.text


def test_vault_two_with_a_batch_token_from_the_primary(
    dr: ReplicationRange, set_stage: SetStage, tmp_path: Path
) -> None:
    """A token that was made on the primary before it died opens the attempt; re-read each time."""
    token = tmp_path / "ceremony.token"
    token.write_text("not-yet")
    dr["b"].behaviour.line = VaultLine.TWO
    stage = set_stage(options=f'ceremony_token_file = "{token}"\n')
    token.write_text(dr["a"].batch_token(ttl="1h") + "\n")
    dr["a"].kill()

    card = starts(stage)
    asks_for_promotion(stage, card)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number)

    promoted(stage, card)


@pytest.fixture(scope="module")
def self_unsealing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """Two clusters that unseal themselves: what people hold are recovery keys."""
    vaults = ReplicationRange(directory=tmp_path_factory.mktemp("auto"), auto_unseal=True)
    with vaults:
        yield vaults


def test_recovery_keys_are_called_so(self_unsealing: ReplicationRange, set_stage: SetStage) -> None:
    """Where Vault unseals itself, every text says recovery key, and the ceremony is the same."""
    stage = set_stage(vaults=self_unsealing)
    self_unsealing["a"].kill()

    card = starts(stage)
    ask = asked(stage.people["Ada"], "recovery key")
    assert "unseal key" not in ask.text
    asks_for_promotion(stage, card)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number)

    promoted(stage, card)
