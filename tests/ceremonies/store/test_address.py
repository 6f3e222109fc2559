"""CONCLAVE_REDIS_URL: what it may say, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import Misconfigured, StoreUnreachable
from ceremonies.store.address import Address, parse
from tests.redises import serve


@pytest.mark.parametrize(
    ("url", "kind", "hosts", "service", "db"),
    [
        ("redis://cache.example", "redis", (("cache.example", 6379),), "", 0),
        ("redis://cache.example:7000/3", "redis", (("cache.example", 7000),), "", 3),
        ("redis://cache.example/", "redis", (("cache.example", 6379),), "", 0),
        ("redis://[::1]:7000/0", "redis", (("::1", 7000),), "", 0),
        ("redis://[fe80::1]", "redis", (("fe80::1", 6379),), "", 0),
        (
            "redis+sentinel://s1:26379,s2:26380/main/2",
            "redis+sentinel",
            (("s1", 26379), ("s2", 26380)),
            "main",
            2,
        ),
        (
            "redis+sentinel://s1,s2/main",
            "redis+sentinel",
            (("s1", 26379), ("s2", 26379)),
            "main",
            0,
        ),
        ("redis+cluster://c1:7000,c2", "redis+cluster", (("c1", 7000), ("c2", 6379)), "", 0),
        ("redis+cluster://c1/0", "redis+cluster", (("c1", 6379),), "", 0),
    ],
)
def test_what_a_url_says(
    url: str, kind: str, hosts: tuple[tuple[str, int], ...], service: str, db: int
) -> None:
    """Scheme, hosts with their default ports, Sentinel's service, the database."""
    found = parse(url)
    assert (found.kind, found.hosts, found.service, found.db) == (kind, hosts, service, db)
    assert (found.tls, found.username, found.password) == (False, None, None)


def test_who_we_are_and_how_it_is_encrypted() -> None:
    """User and password are percent-decoded; TLS, its files and Sentinel's password are options."""
    found = parse(
        "rediss+sentinel://con%40clave:p%2Fw%3A1@s1,s2/main"
        "?ssl_ca_certs=/etc/ca.pem&sentinel_password=other"
    )
    assert found == Address(
        kind="redis+sentinel",
        tls=True,
        hosts=(("s1", 26379), ("s2", 26379)),
        service="main",
        db=0,
        username="con@clave",
        password="p/w:1",
        options=(("ssl_ca_certs", "/etc/ca.pem"), ("sentinel_password", "other")),
    )
    assert parse("rediss://:hush@h").password == "hush"
    assert parse("redis://only-a-user@h").password is None


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("cache.example:6379", id="no scheme"),
        pytest.param("http://u:hush@cache.example", id="another scheme"),
        pytest.param("redis://", id="no host"),
        pytest.param("redis://u:hush@:6379", id="a port alone"),
        pytest.param("redis://u:hush@h:0", id="port 0"),
        pytest.param("redis://u:hush@h:65536", id="too high a port"),
        pytest.param("redis://u:hush@h:six", id="a port in words"),
        pytest.param("redis://u:hush@h1,h2", id="two hosts, no Sentinel"),
        pytest.param("redis://u:hush@h/zero", id="a database in words"),
        pytest.param("redis+sentinel://u:hush@s1:26379", id="no service"),
        pytest.param("redis+sentinel://u:hush@s1:26379,/main", id="an empty host"),
        pytest.param("redis+cluster://u:hush@c1/1", id="a database in a Cluster"),
        pytest.param("redis://u:hush@h?decode_responses=true", id="an option we do not know"),
    ],
)
def test_a_wrong_url_is_not_repeated(url: str) -> None:
    """It is refused with the shapes that are right, and its password stands in no text."""
    with pytest.raises(Misconfigured) as caught:
        store.connect(url)
    assert "CONCLAVE_REDIS_URL" in str(caught.value)
    assert "redis+sentinel://" in caught.value.advice
    assert "hush" not in f"{caught.value!r}{caught.value.advice}"


def test_no_representation_shows_the_password() -> None:
    """Neither the parsed address nor the client shows what the URL keeps."""
    url = "redis://conclave:hush@127.0.0.1:1/0"
    assert "hush" not in repr(parse(url))
    client = store.connect(url)
    assert "hush" not in repr(client)
    client.close()


def test_a_password_is_used_and_a_wrong_one_is_said(tmp_path: Path) -> None:
    """With the password Redis answers; with another one the advice names the variable."""
    server = serve(tmp_path, requirepass="hush")
    right = store.connect(server.url.replace("://", "://:hush@"))
    assert store.now(right) > 1_700_000_000_000
    right.close()
    for wrong in ("://:guess@", "://"):
        client = store.connect(server.url.replace("://", wrong))
        with pytest.raises(StoreUnreachable) as caught:
            store.now(client)
        assert "guess" not in f"{caught.value}"
        assert "CONCLAVE_REDIS_URL" in caught.value.advice
        client.close()
    server.child.kill()


def test_a_cluster_that_is_not_there() -> None:
    """Where no node answers, or what answers is no Cluster, Redis is unreachable."""
    with pytest.raises(StoreUnreachable):
        store.connect("redis+cluster://127.0.0.1:1")


def test_a_server_that_hangs_is_given_up(tmp_path: Path) -> None:
    """A Redis that takes connections and says nothing is unreachable after seconds, not minutes."""
    server = serve(tmp_path)
    client = store.connect(server.url)
    before = store.now(client)
    server.child.pause()
    with pytest.raises(StoreUnreachable):
        store.now(client)
    server.child.resume()
    assert store.now(client) - before < 8_000
    client.close()
    server.child.kill()
