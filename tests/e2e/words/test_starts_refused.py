"""No attempt is opened: what the commander reads of Vault's words.

Vault's strings are those of its source and of OpenBao 2.7.2. Where the range's Vault says them by
itself it does; else the fault answers in its place.
"""

from __future__ import annotations

import pytest

from lab.enterprise import Fault, VaultLine
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import (
    DRILL,
    nonce_of,
    privately,
    starts,
)
from tests.e2e.traces import ATTEMPT, at_vault, took
from tests.e2e.words.said import outsider, says


def test_a_start_while_one_runs(calm: Stage) -> None:
    """An attempt of somebody else's is never ended without a commander's word."""
    outsider(calm, "PUT", ATTEMPT)
    theirs, sam = at_vault(calm)["nonce"], calm.people["Sam"]
    typed = sam.types(DRILL, CHANNEL)
    card = sam.waits_for(
        "another attempt is in the way", theirs, channel=CHANNEL, after=typed, within=20
    )
    assert "may be somebody's live ceremony" in card
    assert at_vault(calm)["nonce"] == theirs
    assert "0 of 3 shares" in card.confirmation("ceremony.restart")
    sam.clicks("ceremony.restart", card, confirm=False)
    assert at_vault(calm)["nonce"] == theirs
    sam.clicks("ceremony.restart", card)
    ours = sam.waits_until(card, "Drill on payments/b: 0 of 3", within=20)
    assert nonce_of(ours) == at_vault(calm)["nonce"] != theirs


def test_a_start_while_another_kind_holds_the_slot(calm: Stage) -> None:
    """A root token is being generated there: shown with its nonce, left alone."""
    theirs, sam = calm.vaults["b"].hold_slot_by_another_kind(), calm.people["Sam"]
    typed = sam.types(DRILL, CHANNEL)
    sam.waits_for("another attempt is in the way", theirs, channel=CHANNEL, after=typed, within=20)
    assert took(calm, ATTEMPT) == 0


@pytest.mark.parametrize("more", ["", " for this namespace"], ids=["Vault's words", "OpenBao's"])
def test_two_starts_at_once(calm: Stage, more: str) -> None:
    """Between our look and our start somebody was faster, and gave up again: we try anew."""
    text = f"root generation already in progress{more}"
    calm.vaults.inject(Fault(effect=says(400, text), path=ATTEMPT, method="PUT"))
    starts(calm, DRILL)
    assert took(calm, ATTEMPT, "PUT") == 1


@pytest.mark.parametrize(
    ("status", "text", "reads"),
    [
        pytest.param(
            400, "server is not yet initialized", "Vault is not initialised", id="not initialised"
        ),
        pytest.param(
            405,
            "1 error occurred:\n\t* unsupported operation\n\n",
            "does not know DR operations here, or has them switched off",
            id="switched off at the listener",
        ),
        pytest.param(
            500,
            "local node not active but active cluster node not found",
            "No node of this cluster is active",
            id="no leader",
        ),
    ],
)
def test_no_attempt_is_opened(calm: Stage, status: int, text: str, reads: str) -> None:
    """The card says what Vault said and what to do, and starts anew with one click."""
    sam = calm.people["Sam"]
    calm.vaults.inject(Fault(effect=says(status, text), path=ATTEMPT, method="PUT"))
    typed = sam.types(DRILL, CHANNEL)
    card = sam.waits_for("not started", reads, channel=CHANNEL, after=typed, within=20)
    again = sam.clicks("ceremony.restart", card)
    sam.waits_for("0 of 3", channel=CHANNEL, after=again, within=20)


def test_a_start_without_the_token_that_2_x_wants(calm: Stage) -> None:
    """403: the card names the setting that is missing."""
    sam = calm.people["Sam"]
    calm.vaults["b"].behaviour.line = VaultLine.TWO
    typed = sam.types(DRILL, CHANNEL)
    sam.waits_for("not started", "ceremony_token_file", channel=CHANNEL, after=typed, within=20)


def test_a_start_on_a_sealed_cluster(calm: Stage) -> None:
    """Nothing is started, and the private answer shows which node is sealed."""
    sam = calm.people["Sam"]
    calm.vaults["b"].seal()
    typed = sam.types(f"{DRILL} cluster=b", CHANNEL)
    answer = privately(sam, typed, "Nothing was started", "b is sealed: unseal its nodes")
    assert "b 127.0.0.1" in answer
    assert "unknown, sealed" in answer
