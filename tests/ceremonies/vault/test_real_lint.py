"""The linter at a real OpenBao, with the bot's own login: what it finds, and what it lets pass."""

from __future__ import annotations

import json

import pytest

from ceremonies import policies
from ceremonies.lint import Findings, lint
from ceremonies.policies import policy_name
from ceremonies.vault.errors import PermissionDenied
from tests.ceremonies.vault.duty_desk import LONGEST_S, Desk
from tests.ring import CANARY

ALL = frozenset(policies.places())


def lints(desk: Desk, *, longest_s: int = 3600) -> Findings:
    """Look with the bot's own login."""
    return lint(desk.client, desk.node, desk.login, longest_s=longest_s)


def adds(desk: Desk, path: str, *capabilities: str) -> None:
    """Give the bot's own policy more."""
    more = f'path "{path}" {{ capabilities = {json.dumps(capabilities)} }}'
    text = policies.bot_policy(canaries=(CANARY,)) + more
    desk.as_operator("PUT", f"sys/policies/acl/{policies.BOT}", {"policy": text})


def test_the_ring_as_it_is_laid(desk: Desk) -> None:
    """The bot's least policy is enough to see that all is well, and asks for nothing more."""
    assert lints(desk) == Findings(places_ready=ALL, places_laid=ALL)


@pytest.mark.parametrize(
    ("path", "capabilities"),
    [
        pytest.param("*", ("create", "update", "sudo"), id="everything"),
        pytest.param("sys/*", ("update",), id="all of sys"),
        pytest.param("sys/policies/acl/*", ("create", "update"), id="any policy"),
        pytest.param("sys/policies/acl/team-*", ("update",), id="some policies"),
        pytest.param("sys/policies/acl/conclave-*", ("update",), id="the ring's policies"),
        pytest.param("sys/policies/acl/conclave-shift-2", ("update",), id="one of the ring"),
        pytest.param("sys/policies/acl/+", ("update",), id="any policy, by a plus"),
        pytest.param("sys/policies/acl/conclave", ("update",), id="its own policy"),
        pytest.param("sys/policies/acl/default", ("update",), id="everybody's policy"),
        pytest.param("sys/policy/default", ("update",), id="everybody's, by the old path"),
        pytest.param("sys/policy/*", ("create",), id="any policy, by the old path"),
        pytest.param("auth/token/roles/*", ("create", "update"), id="any role"),
        pytest.param("auth/token/roles/conclave-shift-1", ("update",), id="a role of the ring"),
        pytest.param("auth/token/create", ("update",), id="children of its own"),
        pytest.param("auth/token/create-orphan", ("update", "sudo"), id="orphans"),
        pytest.param("auth/token/create/*", ("update",), id="tokens of any role"),
        pytest.param("auth/token/create/+", ("update",), id="tokens of any role, by a plus"),
        pytest.param("auth/token/create/deployers", ("update",), id="tokens of another role"),
        pytest.param("auth/approle/role/conclave", ("update",), id="its own login"),
        *(
            pytest.param(path, ("create", "update"), id=f"by a plus, {path}")
            for path in (
                "auth/approle/role/+",
                "auth/+/role/*",
                "auth/+/role/+/secret-id",
                "auth/+/config",
                "auth/ldap/groups/+",
                "auth/+/map/+/+",
                "identity/+",
                "identity/entity/name/+",
                "identity/group/name/+",
                "identity/+/id/+",
                "sys/auth/+",
                "sys/raw/+",
                "sys/storage/raft/+",
                "+/storage/raft/snapshot-force",
            )
        ),
    ],
)
def test_a_bot_that_could_make_itself_root(
    desk: Desk, path: str, capabilities: tuple[str, ...]
) -> None:
    """It is told first, with what to do, and no place is ready while it is so."""
    adds(desk, path, *capabilities)
    found = lints(desk)
    assert found.places_ready == frozenset()
    assert "Conclave's own login may write at" in found.problems[0]
    assert "Take it away; nothing is minted before." in found.problems[0]


