"""The bot's own login: where it serves, as often as it must, and never on a DR secondary."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from ceremonies.topology import AppRole, Kubernetes, TokenFile
from ceremonies.vault import errors
from lab.scripted_node import Answer, Node, cut, refuses, says
from tests.ceremonies.vault.logins import (
    DENIED,
    LOGIN,
    LOOKUP,
    RENEW,
    SECRET_ID,
    STATUS,
    Make,
    asked,
    gives,
    mode,
)


@pytest.mark.parametrize("word", ["primary", "disabled"])
def test_it_logs_in_where_logins_work(
    client_of: Make, node: Node, approle: AppRole, word: str
) -> None:
    """What the cluster is comes first; then one login with role and secret; no repr shows it."""
    token = f"hvs.{secrets.token_hex(12)}"
    node.tell("GET", STATUS, mode(word))
    node.tell("POST", LOGIN, gives(token))
    client = client_of(node, auth=approle)
    assert client.login.token(node.address) == token
    assert [came.path for came in node.arrived] == [STATUS, LOGIN]
    assert node.bodies("POST") == [{"role_id": "r-1", "secret_id": SECRET_ID}]
    for came in node.arrived:
        assert "x-vault-token" not in came.headers
        assert "x-vault-namespace" not in came.headers
    assert token not in f"{client.login!r} {vars(client.login)!r}"


def test_an_edition_without_replication_is_no_secondary(
    client_of: Make, node: Node, approle: AppRole
) -> None:
    """Where nobody replicates, logins work."""
    node.tell("POST", LOGIN, gives("hvs.x"))
    assert client_of(node, auth=approle).login.token(node.address) == "hvs.x"


NOT_THERE = {
    "a secondary": (mode("secondary"), errors.NoLoginHere),
    "bootstrapping": (mode("bootstrapping"), errors.NoLoginHere),
    "a word to come": (mode("tertiary"), errors.NoLoginHere),
    "sealed": (refuses("Vault is sealed", status=503), errors.Sealed),
    "no reply": (cut, errors.NoReply),
    "a stranger": (says({"ok": True}), errors.UnexpectedReply),
}


@pytest.mark.parametrize(("answer", "error"), NOT_THERE.values(), ids=NOT_THERE.keys())
def test_elsewhere_nothing_is_sent(
    client_of: Make,
    node: Node,
    approle: AppRole,
    answer: Answer,
    error: type[errors.VaultError],
) -> None:
    """On a DR secondary no login works: neither secret nor token goes there."""
    node.tell("GET", STATUS, answer)
    for auth in (approle, TokenFile(token_file=approle.secret_id_file)):
        with pytest.raises(error):
            client_of(node, auth=auth).login.token(node.address)
    assert asked(node) == []


def test_a_demoted_cluster_gets_no_token_that_was_held(
    client_of: Make, node: Node, approle: AppRole
) -> None:
    """What was held when it was primary is not even looked up."""
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, gives("hvs.x"))
    login = client_of(node, auth=approle).login
    login.token(node.address)
    node.tell("GET", STATUS, mode("secondary"))
    with pytest.raises(errors.NoLoginHere):
        login.token(node.address)
    assert asked(node) == [LOGIN]


def test_a_token_that_is_still_good_is_used_again(
    client_of: Make, node: Node, approle: AppRole
) -> None:
    """It is looked up before each use; as long as Vault knows it, nobody logs in anew."""
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, gives("hvs.x"))
    node.tell("GET", LOOKUP, says({"data": {"ttl": 800}}))
    login = client_of(node, auth=approle).login
    assert [login.token(node.address) for _ in range(3)] == ["hvs.x"] * 3
    assert asked(node) == [LOGIN, LOOKUP, LOOKUP]
    assert node.arrived[-1].headers["x-vault-token"] == "hvs.x"


def test_a_token_that_is_denied_is_replaced(client_of: Make, node: Node, approle: AppRole) -> None:
    """Somebody revoked it: it cannot be renewed either, so there is a new login."""
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, gives("hvs.old"))
    login = client_of(node, auth=approle).login
    assert login.token(node.address) == "hvs.old"
    node.tell("GET", LOOKUP, DENIED)
    node.tell("POST", RENEW, DENIED)
    node.tell("POST", LOGIN, gives("hvs.new"))
    assert login.token(node.address) == "hvs.new"


ENDING: dict[str, tuple[Answer, bool, list[str], str]] = {
    "renewed": (gives("hvs.old", seconds=900), True, [RENEW], "hvs.old"),
    "renewed too briefly": (gives("hvs.old", seconds=30), True, [RENEW, LOGIN], "hvs.new"),
    "renewal denied": (DENIED, True, [RENEW, LOGIN], "hvs.new"),
    "renewal refused": (refuses("lease is not renewable"), True, [RENEW, LOGIN], "hvs.new"),
    "a batch token": (DENIED, False, [LOGIN], "hvs.new"),
}


@pytest.mark.parametrize("row", ENDING.values(), ids=ENDING.keys())
def test_a_token_about_to_end_is_renewed_or_replaced(
    client_of: Make, node: Node, approle: AppRole, row: tuple[Answer, bool, list[str], str]
) -> None:
    """A secret id may be good for one login only, so renewal comes first."""
    renewal, renewable, wanted, token = row
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, gives("hvs.old", seconds=50, renewable=renewable))
    login = client_of(node, auth=approle).login
    assert login.token(node.address) == "hvs.old"
    node.arrived.clear()
    node.tell("POST", RENEW, renewal)
    node.tell("POST", LOGIN, gives("hvs.new"))
    assert login.token(node.address) == token
    assert asked(node) == wanted


def test_a_lease_of_zero_does_not_end(client_of: Make, node: Node, approle: AppRole) -> None:
    """So Vault says that a token lives for ever."""
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, gives("hvs.x", seconds=0))
    node.tell("GET", LOOKUP, says({"data": {}}))
    login = client_of(node, auth=approle).login
    login.token(node.address)
    login.token(node.address)
    assert asked(node) == [LOGIN, LOOKUP]


def test_a_login_elsewhere_goes_to_its_mount_and_namespace(
    client_of: Make, node: Node, approle: AppRole
) -> None:
    """The namespace is the login's; what is asked of `sys/` carries none."""
    auth = AppRole(
        role_id="r-1",
        secret_id_file=approle.secret_id_file,
        mount="machines/eu",
        namespace="ops",
    )
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", "auth/machines/eu/login", gives("hvs.x"))
    node.tell("GET", LOOKUP, says({"data": {}}))
    client = client_of(node, auth=auth)
    client.login.token(node.address)
    token = client.login.token(node.address)
    node.tell("POST", "sys/replication/dr/primary/demote", says(status=204))
    client.operations.demote(node.address, token)
    spaces = {came.path: came.headers.get("x-vault-namespace") for came in node.arrived}
    assert spaces == {
        STATUS: None,
        "auth/machines/eu/login": "ops",
        LOOKUP: "ops",
        "sys/replication/dr/primary/demote": None,
    }


def test_a_service_account_logs_in(client_of: Make, node: Node, tmp_path: Path) -> None:
    """Its token is read from its file at each login: Kubernetes renews it there."""
    jwt = tmp_path / "token"
    auth = Kubernetes(role="conclave", jwt_file=jwt)
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", "auth/kubernetes/login", gives("hvs.x", seconds=1, renewable=False))
    login = client_of(node, auth=auth).login
    for written in ("one", "two"):
        jwt.write_text(written)
        login.token(node.address)
    assert node.bodies("POST") == [
        {"role": "conclave", "jwt": "one"},
        {"role": "conclave", "jwt": "two"},
    ]


def test_a_token_file_is_read_at_each_use(client_of: Make, node: Node, tmp_path: Path) -> None:
    """Somebody else renews it; nothing of it is kept, and nothing is asked for it."""
    path = tmp_path / "token"
    node.tell("GET", STATUS, mode("primary"))
    login = client_of(node, auth=TokenFile(token_file=path)).login
    for written in ("hvs.one", "hvs.two\n"):
        path.write_text(written)
        assert login.token(node.address) == written.strip()
    assert asked(node) == []
    assert "hvs." not in repr(vars(login))
