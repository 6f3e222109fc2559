"""One server, Sentinel, Cluster: all that Conclave does at Redis works on each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import StoreUnreachable
from ceremonies.log import heads, log_key
from lab.process import wait_until
from tests.everything import WRITTEN, use_everything
from tests.logs import SET, add, begin, connected, grow, open_log, somebody, won
from tests.redises import DURABLE, Move, join, serve, serve_cluster, serve_replica, watch


def test_one_server(tmp_path: Path) -> None:
    """A plain redis:// URL."""
    server = serve(tmp_path, **DURABLE)
    assert use_everything(server.url) == WRITTEN
    server.child.kill()


def test_one_server_with_a_replica(tmp_path: Path) -> None:
    """The same with a replica that confirms."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary)
    assert use_everything(primary.url) == WRITTEN
    with replica.client as there:
        assert there.exists(log_key(SET)), "the replica has it too"
    replica.child.kill()
    primary.child.kill()


def test_a_cluster(tmp_path: Path) -> None:
    """A Cluster: the keys of a set share a slot, sets are spread, wakes reach every node."""
    node = serve_cluster(tmp_path, **DURABLE)
    assert use_everything(node.url.replace("redis://", "redis+cluster://")) == WRITTEN
    node.child.kill()


def test_a_slot_that_moves_is_found(tmp_path: Path) -> None:
    """A set's slot goes to another node of the Cluster between appends: nothing is lost."""
    one = serve_cluster(tmp_path / "one", **DURABLE)
    other = join(tmp_path / "other", one, **DURABLE)
    move = Move(key=log_key(SET), source=one, target=other)
    identity = somebody()
    with connected(one.url.replace("redis://", "redis+cluster://")) as client:
        log = open_log(client, identity)
        entries = [first := begin(log, identity)]
        entries += grow(log, first, 1)
        move.begin()
        entries.append(won(add(log, entries[-1].head, "while it moves", confirm=True)))
        entries.append(won(add(log, entries[-1].head, "still")))
        move.end()
        entries.append(won(add(log, entries[-1].head, "moved", confirm=True)))
        entries.append(won(add(log, entries[-1].head, "after", confirm=True)))
        assert log.load() == entries
        assert log.verify().holds
    other.child.kill()
    one.child.kill()


def test_behind_sentinel(tmp_path: Path) -> None:
    """The primary is found by the service's name; a Sentinel that is away is passed over."""
    primary = serve(tmp_path / "primary", **DURABLE)
    sentinel = watch(tmp_path / "sentinel", primary, service="main")
    service = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/main/0"
    assert use_everything(service) == WRITTEN
    other = f"redis+sentinel://127.0.0.1:{sentinel.port}/other"
    with connected(other) as client, pytest.raises(StoreUnreachable):
        store.now(client)
    sentinel.child.kill()
    primary.child.kill()


def test_a_failover_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    """The primary is killed: we go on with the promoted replica, and all is there."""
    primary = serve(tmp_path / "primary", **DURABLE)
    replica = serve_replica(tmp_path / "replica", primary, **DURABLE)
    sentinel = watch(tmp_path / "sentinel", primary, service="main")
    wait_until(lambda: _knows_replica(sentinel.url), seconds=15, what="sentinel knows the replica")
    identity = somebody()
    with connected(f"redis+sentinel://127.0.0.1:{sentinel.port}/main") as client:
        log = open_log(client, identity)
        first = begin(log, identity)
        kept = [first, *grow(log, first, 3)]
        kept.append(won(add(log, kept[-1].head, "confirmed", confirm=True)))
        primary.child.kill()
        wait_until(lambda: _answers(client), seconds=30, what="the replica was promoted", every=0.2)
        assert log.follow(kept[-1].head) == []
        kept.append(won(add(log, kept[-1].head, "afterwards", confirm=True)))
        assert open_log(client, identity).load() == kept
        assert log.verify().holds
    with replica.client as there:
        assert there.info("replication")["role"] == "master"
    sentinel.child.kill()
    replica.child.kill()


def _knows_replica(sentinel_url: str) -> bool:
    with connected(sentinel_url) as client:
        return bool(client.execute_command("SENTINEL", "REPLICAS", "main"))


def _answers(client: store.Redis) -> bool:
    try:
        return heads(client, [SET])[SET].n > 0
    except StoreUnreachable:
        return False
