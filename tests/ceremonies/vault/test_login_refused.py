"""Logins that cannot be: what is missing, what Vault refuses, what is only away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ceremonies.topology import AppRole, Kubernetes, TokenFile
from ceremonies.vault import ClusterClient, errors
from lab.scripted_node import Answer, Node, Nodes, cut, moved, refuses, says
from tests.ceremonies.vault.logins import DENIED, LOGIN, SECRET_ID, STATUS, Make, asked, mode

UNUSABLE: dict[str, bytes | None] = {
    "not there": None,
    "empty": b"\n",
    "two lines": b"a\nb",
    "with a space": b"a b",
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("content", UNUSABLE.values(), ids=UNUSABLE.keys())
@pytest.mark.parametrize("key", ["token_file", "secret_id_file", "jwt_file"])
def test_a_file_that_holds_no_secret_is_told_by_its_key(
    client_of: Make, node: Node, tmp_path: Path, key: str, content: bytes | None
) -> None:
    """Nothing is sent, and the step is one for people."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    auths: dict[str, Any] = {
        "token_file": TokenFile(token_file=path),
        "secret_id_file": AppRole(role_id="r", secret_id_file=path),
        "jwt_file": Kubernetes(role="r", jwt_file=path),
    }
    node.tell("GET", STATUS, mode("primary"))
    with pytest.raises(errors.LoginMissing, match=key) as raised:
        client_of(node, auth=auths[key]).login.token(node.address)
    assert isinstance(raised.value, errors.PermissionDenied)
    assert "by hand" in raised.value.advice
    assert asked(node) == []


def test_without_auth_people_do_it(client: ClusterClient, node: Node) -> None:
    """No login configured: not even what the cluster is is asked."""
    with pytest.raises(errors.LoginMissing) as raised:
        client.login.token(node.address)
    assert "auth" in raised.value.advice
    assert node.arrived == []


REFUSED = {
    "denied": DENIED,
    "a wrong secret": refuses("invalid role or secret ID"),
    "no such mount": refuses("no handler for route", status=404),
    "no such path": refuses("unsupported path", status=404),
    "no such role": refuses('invalid role name "conclave"'),
}


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED.keys())
def test_a_login_that_vault_refuses_is_people_s_work(
    client_of: Make, node: Node, approle: AppRole, answer: Answer
) -> None:
    """Whatever the words: the error is one, without the secret, and says what to compare."""
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, answer)
    with pytest.raises(errors.LoginRefused) as raised:
        client_of(node, auth=approle).login.token(node.address)
    told = f"{raised.value!r} {raised.value} {raised.value.advice} {raised.value.__context__!r}"
    assert SECRET_ID not in told
    assert "mount" in told
    assert isinstance(raised.value, errors.PermissionDenied)


AWAY = {
    "sealed": (refuses("Vault is sealed", status=503), errors.Sealed),
    "no reply": (cut, errors.NoReply),
    "a bad gateway": (says("<html>", status=502), errors.UnexpectedReply),
    "too many at once": (refuses("quota exceeded", status=429), errors.UnexpectedReply),
    "no token in it": (says({"auth": None}), errors.UnexpectedReply),
}


@pytest.mark.parametrize(("answer", "error"), AWAY.values(), ids=AWAY.keys())
def test_what_is_no_refusal_is_told_as_what_it_is(
    client_of: Make,
    node: Node,
    approle: AppRole,
    answer: Answer,
    error: type[errors.VaultError],
) -> None:
    """A cluster that is away does not make a step people's work."""
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, answer)
    with pytest.raises(error) as raised:
        client_of(node, auth=approle).login.token(node.address)
    assert not isinstance(raised.value, errors.PermissionDenied)


def test_a_secret_goes_to_listed_nodes_only(
    client_of: Make, nodes: Nodes, approle: AppRole
) -> None:
    """A redirect to a stranger is not followed with the secret id in it."""
    node, stranger = nodes.start(), nodes.start()
    node.tell("GET", STATUS, mode("primary"))
    node.tell("POST", LOGIN, moved(f"{stranger.address}/v1/{LOGIN}"))
    with pytest.raises(errors.RedirectRefused):
        client_of(node, auth=approle).login.token(node.address)
    assert stranger.arrived == []
