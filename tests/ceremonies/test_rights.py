"""What a login may do, as Vault lists it: which of it would let the login make itself root."""

from __future__ import annotations

import pytest

from ceremonies import policies
from ceremonies.rights import Rights, too_wide

UPDATE = frozenset({"update"})


def rights(**given: frozenset[str]) -> Rights:
    """Return rights at these paths; one that ends with `*` is the beginning of a path."""
    return Rights(
        exact={path: may for path, may in given.items() if not path.endswith("*")},
        prefixes={path[:-1]: may for path, may in given.items() if path.endswith("*")},
    )


@pytest.mark.parametrize(
    "path",
    [
        "sys/policies/acl/team-a",
        "sys/policies/acl/team-*",
        "sys/policy/team-a",
        "sys/*",
        "s*",
        "*",
        "auth/token/roles/deployers",
        "auth/token/roles/dep*",
        "auth/token/create",
        "auth/token/create/deployers",
        "auth/token/create/conclave-shift-10",
        "auth/token/create/*",
        "auth/token/create/conclave-shift-*",
        "auth/token/*",
        "auth/*",
        "auth/approle/*",
        "auth/approle/role/web",
        "auth/approle/role/web*",
        "auth/kubernetes/role/web",
        "auth/userpass/users/eve",
        "auth/ldap/groups/staff",
        "sys/auth/approle",
        "identity/entity/name/eve",
        "identity/*",
        "identity/alias",
        "identity/persona/id/1",
        "auth/approle/r*",
        "auth/corp/ldap/groups/staff",
        "auth/corp/ldap/*",
        "auth/corp/ldap/gro*",
        "sys/raw/*",
        "sys/storage/raft/snapshot",
        "sys/storage/raft/snapshot-force",
        "sys/storage/*",
    ],
)
def test_whoever_may_write_there_is_root(path: str) -> None:
    """A policy, a role, a login, an entity: each gives out policies. To read it is harmless."""
    assert too_wide(rights(**{path: UPDATE})) == [path]
    assert too_wide(rights(**{path: frozenset({"sudo"})})) == [path]
    assert too_wide(rights(**{path: frozenset({"read", "list", "delete"})})) == []
    assert too_wide(rights(**{path: frozenset({"deny"})})) == []


@pytest.mark.parametrize(
    "path",
    [
        *(policies.creation_path(place) for place in policies.places()),
        "auth/token/renew-self",
        "auth/token/revoke-self",
        "auth/approle/login",
        "auth/approle/login*",
        "auth/userpass/login/*",
        "sys/capabilities-self",
        "sys/auth/token/tune",
        "sys/wrapping/*",
        "cubbyhole/*",
        "kv/*",
        "sys/replication/*",
    ],
)
def test_what_makes_nobody_root(path: str) -> None:
    """What the bot is for, and what the policy `default` lets every token do."""
    assert too_wide(rights(**{path: frozenset({"create", "update", "sudo"})})) == []


def test_a_root_token_may_everything() -> None:
    """Vault lists no paths for one."""
    assert too_wide(Rights(exact={}, prefixes={}, is_root=True)) == ["*"]


def test_the_bots_own_policy_is_not_too_wide() -> None:
    """What `conclave policy` lays for the bot is not what it warns of."""
    assert too_wide(rights(**policies.needed_by_bot())) == []
