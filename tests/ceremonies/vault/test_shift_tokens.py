"""Tokens for shifts at a real OpenBao: minted as asked or told, wrapped and looked at."""

from __future__ import annotations

import secrets
import time

import pytest

from ceremonies import policies
from ceremonies.policies import creation_path, policy_name
from ceremonies.vault import errors
from ceremonies.vault.shift_tokens import complaints
from lab.enterprise import CutAfter, Fault
from lab.process import wait_until
from tests.ceremonies.vault.duty_desk import LONGEST_S, Desk


def test_a_minting_with_the_bots_own_policy(desk: Desk) -> None:
    """What the policy lets the bot do is enough for a token that is as asked, on every place."""
    for place in policies.places():
        made = desk.tokens.mint(desk.node, desk.login, place=place, ttl_s=3600)
        assert complaints(made, place=place, ttl_s=3600) == ()
        held = desk.tokens.lookup_self(desk.node, made.token)
        assert (held.kind, set(held.policies)) == ("batch", {"default", policy_name(place)})
        assert 3590 <= held.ttl_s <= 3600
        assert held.path == creation_path(place)


def test_the_nodes_own_time(desk: Desk) -> None:
    """To the second; by it the ends of tokens are counted."""
    before = int(time.time())
    assert before <= desk.tokens.time_s(desk.node) <= time.time()


@pytest.mark.parametrize("asked", [0, -5])
def test_a_ttl_of_nothing_is_never_sent(desk: Desk, asked: int) -> None:
    """Vault would let it last 32 days; a second is asked for instead."""
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=asked)
    assert made.ttl_s == 1
    body = {"ttl": "0s"}
    trap = desk.vaults["a"].bao.call("POST", creation_path(1), body, token=desk.login)
    assert trap["auth"]["lease_duration"] == LONGEST_S
    assert not trap["warnings"]


def test_a_ttl_above_what_the_mount_grants(desk: Desk) -> None:
    """Vault cuts it with a warning only: the length and the warning are both told."""
    desk.tune("1h")
    assert desk.tokens.max_ttl_s(desk.node, desk.login) == 3600
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=7200)
    cut, short = complaints(made, place=1, ttl_s=7200)
    assert 'TTL of "2h" exceeded' in cut
    assert short == "It lasts 3600 s instead of 7200 s."


def test_the_longest_ttl_of_the_system(desk: Desk) -> None:
    """Where nobody tuned the mount its longest TTL is the system's, and not 0."""
    desk.tune("0")
    assert desk.tokens.max_ttl_s(desk.node, desk.login) == LONGEST_S
    nobody = desk.vaults["a"].bao.call("POST", "auth/token/create", {"policies": ["default"]})
    assert desk.tokens.max_ttl_s(desk.node, nobody["auth"]["client_token"]) is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param(
            {"token_type": "service"}, ("It is no batch token.",), id="a role of service tokens"
        ),
        pytest.param(
            {"token_type": "service", "renewable": True},
            ("It is no batch token.", "It is renewable, or ends with the login that made it."),
            id="renewable",
        ),
        pytest.param(
            {"token_type": "service", "orphan": False},
            ("It is no batch token.", "It is renewable, or ends with the login that made it."),
            id="no orphan",
        ),
        pytest.param(
            {"token_type": "service", "token_period": 7200},
            ("It lasts 7200 s instead of 600 s.", "It is no batch token."),
            id="a period",
        ),
        pytest.param(
            {"token_type": "service", "token_explicit_max_ttl": 60},
            ("It lasts 60 s instead of 600 s.", "It is no batch token."),
            id="a longest TTL of its own",
        ),
        pytest.param(
            {"allowed_policies": ["no-such-policy"]},
            (
                'Vault warns: Policy "no-such-policy" does not exist.',
                "Its policies are not conclave-shift-1 and default.",
            ),
            id="a policy that is none",
        ),
        pytest.param(
            {"token_no_default_policy": True},
            ("Its policies are not conclave-shift-1 and default.",),
            id="without default",
        ),
        pytest.param(
            {"disallowed_policies": ["default"]},
            ("Its policies are not conclave-shift-1 and default.",),
            id="default is barred",
        ),
        pytest.param(
            {"allowed_policies": [], "allowed_policies_glob": ["conclave-*"]},
            ("Its policies are not conclave-shift-1 and default.",),
            id="a pattern gives none",
        ),
    ],
)
def test_a_role_that_was_changed(
    desk: Desk, changed: dict[str, object], words: tuple[str, ...]
) -> None:
    """Vault mints without an error, and what it made is told not to be what was asked for."""
    desk.writes_role(1, **changed)
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    found = complaints(made, place=1, ttl_s=600)
    assert tuple(word for word in found if "TTL" not in word) == words


