"""A Redis that may forget is refused, with what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import StoreUnreachable, StoreUnsafe
from tests.logs import connected
from tests.redises import Server, serve, serve_cluster

AOF = {"appendonly": "yes"}
ALLOWED = ("ON", ">hush", "~*", "&*", "+@all")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"appendonly": "yes"}, id="an append-only file"),
        pytest.param({"save": "60 1"}, id="save points"),
        pytest.param({"appendonly": "yes", "maxmemory": "64mb"}, id="a limit, but no eviction"),
    ],
)
def test_a_redis_that_keeps_is_taken(tmp_path: Path, settings: dict[str, str]) -> None:
    """It evicts nothing and persists in one way or the other."""
    server = serve(tmp_path, **settings)
    with connected(server.url) as client:
        store.check(client)
    server.child.kill()


@pytest.mark.parametrize(
    "policy", ["allkeys-lru", "volatile-ttl", "allkeys-random"], ids=lambda name: name
)
@pytest.mark.parametrize("maxmemory", ["0", "64mb"], ids=["no limit yet", "with a limit"])
def test_a_redis_that_evicts_is_refused(tmp_path: Path, policy: str, maxmemory: str) -> None:
    """Any policy but noeviction, also while no limit is set: one CONFIG SET later it evicts."""
    server = serve(tmp_path, **AOF, maxmemory=maxmemory, maxmemory_policy=policy)
    with connected(server.url) as client, pytest.raises(StoreUnsafe, match=policy) as caught:
        store.check(client)
    assert "maxmemory-policy noeviction" in caught.value.advice
    server.child.kill()


def test_a_redis_that_does_not_persist_is_refused(tmp_path: Path) -> None:
    """Without append-only file and save points a restart forgets everything."""
    server = serve(tmp_path)
    with connected(server.url) as client, pytest.raises(StoreUnsafe, match="persist") as caught:
        store.check(client)
    assert "appendonly yes" in caught.value.advice
    server.child.kill()


def managed(server: Server, *but: str) -> str:
    """Return the URL of a user who may not ask for the configuration, as at a managed Redis."""
    with server.client as client:
        client.execute_command("ACL", "SETUSER", "guest", *ALLOWED, "-config", *but)
    return server.url.replace("://", "://guest:hush@")


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        pytest.param({"appendonly": "yes"}, None, id="append-only file"),
        pytest.param(
            {"appendonly": "yes", "maxmemory_policy": "allkeys-lru"}, "evict", id="evicts"
        ),
        pytest.param({}, "append-only file", id="nothing to be seen"),
    ],
)
def test_where_config_is_forbidden_info_tells(
    tmp_path: Path, settings: dict[str, str], refused: str | None
) -> None:
    """Managed ones forbid CONFIG; what INFO says is enough, or it is said what cannot be seen."""
    server = serve(tmp_path, **settings)
    with connected(managed(server)) as client:
        if refused is None:
            store.check(client)
        else:
            with pytest.raises(StoreUnsafe, match=refused):
                store.check(client)
    server.child.kill()


def test_where_config_is_forbidden_a_snapshot_counts(tmp_path: Path) -> None:
    """A Redis that has taken a snapshot since it started takes some."""
    server = serve(tmp_path, save="900 1")
    url = managed(server)
    with server.client as client:
        client.save()
    with connected(url) as client:
        store.check(client)
    server.child.kill()


def test_where_info_is_forbidden_too(tmp_path: Path) -> None:
    """Who may ask nothing cannot find out; the advice lists the rights that are needed."""
    server = serve(tmp_path, **AOF)
    url = managed(server, "-info")
    with connected(url) as client, pytest.raises(StoreUnreachable) as caught:
        store.check(client)
    assert "+info" in caught.value.advice
    server.child.kill()


def test_each_primary_of_a_cluster_is_asked(tmp_path: Path) -> None:
    """A Cluster is as safe as its nodes are."""
    safe = serve_cluster(tmp_path / "safe", **AOF)
    with connected(safe.url.replace("redis://", "redis+cluster://")) as client:
        store.check(client)
    safe.child.kill()
    unsafe = serve_cluster(tmp_path / "unsafe", **AOF, maxmemory_policy="volatile-lru")
    url = unsafe.url.replace("redis://", "redis+cluster://")
    with connected(url) as client, pytest.raises(StoreUnsafe, match="volatile-lru"):
        store.check(client)
    unsafe.child.kill()
