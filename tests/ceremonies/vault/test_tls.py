"""Whom a client trusts over TLS, and that the limits hold there too."""

from __future__ import annotations

import ipaddress
import secrets
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ceremonies.errors import Misconfigured
from ceremonies.topology import Cluster
from ceremonies.vault import ClusterClient, Reach, errors
from lab.scripted_node import Node, Nodes, drips_body, drips_headers, says
from tests.papers import Papers

ATTEMPT = "sys/replication/dr/secondary/generate-operation-token/attempt"
UPDATE = "sys/replication/dr/secondary/generate-operation-token/update"
NONCE = "2dbd10f1-8528-6246-09e7-82b25b8aba63"
OPEN = {"nonce": NONCE, "started": True, "progress": 2, "required": 3}
SHARE = secrets.token_bytes(32) + b"\x2a"


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    """Give out papers for 127.0.0.1."""
    return Papers(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture
def tls_node(nodes: Nodes, papers: Papers) -> Node:
    """Give out a node that shows them."""
    node = nodes.start(tls=papers.server())
    node.tell("GET", ATTEMPT, says(OPEN))
    node.tell("PUT", UPDATE, says(OPEN))
    return node


def test_a_certificate_under_ca_file_is_trusted(
    client_of: Callable[..., ClusterClient], tls_node: Node, papers: Papers
) -> None:
    """The cluster's own authority is enough."""
    client = client_of(tls_node, ca_file=papers.certificate)
    assert client.attempt(tls_node.address).nonce == NONCE


def test_a_certificate_of_somebody_else_gets_no_share(
    client_of: Callable[..., ClusterClient], tls_node: Node, tmp_path: Path
) -> None:
    """Without trust nothing is sent; the advice names the keys to look at."""
    other = Papers(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    for cluster in ({"ca_file": other.certificate}, {}):
        client = client_of(tls_node, **cluster)
        with pytest.raises(errors.NotReachable) as raised:
            client.offer(tls_node.address, SHARE, NONCE)
        assert raised.value.fault is errors.Fault.TLS
        assert "ca_file" in raised.value.advice
        assert client.look(0.0).nodes[0].reached is Reach.FAILED
    assert tls_node.arrived == []


def test_a_server_name_is_checked_instead_of_the_address(
    client_of: Callable[..., ClusterClient], nodes: Nodes, tmp_path: Path
) -> None:
    """`tls_server_name` names what the certificate is for, where the address is a number."""
    papers = Papers(tmp_path, x509.DNSName("vault-b.internal"))
    node = nodes.start(tls=papers.server())
    node.tell("GET", ATTEMPT, says(OPEN))
    trusted = client_of(node, ca_file=papers.certificate, tls_server_name="vault-b.internal")
    assert trusted.attempt(node.address).nonce == NONCE
    for name in (None, "vault-a.internal"):
        client = client_of(node, ca_file=papers.certificate, tls_server_name=name)
        with pytest.raises(errors.NotReachable):
            client.attempt(node.address)


def test_a_client_certificate_is_shown(
    client_of: Callable[..., ClusterClient], nodes: Nodes, papers: Papers, tmp_path: Path
) -> None:
    """A node that asks for one lets in who has it."""
    ours = Papers(tmp_path, x509.DNSName("conclave.internal"))
    asking = papers.server()
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_verify_locations(ours.certificate)
    node = nodes.start(tls=asking)
    node.tell("GET", ATTEMPT, says(OPEN))
    known = client_of(
        node,
        ca_file=papers.certificate,
        client_cert_file=ours.certificate,
        client_key_file=ours.key,
    )
    assert known.attempt(node.address).nonce == NONCE
    with pytest.raises(errors.VaultError):
        client_of(node, ca_file=papers.certificate).attempt(node.address)


@pytest.mark.parametrize("answer", [drips_headers, drips_body])
def test_a_dripping_reply_ends_in_time_over_tls_too(
    client_of: Callable[..., ClusterClient], tls_node: Node, papers: Papers, answer: object
) -> None:
    """The deadline stands below TLS as it does below plain HTTP."""
    tls_node.tell("PUT", UPDATE, answer)
    began = time.monotonic()
    with pytest.raises(errors.NoReply) as raised:
        client_of(tls_node, ca_file=papers.certificate).offer(tls_node.address, SHARE, NONCE)
    assert raised.value.fault is errors.Fault.TIMED_OUT
    assert time.monotonic() - began < 2.5


def test_tls_to_a_plain_node_sends_nothing(
    client_of: Callable[..., ClusterClient], node: Node
) -> None:
    """A share is not typed into a handshake that failed."""
    address = node.address.replace("http:", "https:")
    cluster = {"address": address, "nodes": (address,)}
    with pytest.raises(errors.NotReachable) as raised:
        client_of(node, **cluster).offer(address, SHARE, NONCE)
    assert raised.value.fault is errors.Fault.TLS
    assert node.arrived == []


@pytest.mark.parametrize("key", ["ca_file", "client_cert_file"])
def test_a_file_that_cannot_be_used_is_told_at_once(tmp_path: Path, key: str) -> None:
    """The key of the configuration stands in the error, when the client is made."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    for file in (empty, tmp_path / "missing.pem"):
        told = {key: file}
        with pytest.raises(Misconfigured) as raised:
            ClusterClient(Cluster(name="b", address="https://vault-b.example", nodes=(), **told))
        assert key in str(raised.value)


def test_a_key_with_a_passphrase_is_refused_and_not_asked_about(
    papers: Papers, tmp_path: Path
) -> None:
    """A service has no terminal on which somebody could type it."""
    locked = tmp_path / "locked.key"
    key = ec.generate_private_key(ec.SECP256R1())
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(secrets.token_bytes(16)),
        )
    )
    files = {"client_cert_file": papers.certificate, "client_key_file": locked}
    with pytest.raises(Misconfigured):
        ClusterClient(Cluster(name="b", address="https://vault-b.example", nodes=(), **files))
