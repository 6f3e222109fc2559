"""Redis servers set up as a test needs them: a replica, a Sentinel, a Cluster of one node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lab.process import Child, free_port, start, wait_until
from lab.redis import find_redis_server

DURABLE = {"appendonly": "yes", "appendfsync": "always"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One running redis-server."""

    port: int
    child: Child

    @property
    def client(self) -> redis.Redis:
        """A plain client, to look from outside."""
        return redis.Redis(
            port=self.port, protocol=2, socket_timeout=5, retry=Retry(NoBackoff(), 0)
        )

    @property
    def url(self) -> str:
        """Fit for CONCLAVE_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"


def serve(directory: Path, *words: str, **settings: str) -> Server:
    """Start a redis-server with these settings; returns once it answers."""
    port = free_port()
    given = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(directory),
        "save": "",
        "repl-diskless-sync-delay": "0",
        **settings,
    }
    arguments = [word for name, value in given.items() for word in (f"--{_dashed(name)}", value)]
    directory.mkdir(parents=True, exist_ok=True)
    child = start(
        [find_redis_server(), *words, *arguments], name=f"redis-{port}", directory=directory
    )
    server = Server(port=port, child=child)
    wait_until(lambda: _answers(server), seconds=10, what="redis answers")
    return server


def serve_replica(directory: Path, primary: Server, **settings: str) -> Server:
    """Start a replica of `primary`; returns once it is in step."""
    replica = serve(directory, replicaof=f"127.0.0.1 {primary.port}", **settings)
    wait_until(lambda: _in_step(primary), seconds=20, what="the replica is in step")
    return replica


def serve_cluster(directory: Path, **settings: str) -> Server:
    """Start a Cluster of one node that has every slot."""
    server = serve(directory, cluster_enabled="yes", cluster_port=str(free_port()), **settings)
    with server.client as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
    wait_until(lambda: _is_whole(server), seconds=15, what="the cluster is whole")
    return server


def join(directory: Path, first: Server, **settings: str) -> Server:
    """Start another node of `first`'s Cluster; it gets one slot, so that clients know of it."""
    bus = str(free_port())
    server = serve(directory, cluster_enabled="yes", cluster_port=bus, **settings)
    with first.client as client:
        client.execute_command("CLUSTER", "MEET", "127.0.0.1", server.port, bus)
    both = (first, server)
    wait_until(
        lambda: all(len(_nodes(s)) == len(both) and _is_whole(s) for s in both),
        seconds=20,
        what="the nodes know one another",
    )
    spare = Move(key="spare", source=first, target=server)
    spare.begin()
    spare.end()
    return server


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A slot's way from one node of a Cluster to another, in the steps that operators take."""

    key: str
    source: Server
    target: Server

    def begin(self) -> None:
        """Move the key; from now on the source sends who asks for it to the target, each time."""
        with self.source.client as source, self.target.client as target:
            slot = source.execute_command("CLUSTER", "KEYSLOT", self.key)
            ids = [client.execute_command("CLUSTER", "MYID") for client in (source, target)]
            target.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[0])
            source.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[1])
            source.execute_command("MIGRATE", "127.0.0.1", self.target.port, self.key, 0, 5000)

    def end(self) -> None:
        """Give the slot to the target for good."""
        with self.source.client as source, self.target.client as target:
            slot = source.execute_command("CLUSTER", "KEYSLOT", self.key)
            owner = target.execute_command("CLUSTER", "MYID")
            for client in (target, source):
                client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", owner)


def watch(directory: Path, primary: Server, *, service: str) -> Server:
    """Start a Sentinel that watches `primary`, and fails over after half a second of silence."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "sentinel.conf"
    file.write_text(
        f"sentinel monitor {service} 127.0.0.1 {primary.port} 1\n"
        f"sentinel down-after-milliseconds {service} 500\n"
        f"sentinel failover-timeout {service} 3000\n"
    )
    return _sentinel(file, directory)


def _sentinel(file: Path, directory: Path) -> Server:
    port = free_port()
    child = start(
        [
            find_redis_server(),
            file,
            "--sentinel",
            *("--port", str(port)),
            *("--bind", "127.0.0.1"),
            *("--dir", directory),
        ],
        name=f"sentinel-{port}",
        directory=directory,
    )
    server = Server(port=port, child=child)
    wait_until(lambda: _answers(server), seconds=10, what="sentinel answers")
    return server


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _answers(server: Server) -> bool:
    try:
        with server.client as client:
            return bool(client.ping())
    except redis.AuthenticationError:
        return True
    except redis.RedisError:
        return False


def _in_step(primary: Server) -> bool:
    with primary.client as client:
        found = client.info("replication")
    return found.get("slave0", {}).get("state") == "online"


def _is_whole(server: Server) -> bool:
    with server.client as client:
        return b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO")


def _nodes(server: Server) -> list[bytes]:
    with server.client as client:
        listed: bytes = client.execute_command("CLUSTER", "NODES")
    return [line for line in listed.splitlines() if b" connected" in line]
