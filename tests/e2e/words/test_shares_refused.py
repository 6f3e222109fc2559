"""A share is refused and the others' stay: what its holder and the card read of Vault's words.

Vault's strings are those of its source and of OpenBao 2.7.2. Where the range's Vault says them by
itself it does; else the fault answers in its place.
"""

from __future__ import annotations

import pytest

from lab.enterprise import Fault, VaultLine
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e import standing
from tests.e2e.acts import (
    DRILL,
    asked,
    gives,
    nonce_of,
    opens,
    pastes,
    share_of,
    starts,
    what_is_wrong,
)
from tests.e2e.traces import UPDATE, at_vault, took
from tests.e2e.words.said import outsider, says

NUMBER = (
    "failed to decode JSON input: json: cannot unmarshal number into Go struct field "
    "GenerateRootUpdateRequest.key of type string"
)
STRATEGY = (
    "incorrect strategy supplied; a generate root operation of another type is already in progress"
)
UNREADABLE = "'key' must be a valid hex or base64 string"

UNCHANGED = [
    pytest.param(
        400,
        "'key' must be specified in request body as JSON",
        "Vault saw no share in the request",
        id="no key",
    ),
    pytest.param(400, NUMBER, "Vault could not read the request", id="the key is a number"),
    pytest.param(400, UNREADABLE, "Vault could not read the share", id="neither hex nor base64"),
    pytest.param(
        400,
        "invalid key: key is shorter than minimum 16 bytes",
        "The share is too short",
        id="too short",
    ),
    pytest.param(
        400,
        "invalid key: key is longer than maximum 33 bytes",
        "The share is too long",
        id="too long",
    ),
    pytest.param(
        400, STRATEGY, "busy with another kind of token generation", id="another kind has the slot"
    ),
    pytest.param(503, "Vault is sealed", "The node is sealed", id="sealed"),
    pytest.param(
        400, "server is not yet initialized", "Vault is not initialised", id="not initialised"
    ),
    pytest.param(403, "permission denied", "Vault denied permission", id="2.x without a token"),
    pytest.param(
        405,
        "1 error occurred:\n\t* unsupported operation\n\n",
        "does not know DR operations here, or has them switched off",
        id="switched off at the listener",
    ),
    pytest.param(
        500,
        f"1 error occurred:\n\t* {UNREADABLE}\n\n",
        "Vault could not read the share",
        id="the same in the authenticated path's words",
    ),
    pytest.param(
        502,
        "<html>Bad gateway</html>",
        "it did not count your share. Nothing is wrong with it",
        id="no word of Vault's",
    ),
]


@pytest.fixture
def one_given(stage: Stage) -> Seen:
    """A drill in which Ada has given: the same for each row, which leaves it as it is."""
    sam = stage.people["Sam"]
    card = sam.look("Drill on payments/b: 1 of 3", "Gave\n@Ada\n", channel=CHANNEL)
    if card is None:
        standing.calm(stage)
        card = starts(stage, DRILL)
        gives(stage, "Ada", 0, ask=asked(stage.people["Ada"], nonce_of(card)))
    return sam.waits_until(card, "1 of 3")


class TestRefused:
    """One row each: what the holder reads, and that nothing else has changed."""

    @pytest.mark.parametrize(("status", "text", "reads"), UNCHANGED)
    def test_the_holder_reads(
        self, stage: Stage, one_given: Seen, status: int, text: str, reads: str
    ) -> None:
        """The modal says what Vault meant and stays; so does the DM; progress is kept."""
        ben, sam, nonce = stage.people["Ben"], stage.people["Sam"], nonce_of(one_given)
        ask = asked(ben, nonce)
        opens(ben, ask)
        fault = stage.vaults.inject(Fault(effect=says(status, text), path=UPDATE))
        pastes(ben, share_of(stage, 1))
        assert fault.fired == 1
        assert reads in what_is_wrong(ben.modal)
        ben.closes()
        told = ben.waits_until(ask, "your share was not counted", reads)
        assert told.buttons["share.open"] == "Give my share again"
        card = sam.waits_until(one_given, "1 of 3", "Vault did not count\n@Ben")
        assert nonce_of(card) == nonce
        assert (at_vault(stage)["progress"], at_vault(stage)["nonce"]) == (1, nonce)
        stage.vaults.clear_faults()

    def test_it_is_given_again(self, stage: Stage, one_given: Seen) -> None:
        """In the same modal, once what was wrong is mended; then the drill is finished."""
        ben, sam = stage.people["Ben"], stage.people["Sam"]
        opens(ben, asked(ben, nonce_of(one_given)))
        stage.vaults.inject(Fault(effect=says(503, "Vault is sealed"), path=UPDATE))
        pastes(ben, share_of(stage, 1))
        assert "The node is sealed" in what_is_wrong(ben.modal)
        pastes(ben, share_of(stage, 1))
        assert ben.modal is None
        sam.waits_until(one_given, "2 of 3", "Gave\n@Ada, @Ben")
        gives(stage, "Cat", 2, ask=asked(stage.people["Cat"], nonce_of(one_given)))
        sam.waits_until(one_given, "Drill on payments/b: passed", "deleted", within=20)


def test_really_sealed_and_unsealed(calm: Stage) -> None:
    """Sealed for a moment: the share given before is still there when it is unsealed."""
    card = starts(calm, DRILL)
    ada, ben, sam = (calm.people[name] for name in ("Ada", "Ben", "Sam"))
    gives(calm, "Ada", 0, ask=asked(ada, nonce_of(card)))
    opens(ben, asked(ben, nonce_of(card)))
    calm.vaults["b"].seal()
    pastes(ben, share_of(calm, 1))
    assert "sealed" in what_is_wrong(ben.modal)
    assert "primary's unseal keys" in what_is_wrong(ben.modal)
    calm.vaults["b"].unseal()
    pastes(ben, share_of(calm, 1))
    assert ben.modal is None
    sam.waits_until(card, "2 of 3")


def test_really_2_x_from_one_moment_to_the_next(calm: Stage) -> None:
    """Upgraded in mid-ceremony: the share is not counted, and the holder reads what is missing."""
    card = starts(calm, DRILL)
    ben = calm.people["Ben"]
    opens(ben, asked(ben, nonce_of(card)))
    calm.vaults["b"].behaviour.line = VaultLine.TWO
    pastes(ben, share_of(calm, 1))
    assert "ceremony_token_file" in what_is_wrong(ben.modal)


def test_the_same_share_came_before(calm: Stage) -> None:
    """Somebody gave Ada's share with a terminal: hers is known at Vault, counts once, is hers."""
    card = starts(calm, DRILL)
    ada = calm.people["Ada"]
    outsider(calm, "PUT", UPDATE, key=share_of(calm, 0), nonce=nonce_of(card))
    gives(calm, "Ada", 0, ask=asked(ada, nonce_of(card)))
    assert ada.modal is None
    calm.people["Sam"].waits_until(card, "1 of 3", "Gave\n@Ada")
    assert took(calm, UPDATE) == 1
