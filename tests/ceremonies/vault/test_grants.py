"""What Vault grants a shift is compared with what was asked for, part by part."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest

from ceremonies.policies import creation_path, policy_name
from ceremonies.vault import grants
from ceremonies.vault.grants import Minted, Wrapped, complaints
from ceremonies.vault.replies import NotOfVault

HOURS_8 = 8 * 3600
CAPPED = 'TTL of "10000h" exceeded the effective max_ttl of "768h"; TTL value is capped accordingly'


def secret() -> str:
    """Return what stands for a token."""
    return f"hvb.{secrets.token_hex(30)}"


AS_ASKED = Minted(
    token=secret(),
    ttl_s=HOURS_8,
    kind="batch",
    policies=("conclave-shift-3", "default"),
    renewable=False,
    orphan=True,
)
WRAP_AS_ASKED = Wrapped(
    token=secret(), accessor=secret(), wrap_ttl_s=1800, creation_path=creation_path(3)
)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({}, (), id="as asked"),
        pytest.param({"ttl_s": HOURS_8 - 1}, (), id="a second is rounding"),
        pytest.param({"policies": ("default", "conclave-shift-3")}, (), id="another order"),
        pytest.param(
            {"ttl_s": 2_764_800},
            ("It lasts 2764800 s instead of 28800 s.",),
            id="TTL left out or zero: what the system has",
        ),
        pytest.param({"ttl_s": 3600}, ("It lasts 3600 s instead of 28800 s.",), id="shorter"),
        pytest.param({"ttl_s": 0}, ("It lasts 0 s instead of 28800 s.",), id="it never ends"),
        pytest.param({"warnings": (CAPPED,)}, (f"Vault warns: {CAPPED}.",), id="a warning"),
        pytest.param({"kind": "service"}, ("It is no batch token.",), id="service"),
        pytest.param({"kind": ""}, ("It is no batch token.",), id="no type told"),
        pytest.param(
            {"renewable": True},
            ("It is renewable, or ends with the login that made it.",),
            id="renewable",
        ),
        pytest.param(
            {"orphan": False},
            ("It is renewable, or ends with the login that made it.",),
            id="no orphan",
        ),
        pytest.param({"uses": 3}, ("It may be used 3 times only.",), id="counted uses"),
        pytest.param(
            {"policies": ("conclave-shift-4", "default")},
            ("Its policies are not conclave-shift-3 and default.",),
            id="another place's policy",
        ),
        pytest.param(
            {"policies": ("admin", "conclave-shift-3", "default")},
            ("Its policies are not conclave-shift-3 and default.",),
            id="more than asked",
        ),
        pytest.param(
            {"policies": ("conclave-shift-3",)},
            ("Its policies are not conclave-shift-3 and default.",),
            id="without default it cannot be looked at",
        ),
        pytest.param(
            {"policies": ()},
            ("Its policies are not conclave-shift-3 and default.",),
            id="no policies told",
        ),
    ],
)
def test_a_grant_beside_the_wish(changed: dict[str, Any], words: tuple[str, ...]) -> None:
    """What is not as asked is said in words, and nothing else is."""
    made = replace(AS_ASKED, **changed)
    assert complaints(made, place=3, ttl_s=HOURS_8) == words


def test_everything_that_is_wrong_is_told() -> None:
    """The first complaint hides no other."""
    made = replace(AS_ASKED, ttl_s=1, kind="service", renewable=True, uses=1, policies=("root",))
    assert len(complaints(made, place=3, ttl_s=HOURS_8)) == 5


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({}, (), id="as asked"),
        pytest.param(
            {"creation_path": creation_path(4)},
            ("The wrap was made at another path than the role's.",),
            id="another place's role",
        ),
        pytest.param(
            {"creation_path": "sys/wrapping/wrap"},
            ("The wrap was made at another path than the role's.",),
            id="wrapped by hand",
        ),
        pytest.param(
            {"wrap_ttl_s": 60}, ("The wrap lasts 60 s instead of 1800 s.",), id="it ends sooner"
        ),
        pytest.param({"warnings": ("odd",)}, ("Vault warns: odd.",), id="a warning"),
    ],
)
def test_a_wrap_beside_the_wish(changed: dict[str, Any], words: tuple[str, ...]) -> None:
    """A wrap tells where it comes from and how long it waits; both have to be as asked."""
    made = replace(WRAP_AS_ASKED, **changed)
    assert complaints(made, place=3, ttl_s=HOURS_8, wrap_s=1800) == words


def auth(**changed: object) -> dict[str, Any]:
    """Return the reply to a minting, as OpenBao 2.7.2 has it."""
    granted = {
        "client_token": secret(),
        "accessor": "",
        "policies": ["conclave-shift-1", "default"],
        "lease_duration": 10,
        "renewable": False,
        "token_type": "batch",
        "orphan": True,
        "num_uses": 0,
    }
    return {"data": None, "wrap_info": None, "warnings": None, "auth": granted | changed}


def test_a_minting_is_read() -> None:
    """Every part that is compared comes from the reply; the token is not in the repr."""
    body = auth(num_uses=2, renewable=True, orphan=False) | {"warnings": ["One.", 2]}
    made = grants.minted(body)
    assert (made.ttl_s, made.kind, made.uses, made.renewable, made.orphan) == (
        10,
        "batch",
        2,
        True,
        False,
    )
    assert made.policies == (policy_name(1), "default")
    assert made.warnings == ("One", "2")
    assert made.token == body["auth"]["client_token"]
    assert made.token not in repr(made)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "auth",
        {},
        {"auth": None},
        {"auth": []},
        auth(client_token=""),
        auth(client_token=7),
    ],
    ids=lambda body: str(type(body).__name__),
)
def test_no_minting(body: object) -> None:
    """A reply without a token is none, whatever else it holds."""
    with pytest.raises(NotOfVault):
        grants.minted(body)


def test_what_is_missing_is_never_read_as_well() -> None:
    """A token that tells nothing of itself is complained about in every respect but its uses."""
    made = grants.minted({"auth": {"client_token": secret()}})
    assert len(complaints(made, place=1, ttl_s=60)) == 4


def test_a_wrap_is_read() -> None:
    """Its token and accessor are not in the repr; a time that is none counts as not told."""
    token, accessor = secret(), secret()
    info = {
        "token": token,
        "accessor": accessor,
        "ttl": 60,
        "creation_path": creation_path(1),
        "creation_time": "2027-01-04T09:00:00.123456789Z",
    }
    made = grants.wrapped({"wrap_info": info, "auth": None, "warnings": None})
    assert (made.wrap_ttl_s, made.creation_path, int(made.created)) == (
        60,
        creation_path(1),
        1_799_053_200,
    )
    assert token not in repr(made)
    assert accessor not in repr(made)
    assert grants.wrapped({"wrap_info": info | {"creation_time": "noon"}}).created == 0


@pytest.mark.parametrize(
    "body",
    [auth(), {"wrap_info": None}, {"wrap_info": {"token": ""}}, None],
    ids=["in the clear", "nothing", "no token", "empty"],
)
def test_no_wrap(body: object) -> None:
    """A token in the clear is not taken for a wrap."""
    with pytest.raises(NotOfVault):
        grants.wrapped(body)


@pytest.mark.parametrize(
    "read", [grants.waiting, grants.held, grants.role], ids=["wrap", "token", "role"]
)
@pytest.mark.parametrize(
    "body", [None, [], {}, {"data": {}}, {"data": None}, {"errors": []}], ids=repr
)
def test_other_json(read: Any, body: object) -> None:  # noqa: ANN401 — three kinds of reader
    """Other JSON is no wrap that waits, no token and no role."""
    with pytest.raises(NotOfVault):
        read(body)


@pytest.mark.parametrize("told", [None, "soon", -1, 253_402_300_800, True], ids=str)
def test_a_time_that_is_none(told: object) -> None:
    """Of what no date can be made is none, and neither is a node that tells nothing."""
    with pytest.raises(NotOfVault):
        grants.time_s({"server_time_utc": told})
