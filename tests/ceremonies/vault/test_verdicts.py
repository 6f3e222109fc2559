"""Whether a cluster takes a token, asked without using it up: yes, no, and "cannot tell"."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from ceremonies.policies import policy_name
from ceremonies.vault import ClusterClient
from ceremonies.vault.shift_tokens import NEEDED, Verdict
from lab.enterprise import ReplicationRange
from lab.process import wait_until
from lab.scripted_node import (
    Answer,
    Node,
    Nodes,
    cut,
    cut_in_the_body,
    moved,
    refuses,
    says,
    silent,
)
from tests.ceremonies.vault.duty_desk import Desk, client_of

OWN = ("GET", "auth/token/lookup-self")
RIGHTS = ("POST", "sys/capabilities-self")
AUTOPILOT = ("GET", "sys/storage/raft/autopilot/state")
TOKEN = f"hvb.{secrets.token_urlsafe(40)}"
LOOKED_UP = says({"data": {"type": "batch", "ttl": 600, "policies": ["default"], "path": "p"}})
MAY = says({"data": {path: ["update"] for path in NEEDED}})


def page(status: int) -> Answer:
    """A load balancer's page."""
    return says(f"<html><h1>{status}</h1></html>", status=status, kind="text/html")


UNTELLING = {
    "sealed": refuses("Vault is sealed", status=503),
    "not initialised": refuses("Vault is not initialized", status=503),
    "no leader": refuses("local node not active but active cluster node not found", status=500),
    "an internal error": refuses("internal error", status=500),
    "a rate limit": refuses('request path "x": rate limit quota exceeded', status=429),
    "too many requests, empty": says(status=429),
    "a bad gateway": page(502),
    "away": page(503),
    "a proxy's 403": page(403),
    "a standby that points elsewhere": moved("https://elsewhere.example/v1/x"),
    "a mode that does not serve it": refuses(
        "path disabled in replication DR secondary mode", status=400
    ),
    "another server": says({"hello": "world"}),
    "no JSON": says("OK", kind="text/plain"),
    "nothing": says(status=204),
    "cut": cut,
    "cut in the body": cut_in_the_body,
    "silent": silent,
}


def each(answers: dict[str, Answer]) -> pytest.MarkDecorator:
    """Try each of these answers."""
    return pytest.mark.parametrize("answer", list(answers.values()), ids=list(answers))


@each(UNTELLING)
def test_a_primary_that_does_not_tell(client: ClusterClient, node: Node, answer: Answer) -> None:
    """No answer about the token is no verdict on it, at the first question or the second."""
    node.tell(*OWN, answer)
    node.tell(*RIGHTS, MAY)
    said = client.shift_tokens.verdict_on_primary(node.address, TOKEN)
    assert said.verdict is Verdict.UNKNOWN
    assert said.words
    assert TOKEN not in said.words
    node.tell(*OWN, LOOKED_UP)
    node.tell(*RIGHTS, answer)
    assert client.shift_tokens.verdict_on_primary(node.address, TOKEN).verdict is Verdict.UNKNOWN


@each(UNTELLING)
def test_a_secondary_that_does_not_tell(client: ClusterClient, node: Node, answer: Answer) -> None:
    """A sealed, busy or silent node has not refused the token."""
    node.tell(*AUTOPILOT, answer)
    said = client.shift_tokens.verdict_on_secondary(node.address, TOKEN)
    assert said.verdict is Verdict.UNKNOWN
    assert TOKEN not in said.words


def test_nobody_there(client_of: Callable[..., ClusterClient], nodes: Nodes) -> None:
    """A node that is down tells nothing."""
    node = nodes.start()
    tokens = client_of(node).shift_tokens
    nodes.stop(node)
    assert tokens.verdict_on_primary(node.address, TOKEN).verdict is Verdict.UNKNOWN
    assert tokens.verdict_on_secondary(node.address, TOKEN).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "may", "verdict"),
    [
        pytest.param("batch", {p: ["update"] for p in NEEDED}, Verdict.GOOD, id="as it has to be"),
        pytest.param("batch", {p: ["deny"] for p in NEEDED}, Verdict.REFUSED, id="policy gone"),
        pytest.param(
            "batch",
            {NEEDED[0]: ["update"], NEEDED[1]: ["deny"]},
            Verdict.REFUSED,
            id="only promote",
        ),
        pytest.param("batch", {p: ["read"] for p in NEEDED}, Verdict.REFUSED, id="only to read"),
        pytest.param(
            "service", {p: ["update"] for p in NEEDED}, Verdict.REFUSED, id="a service token"
        ),
    ],
)
def test_both_questions_count(
    client: ClusterClient, node: Node, kind: str, may: dict[str, list[str]], verdict: Verdict
) -> None:
    """What a token says of itself and what it may: each can spoil it."""
    node.tell(*OWN, says({"data": {"type": kind, "ttl": 600, "policies": [], "path": "p"}}))
    node.tell(*RIGHTS, says({"data": may}))
    assert client.shift_tokens.verdict_on_primary(node.address, TOKEN).verdict is verdict