def test_a_bot_that_reads_more(desk: Desk) -> None:
    """To read makes nobody root."""
    adds(desk, "sys/policies/acl/*", "read", "list")
    adds(desk, "kv/*", "create", "read", "update")
    assert lints(desk).places_ready == ALL


def test_a_root_token_as_the_bots_login(desk: Desk) -> None:
    """Whoever gives the bot root is told; nothing is minted with it."""
    root = desk.vaults["a"].bao.root_token
    found = lint(desk.client, desk.node, root, longest_s=60)
    assert found.places_ready == frozenset()
    assert "with that it is root" in found.problems[0]


def test_a_policy_and_a_role_that_are_not_there(desk: Desk) -> None:
    """Each is told with its name; the other places stay ready."""
    desk.as_operator("DELETE", f"sys/policies/acl/{policy_name(1)}")
    desk.as_operator("DELETE", f"auth/token/roles/{policy_name(2)}")
    found = lints(desk)
    assert found.places_ready == ALL - {1, 2}
    assert [words.split(" is missing")[0] for words in found.problems] == [
        "The policy conclave-shift-1",
        "The token role conclave-shift-2",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"token_type": "service"}, id="service tokens"),
        pytest.param({"token_type": "default-batch"}, id="batch by default only"),
        pytest.param({"token_type": "service", "orphan": False}, id="no orphans"),
        pytest.param({"token_type": "service", "renewable": True}, id="renewable"),
        pytest.param({"token_type": "service", "token_period": 60}, id="a period"),
        pytest.param({"token_type": "service", "period": 60}, id="a period, the old name"),
        pytest.param({"token_type": "service", "token_explicit_max_ttl": 60}, id="a longest TTL"),
        pytest.param({"allowed_policies": ["root"]}, id="another policy"),
        pytest.param({"allowed_policies": []}, id="any policy of the login"),
        pytest.param({"allowed_policies_glob": ["*"]}, id="any policy by a pattern"),
        pytest.param({"disallowed_policies": ["default"]}, id="default is barred"),
        pytest.param({"disallowed_policies_glob": ["conclave-*"]}, id="its own is barred"),
        pytest.param({"token_no_default_policy": True}, id="without default"),
    ],
)
def test_a_role_that_was_changed(desk: Desk, changed: dict[str, object]) -> None:
    """Its place alone is not ready; laid again, it is."""
    desk.writes_role(4, **changed)
    found = lints(desk)
    assert found.places_ready == ALL - {4}
    (words,) = found.problems
    assert words.startswith("The token role conclave-shift-4 ")
    root = desk.vaults["a"].bao.root_token
    desk.tokens.write_role(desk.node, root, policy_name(4), policies.role(4))
    assert lints(desk) == Findings(places_ready=ALL, places_laid=ALL)


def test_a_shift_that_is_longer_than_a_token(desk: Desk) -> None:
    """The mount's longest TTL is what counts; the shift's is told beside it."""
    assert lints(desk, longest_s=LONGEST_S).problems == ()
    (words,) = lints(desk, longest_s=LONGEST_S + 1).problems
    assert f"A token lasts {LONGEST_S} s at most and a shift needs {LONGEST_S + 1} s" in words
    desk.tune("1h")
    (words,) = lints(desk, longest_s=3601).problems
    assert words.startswith("A token lasts 3600 s at most")
    assert "tune max_lease_ttl" in words


def test_a_login_that_may_nothing(desk: Desk) -> None:
    """All that it lacks is told, and no place is ready; one that is none is an error."""
    bare = desk.vaults["a"].bao.call("POST", "auth/token/create", {"policies": ["default"]})
    found = lint(desk.client, desk.node, bare["auth"]["client_token"], longest_s=60)
    assert found.places_ready == frozenset()
    assert "lacks rights at" in found.problems[0]
    assert len(found.problems) == 1 + policies.RING
    with pytest.raises(PermissionDenied):
        lint(desk.client, desk.node, "hvs.nobody", longest_s=60)
