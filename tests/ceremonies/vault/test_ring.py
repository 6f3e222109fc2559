"""The ring of policies and roles at a real OpenBao: read, deleted by the bot, laid by operators."""

from __future__ import annotations

import secrets

import pytest

from ceremonies import policies
from ceremonies.policies import policy_name
from ceremonies.vault import errors
from ceremonies.vault.shift_tokens import complaints
from tests.ceremonies.vault.duty_desk import Desk


def test_a_policy_is_deleted(desk: Desk) -> None:
    """It is gone, twice is as once; another policy than the ring's is not the bot's to delete."""
    name = policy_name(5)
    assert desk.tokens.read_policy(desk.node, desk.login, name) == policies.shift_policy()
    desk.tokens.delete_policy(desk.node, desk.login, name)
    assert desk.tokens.read_policy(desk.node, desk.login, name) is None
    desk.tokens.delete_policy(desk.node, desk.login, name)
    with pytest.raises(errors.RightMissing):
        desk.tokens.delete_policy(desk.node, desk.login, policies.BOT)
    with pytest.raises(errors.RightMissing):
        desk.tokens.delete_policy(desk.node, secrets.token_hex(12), policy_name(6))
    with pytest.raises(errors.RightMissing):
        desk.tokens.read_policy(desk.node, desk.login, "default")


def test_the_bot_writes_none(desk: Desk) -> None:
    """Neither a policy nor a role, not even as they are."""
    with pytest.raises(errors.RightMissing):
        desk.tokens.write_policy(desk.node, desk.login, policy_name(1), policies.shift_policy())
    with pytest.raises(errors.RightMissing):
        desk.tokens.write_role(desk.node, desk.login, policy_name(1), policies.role(1))


@pytest.mark.parametrize(
    "before",
    [
        pytest.param({"token_type": "service", "token_period": 7200}, id="a period"),
        pytest.param(
            {"token_type": "service", "token_explicit_max_ttl": 60}, id="a longest TTL of its own"
        ),
        pytest.param({"allowed_policies_glob": ["*"]}, id="a pattern"),
        pytest.param({"disallowed_policies": ["default"]}, id="a policy that is barred"),
        pytest.param({"token_no_default_policy": True}, id="without default"),
    ],
)
def test_a_role_that_was_changed_is_mended_by_laying_it(
    desk: Desk, before: dict[str, object]
) -> None:
    """What a role has too much goes: a field that is not told would stay as it was."""
    root, name = desk.vaults["a"].bao.root_token, policy_name(7)
    desk.writes_role(7, **before)
    desk.tokens.write_role(desk.node, root, name, policies.role(7))
    made = desk.tokens.mint(desk.node, desk.login, place=7, ttl_s=60)
    assert complaints(made, place=7, ttl_s=60) == ()
    role = desk.tokens.read_role(desk.node, desk.login, name)
    assert role is not None
    assert (role.patterns, role.barred, role.period, role.explicit_max_ttl) == ((), (), 0, 0)
    assert not role.without_default
