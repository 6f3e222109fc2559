"""What can happen on the way to a node and back, and what is then known."""

from __future__ import annotations

import secrets
import socket
import threading
import time

import pytest

from ceremonies.errors import Misconfigured
from ceremonies.topology import Cluster
from ceremonies.vault import ClusterClient, TokenDeletion, errors
from ceremonies.vault.deadline import Limits
from lab.scripted_node import (
    Answer,
    Node,
    cut,
    cut_in_the_body,
    drips_body,
    drips_headers,
    says,
    silent,
)

SECONDARY = "sys/replication/dr/secondary"
ATTEMPT = f"{SECONDARY}/generate-operation-token/attempt"
UPDATE = f"{SECONDARY}/generate-operation-token/update"
NONCE = "2dbd10f1-8528-6246-09e7-82b25b8aba63"
OPEN = {"nonce": NONCE, "started": True, "progress": 2, "required": 3}
SHARE = secrets.token_bytes(32) + b"\x2a"
PAGE = "<html><body>permission denied, Vault is sealed</body></html>"


LOST = {
    "cut after the request was taken": (cut, errors.Fault.CUT),
    "cut in the middle of the reply": (cut_in_the_body, errors.Fault.CUT),
    "silence": (silent, errors.Fault.TIMED_OUT),
    "a body that drips": (drips_body, errors.Fault.TIMED_OUT),
    "headers that drip": (drips_headers, errors.Fault.TIMED_OUT),
}


@pytest.mark.parametrize(("answer", "fault"), LOST.values(), ids=LOST.keys())
def test_a_lost_reply_is_told_in_time_and_nothing_is_sent_again(
    client: ClusterClient, node: Node, answer: Answer, fault: errors.Fault
) -> None:
    """The share arrived once, its reply did not: NoReply within the limit, without a trace."""
    node.tell("PUT", UPDATE, answer)
    began = time.monotonic()
    with pytest.raises(errors.NoReply) as raised:
        client.offer(node.address, SHARE, NONCE)
    assert time.monotonic() - began < 2.5
    assert raised.value.fault is fault
    assert len(node.arrived) == 1
    assert raised.value.__context__ is None
    assert SHARE.hex() not in f"{raised.value!r} {raised.value.advice}"


@pytest.mark.parametrize("answer", [cut, silent])
def test_a_deletion_without_a_reply_is_unknown(
    client: ClusterClient, node: Node, answer: Answer
) -> None:
    """The token may be deleted or not: an answer of its own, no error."""
    node.tell("POST", f"{SECONDARY}/operation-token/delete", answer)
    outcome = client.delete_operation_token(node.address, "hvs.x")
    assert outcome is TokenDeletion.UNKNOWN


def test_the_limits_are_three_and_ten_seconds() -> None:
    """An intent lives 30 s; whatever a node does, a call of it is over long before."""
    assert Limits() == Limits(connect=3.0, call=10.0)