def test_a_policy_that_is_gone(desk: Desk) -> None:
    """Vault makes a useless token of it and warns; the warning is a complaint."""
    desk.as_operator("DELETE", f"sys/policies/acl/{policy_name(1)}")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    assert complaints(made, place=1, ttl_s=600) == (
        'Vault warns: Policy "conclave-shift-1" does not exist.',
    )


def test_who_mints_nothing(desk: Desk) -> None:
    """Without right, without role, with a role that bars its own policy: each is told apart.

    None of them is a lost reply, which would stand for a token that nobody holds.
    """
    with pytest.raises(errors.RightMissing):
        desk.tokens.mint(desk.node, secrets.token_hex(12), place=1, ttl_s=60)
    desk.as_operator("DELETE", f"auth/token/roles/{policy_name(2)}")
    with pytest.raises(errors.RoleMissing):
        desk.tokens.mint(desk.node, desk.login, place=2, ttl_s=60)
    desk.writes_role(3, disallowed_policies=[policy_name(3)])
    with pytest.raises(errors.RoleUnfit):
        desk.tokens.mint(desk.node, desk.login, place=3, ttl_s=60)
    desk.vaults.inject(Fault(effect=CutAfter(), path=creation_path(4)))
    with pytest.raises(errors.NoReply):
        desk.tokens.mint(desk.node, desk.login, place=4, ttl_s=60)


def test_a_wrap_that_waits_and_is_opened(desk: Desk) -> None:
    """Looking neither opens it nor takes a login; opened, it is gone, and stays so."""
    made = desk.tokens.mint_wrapped(desk.node, desk.login, place=2, ttl_s=3600, wrap_s=120)
    assert complaints(made, place=2, ttl_s=3600, wrap_s=120) == ()
    for _ in range(2):
        seen = desk.tokens.wrap_lookup(desk.node, made.token)
        assert (seen.waiting, seen.creation_path, seen.ttl_s) == (True, creation_path(2), 120)
        assert abs(seen.created - made.created) < 1
        assert made.created > 0
    desk.opened(made.token)
    assert not desk.tokens.wrap_lookup(desk.node, made.token).waiting


def test_a_wrap_of_somebody_else(desk: Desk) -> None:
    """It waits, and its creation path tells that it is none of the role's."""
    bao, wrap = desk.vaults["a"].bao, {"X-Vault-Wrap-TTL": "60s"}
    other = bao.request("POST", "sys/wrapping/wrap", {"token": "mine"}, headers=wrap)
    seen = desk.tokens.wrap_lookup(desk.node, other.json()["wrap_info"]["token"])
    assert (seen.waiting, seen.creation_path) == (True, "sys/wrapping/wrap")
    ours = desk.tokens.mint_wrapped(desk.node, desk.login, place=2, ttl_s=60, wrap_s=60)
    rewrapped = bao.request("POST", "sys/wrapping/rewrap", {"token": ours.token})
    assert rewrapped.ok
    assert not desk.tokens.wrap_lookup(desk.node, ours.token).waiting


def test_a_wrap_that_ended_or_never_was(desk: Desk) -> None:
    """Its time is over, it was revoked, it is made up, it is a token: nothing waits."""
    short = desk.tokens.mint_wrapped(desk.node, desk.login, place=2, ttl_s=60, wrap_s=1)
    revoked = desk.tokens.mint_wrapped(desk.node, desk.login, place=2, ttl_s=60, wrap_s=60)
    revoke = {"accessor": revoked.accessor}
    desk.as_operator("POST", "auth/token/revoke-accessor", revoke)
    plain = desk.tokens.mint(desk.node, desk.login, place=2, ttl_s=60)
    made_up = f"hvs.{secrets.token_urlsafe(24)}"
    for gone in (revoked.token, plain.token, made_up):
        assert not desk.tokens.wrap_lookup(desk.node, gone).waiting
    wait_until(
        lambda: not desk.tokens.wrap_lookup(desk.node, short.token).waiting,
        seconds=10,
        what="the wrap has ended",
    )


def test_a_wrap_of_no_seconds_is_not_asked_for(desk: Desk) -> None:
    """Vault would give the token in the clear; a wrap of a second is asked for instead."""
    made = desk.tokens.mint_wrapped(desk.node, desk.login, place=2, ttl_s=60, wrap_s=0)
    assert made.wrap_ttl_s == 1
    trap = desk.vaults["a"].bao.request(
        "POST", creation_path(2), {"ttl": "60s"}, headers={"X-Vault-Wrap-TTL": "0"}
    )
    assert trap.json()["auth"]["client_token"]