def tampered(token: str) -> str:
    """Return the token with one letter of its end changed."""
    at = len(token) - 5
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


def verdicts(desk: Desk, token: str) -> tuple[Verdict, Verdict]:
    """Return what the primary and the secondary say."""
    b = client_of(desk.vaults, "b")
    return (
        desk.tokens.verdict_on_primary(desk.node, token).verdict,
        b.shift_tokens.verdict_on_secondary(b.active_node(), token).verdict,
    )


def test_a_token_on_real_clusters(desk: Desk) -> None:
    """A fresh one is good on both; a tampered, cut, foreign or made-up one on none."""
    desk.vaults.replicate("b")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    assert verdicts(desk, made.token) == (Verdict.GOOD, Verdict.GOOD)
    nobodys = (tampered(made.token), made.token[:-10], TOKEN, secrets.token_hex(12))
    for token in nobodys:
        assert verdicts(desk, token) == (Verdict.REFUSED, Verdict.REFUSED)


def test_a_token_that_ended(desk: Desk) -> None:
    """Each cluster refuses it by itself."""
    desk.vaults.replicate("b")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=1)
    wait_until(
        lambda: verdicts(desk, made.token) == (Verdict.REFUSED, Verdict.REFUSED),
        seconds=10,
        what="it has ended",
    )


def test_its_policy_goes(desk: Desk) -> None:
    """The primary refuses it at once, though it looks well; the secondary when it was told."""
    desk.vaults.replicate("b")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    other = desk.tokens.mint(desk.node, desk.login, place=2, ttl_s=600)
    desk.tokens.delete_policy(desk.node, desk.login, policy_name(1))
    assert desk.tokens.lookup_self(desk.node, made.token).kind == "batch"
    assert verdicts(desk, made.token) == (Verdict.REFUSED, Verdict.GOOD)
    desk.vaults.replicate("b")
    assert verdicts(desk, made.token) == (Verdict.REFUSED, Verdict.REFUSED)
    assert verdicts(desk, other.token) == (Verdict.GOOD, Verdict.GOOD)


def test_its_role_goes(desk: Desk) -> None:
    """What was minted stays good: the policy is what a token lives by."""
    desk.vaults.replicate("b")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    desk.as_operator("DELETE", f"auth/token/roles/{policy_name(1)}")
    desk.vaults.replicate("b")
    assert verdicts(desk, made.token) == (Verdict.GOOD, Verdict.GOOD)


def test_a_weaker_policy(desk: Desk) -> None:
    """One that does not let it re-point is refused on the primary; the harmless read still goes."""
    autopilot = f'path "{AUTOPILOT[1]}" {{ capabilities = ["read"] }}'
    promote = f'path "{NEEDED[0]}" {{ capabilities = ["update"] }}'
    body = {"policy": f"{autopilot}\n{promote}"}
    desk.as_operator("PUT", f"sys/policies/acl/{policy_name(1)}", body)
    desk.vaults.replicate("b")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    assert verdicts(desk, made.token) == (Verdict.REFUSED, Verdict.GOOD)


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_sealed_cluster_has_not_refused_it(
    desk: Desk, ring_vaults: ReplicationRange, name: str
) -> None:
    """Sealed it cannot tell; unsealed it takes the same token."""
    ring_vaults.replicate("b")
    made = desk.tokens.mint(desk.node, desk.login, place=1, ttl_s=600)
    asked = client_of(ring_vaults, name)
    node = asked.active_node()
    tokens = asked.shift_tokens
    verdict = tokens.verdict_on_primary if name == "a" else tokens.verdict_on_secondary
    ring_vaults[name].seal()
    assert verdict(node, made.token).verdict is Verdict.UNKNOWN
    ring_vaults[name].unseal()
    wait_until(
        lambda: verdict(node, made.token).verdict is Verdict.GOOD,
        seconds=20,
        what="it is taken again",
    )