def nobody() -> str:
    """Return an address of this machine where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


def client_at(address: str, **cluster: object) -> ClusterClient:
    """Return a client of a cluster with one node at `address`."""
    told = {"name": "b", "address": address, "nodes": (address,)} | cluster
    return ClusterClient(Cluster(**told), limits=Limits(connect=0.5, call=1.5))


def test_a_refused_connection_sent_nothing() -> None:
    """Nobody listens: NotReachable, which says that nothing was sent, also for a deletion."""
    address = nobody()
    client = client_at(address)
    with pytest.raises(errors.NotReachable) as raised:
        client.offer(address, SHARE, NONCE)
    assert raised.value.fault is errors.Fault.REFUSED
    assert "Nothing was sent" in raised.value.advice
    with pytest.raises(errors.NotReachable):
        client.delete_operation_token(address, "hvs.x")


def test_a_connection_cut_as_soon_as_it_stands_leaves_the_truth_unknown() -> None:
    """The other side hung up unread, but from here nobody can tell: what left may have come."""
    with socket.socket() as rude:
        rude.bind(("127.0.0.1", 0))
        rude.listen(1)

        def take_and_leave() -> None:
            rude.accept()[0].close()

        hang_up = threading.Thread(target=take_and_leave)
        hang_up.start()
        address = f"http://127.0.0.1:{rude.getsockname()[1]}"
        with pytest.raises(errors.NoReply):
            client_at(address).offer(address, SHARE, NONCE)
        hang_up.join(timeout=5)


def test_a_connection_that_nobody_takes_ends_in_time() -> None:
    """A full queue drops what knocks, as a firewall does: NotReachable after the limit."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        knocks = [socket.socket() for _ in range(4)]
        for knock in knocks:
            knock.setblocking(False)  # noqa: FBT003 — the socket's own signature
            knock.connect_ex(deaf.getsockname())
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(errors.NotReachable) as raised:
            client_at(address).offer(address, SHARE, NONCE)
        for knock in knocks:
            knock.close()
    assert raised.value.fault is errors.Fault.TIMED_OUT
    assert time.monotonic() - began < 1.2


def test_a_name_that_leads_nowhere_ends_in_time() -> None:
    """Unknown, or not answered by any name server: NotReachable after the limit at most."""
    began = time.monotonic()
    with pytest.raises(errors.NotReachable) as raised:
        client_at("http://nowhere.invalid:8200").start("http://nowhere.invalid:8200")
    assert raised.value.fault in {errors.Fault.NAME_UNKNOWN, errors.Fault.TIMED_OUT}
    assert time.monotonic() - began < 1.2


def test_a_name_is_resolved(node: Node) -> None:
    """Nodes are listed by name as well as by number."""
    address = f"http://localhost:{node.listener.server_port}"
    node.tell("GET", ATTEMPT, says(OPEN))
    assert client_at(address).attempt(address).nonce == NONCE


STRANGE = {
    "a page with 200": says(PAGE, kind="text/html"),
    "a page that says it is JSON": says(PAGE),
    "a page with 403": says(PAGE, status=403, kind="text/html"),
    "a page with 502": says(PAGE, status=502, kind="text/html"),
    "nothing with 503": says(status=503),
    "nothing with 200": says(),
    "an error without words": says({"errors": []}, status=405),
    "JSON that is nested too deeply": says("[" * 100_000),
    "more than any reply of Vault's": says('{"nonce": "' + "a" * (2 << 20) + '"}'),
    "a moved page without a target": says(status=307),
}


@pytest.mark.parametrize("answer", STRANGE.values(), ids=STRANGE.keys())
def test_what_is_not_vaults_leaves_the_truth_unknown(
    client: ClusterClient, node: Node, answer: Answer
) -> None:
    """A load balancer's words are not taken for Vault's, whatever they say or their number."""
    node.tell("PUT", UPDATE, answer)
    with pytest.raises(errors.UnexpectedReply) as raised:
        client.offer(node.address, SHARE, NONCE)
    assert isinstance(raised.value, errors.TruthUnknown)
    assert "html" not in f"{raised.value!r} {raised.value.advice}"
    assert raised.value.__context__ is None


def test_plain_http_to_a_node_that_speaks_tls_is_told(client: ClusterClient, node: Node) -> None:
    """Go's server answers this in plain text; the mend is in the configuration."""
    said = says("Client sent an HTTP request to an HTTPS server.\n", status=400, kind="text/plain")
    node.tell("GET", ATTEMPT, said)
    with pytest.raises(errors.WrongScheme):
        client.attempt(node.address)


@pytest.mark.parametrize(
    "address", ["vault-b.example:8200", "ftp://vault-b.example", "http://[::1"]
)
def test_an_address_that_cannot_be_used_is_told_at_once(address: str) -> None:
    """A typing mistake is found when the client is made, not when the day comes."""
    with pytest.raises(Misconfigured) as raised:
        client_at(address)
    assert address in str(raised.value)
