"""An activation token opens the primary's data: it is checked before anybody keeps it."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from ceremonies.vault import ActivationToken, ClusterClient, errors
from lab.scripted_node import Answer, Node, Nodes, cut, refuses, says

PATH = "sys/replication/dr/primary/secondary-token"
OWN = f"hvs.{secrets.token_hex(12)}"
JTI = f"hvs.{secrets.token_hex(40)}"
HALF_AN_HOUR = 1800


def part(content: object) -> str:
    """Return one part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def claims(node: Node, **changed: object) -> dict[str, Any]:
    """Return what Vault writes into the token, changed."""
    now = int(time.time())
    told = {
        "accessor": "",
        "addr": node.address,
        "exp": now + HALF_AN_HOUR,
        "iat": now,
        "jti": JTI,
        "nbf": now - 5,
        "type": "wrapping",
    }
    return {k: v for k, v in (told | changed).items() if v is not None}


def jwt(content: object) -> str:
    """Return it signed by nobody."""
    return f"{part({'alg': 'ES512', 'typ': 'JWT'})}.{part(content)}.{secrets.token_urlsafe(99)}"


def made(token: str, **changed: object) -> Answer:
    """Return what the primary answers."""
    wrap = {"token": token, "ttl": HALF_AN_HOUR, "creation_path": PATH} | changed
    return says({"request_id": "r", "data": None, "wrap_info": wrap, "warnings": None})


def test_it_is_made_and_read(client: ClusterClient, node: Node) -> None:
    """Its end and its primary are read offline; no repr shows it."""
    content = claims(node)
    token = jwt(content)
    node.tell("POST", PATH, made(token))
    activation = client.operations.activation_token(node.address, OWN, "b-1", ttl="10m")
    assert activation == ActivationToken(
        token=token,
        expires_at=content["exp"] * 1000,
        address=node.address,
        secondary_id="b-1",
    )
    assert token not in repr(activation)
    assert node.bodies("POST") == [{"id": "b-1", "ttl": "10m"}]
    assert node.arrived[0].headers["x-vault-token"] == OWN
    assert "x-vault-wrap-ttl" not in node.arrived[0].headers


@pytest.mark.parametrize(
    "changed",
    [{"iat": None}, {"accessor": None, "nbf": None}, {"exp": -60}],
    ids=["no time of making", "fewer claims", "a clock that is a minute behind"],
)
def test_what_does_not_matter_may_be_missing(
    client: ClusterClient, node: Node, changed: dict[str, int | None]
) -> None:
    """A primary's clock may be some minutes behind ours; `exp` is told from now."""
    ends = changed.get("exp")
    changed = {"iat": None} | changed
    if ends is not None:
        changed["exp"] = int(time.time()) + ends
    node.tell("POST", PATH, made(jwt(claims(node, **changed)), creation_path=""))
    assert client.operations.activation_token(node.address, OWN, "b").address == node.address


UNFIT: dict[str, tuple[Callable[[Node], str], dict[str, object], str]] = {
    "another primary's": (
        lambda node: jwt(claims(node, addr="https://192.0.2.1:8200")),
        {},
        "not listed",
    ),
    "no address": (lambda node: jwt(claims(node, addr=None)), {}, "not listed"),
    "an address that is none": (lambda node: jwt(claims(node, addr="http://[")), {}, "not listed"),
    "one that has ended": (
        lambda node: jwt(claims(node, exp=int(time.time()) - HALF_AN_HOUR, iat=1)),
        {},
        "ended",
    ),
    "one without an end": (lambda node: jwt(claims(node, exp=None)), {}, "ended"),
    "one that ended when it was made": (
        lambda node: jwt(claims(node, iat=int(time.time()) + HALF_AN_HOUR + 9)),
        {},
        "ended",
    ),
    "another kind": (lambda node: jwt(claims(node, type="service")), {}, "no wrapping token"),
    "nothing wrapped": (lambda node: jwt(claims(node, jti="")), {}, "no wrapping token"),
    "wrapped anew": (
        lambda node: jwt(claims(node)),
        {"creation_path": "sys/wrapping/rewrap"},
        "another request",
    ),
    "no JWT": (lambda _: JTI, {}, "cannot be read"),
    "no base64": (lambda _: "a.!!!.c", {}, "cannot be read"),
    "no JSON": (lambda _: f"a.{base64.urlsafe_b64encode(b'x').decode()}.c", {}, "cannot be read"),
    "a list": (lambda _: jwt([]), {}, "cannot be read"),
}


@pytest.mark.parametrize(("token", "changed", "words"), UNFIT.values(), ids=UNFIT.keys())
def test_one_that_leads_elsewhere_is_dropped(
    client: ClusterClient,
    node: Node,
    token: Callable[[Node], str],
    changed: dict[str, object],
    words: str,
) -> None:
    """It is not returned, and the advice is to revoke the id that the primary knows now."""
    written = token(node)
    node.tell("POST", PATH, made(written, **changed))
    with pytest.raises(errors.ActivationUnfit) as raised:
        client.operations.activation_token(node.address, OWN, "b")
    told = f"{raised.value!r} {raised.value} {raised.value.advice} {raised.value.__context__!r}"
    assert words in told
    assert "Revoke" in told
    assert not any(secret in told for secret in (OWN, JTI, written))


def test_any_listed_node_of_the_primary_will_do(
    client_of: Callable[..., ClusterClient], nodes: Nodes
) -> None:
    """Vault writes its `api_addr`, which may be another node's than the one that was asked."""
    first, second, third = nodes.start(), nodes.start(), nodes.start()
    client = client_of(first, second, address=third.address)
    for named in (first, second, third):
        first.tell("POST", PATH, made(jwt(claims(named, addr=f"{named.address}/"))))
        made_one = client.operations.activation_token(first.address, OWN, "b")
        assert made_one.address.startswith(named.address)


LOST = {
    "no reply": (cut, errors.NoReply),
    "no token": (says({"wrap_info": None, "data": {}}), errors.UnexpectedReply),
    "an empty token": (made(""), errors.UnexpectedReply),
    "nothing": (says(status=204), errors.UnexpectedReply),
    "an id twice": (refuses("secondary with that ID already exists"), errors.SecondaryIdTaken),
    "no right": (refuses("permission denied", status=403), errors.RightMissing),
    "no primary": (refuses("Not a DR primary."), errors.NotAPrimary),
}


@pytest.mark.parametrize(("answer", "error"), LOST.values(), ids=LOST.keys())
def test_none_is_made_twice(
    client: ClusterClient, node: Node, answer: Answer, error: type[errors.VaultError]
) -> None:
    """A token whose reply is lost is held by nobody: its id is revoked, never asked for again."""
    node.tell("POST", PATH, answer)
    with pytest.raises(error):
        client.operations.activation_token(node.address, OWN, "b")
    assert len(node.arrived) == 1
