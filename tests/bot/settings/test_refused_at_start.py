"""What the contract names as refused at start, as whoever starts the process meets it."""

from __future__ import annotations

import base64
import secrets

import pytest

from tests.bot.settings.conftest import Change, Draft
from tests.bot.settings.mistakes import SET, again, in_set, put, shift

# what is wrong → the change, the place as it is told, the problem, a part of the mend
NAMED: dict[str, tuple[Change, str, str, str]] = {
    "an unknown key": (
        put("ceremony", dedline="30m"),
        "ceremony.dedline",
        "unknown key",
        "Did you mean deadline?",
    ),
    "a wrong type": (
        put("approval", holders_count="yes"),
        "approval.holders_count",
        "wrong type",
        "true or false",
    ),
    "a person named twice": (
        again("people", name="Ada again"),
        "people[U0ADA].slack",
        "named twice",
        "one [[people]] table for each person",
    ),
    "a holder who is nobody": (
        in_set(key_holders=["U0ADA", "U0EVE"]),
        f"{SET}.key_holders[U0EVE]",
        "nobody in [[people]]",
        "Add a [[people]] table",
    ),
    "a shift for no set": (
        shift(replication_set="billing"),
        "shifts[night].replication_set",
        "a shift for no set",
        "payments",
    ),
    "no approver outside the lab": (
        put("approval", promote_approvers=0),
        "approval.promote_approvers",
        "for the lab only",
        "1 or more",
    ),
}


@pytest.mark.parametrize(("change", "key", "problem", "mend"), NAMED.values(), ids=NAMED.keys())
def test_what_the_contract_names(
    draft: Draft, change: Change, key: str, problem: str, mend: str
) -> None:
    """The process ends with 2 and says the file, the key and the mend; it never says `ready`."""
    change(draft)

    done = draft.conclave("run")

    assert done.returncode == 2
    assert done.stdout == ""
    told, advice = done.stderr.split("\n", 1)
    assert told.startswith(f"conclave: {draft.path}: {key}: ")
    assert problem in told
    assert mend in advice
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("length", [16, 31, 33])
def test_a_master_key_that_is_not_32_bytes(draft: Draft, length: int) -> None:
    """The variable and both lengths are told, and nothing of the key."""
    key = base64.b64encode(secrets.token_bytes(length)).decode()
    draft.environment["CONCLAVE_MASTER_KEY"] = key

    done = draft.conclave("run")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"CONCLAVE_MASTER_KEY: key 1 has {length} bytes instead of 32" in done.stderr
    assert "conclave keygen" in done.stderr
    assert key not in done.stderr
