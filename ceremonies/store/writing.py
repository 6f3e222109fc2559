"""Writes, and their confirmation by a replica or by the disk.

`WAIT` and `WAITAOF` count from the last write of the very connection they are sent on, so a
confirmation travels right behind its write, in one round trip. It narrows the window in which a
failover or a power cut forgets what was answered; it is no consensus. Where nobody confirms in
time we go on: a ceremony does not stop because a replica in the lost region is silent.
"""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis
import structlog
from redis.cluster import RedisCluster
from redis.exceptions import AskError, ClusterError, NoScriptError, ReadOnlyError, TryAgainError
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import TimeoutError as NoReply

from ceremonies.store.address import Redis
from ceremonies.store.translation import translated

log = structlog.get_logger()

REPLICA_MS = 1000
DISK_MS = 1500  # with appendfsync everysec the disk has it within about a second; always: at once
_LAG_S = 3  # a replica that said nothing for so long would not confirm either

Word = str | bytes | int


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script and the SHA-1 by which Redis knows it."""

    text: str = field(repr=False)

    @property
    def sha(self) -> str:
        """The name Redis gives it."""
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Redis's reply, and whether a replica or the disk confirmed the write in time."""

    reply: Any = field(repr=False)
    confirmed: bool


class Writer:
    """Writes to one Redis; knows from the last confirmation whether replicas are there."""

    def __init__(self, store: Redis) -> None:
        self._store = store
        self._replicas: int | None = None

    def write(self, key: str, *command: Word, confirm: bool = False) -> Written:
        """Run a command that writes to `key`; raises StoreUnreachable.

        With `confirm` a replica has it, or the disk where there is no replica, or `confirmed` is
        False after 1.5 s at most. A command that changes nothing is not waited for.
        """
        with translated():
            return self._send(key, command, confirm=confirm)

    def run(self, script: Script, key: str, *args: Word, confirm: bool = False) -> Written:
        """Run a script on one key, by its SHA-1 where Redis knows it; otherwise as `write`."""
        words = (1, key, *args)
        with translated():
            try:
                return self._send(key, ("EVALSHA", script.sha, *words), confirm=confirm)
            except NoScriptError:
                return self._send(key, ("EVAL", script.text, *words), confirm=confirm)

    def _send(self, key: str, command: tuple[Word, ...], *, confirm: bool) -> Written:
        if not confirm:
            execute: Callable[..., Any] = self._store.execute_command
            return Written(reply=execute(*command), confirmed=False)
        if isinstance(self._store, RedisCluster):
            return self._send_to_cluster(self._store, key, command)
        return self._send_to(self._store, command)

    def _send_to_cluster(
        self, cluster: RedisCluster, key: str, command: tuple[Word, ...]
    ) -> Written:
        """Ask the node that has the key; where the slot moved or the node is gone, any that has."""
        try:
            node = cluster.get_node_from_key(key)
            server = cluster.get_redis_connection(node) if node else None
            if server is not None:
                return self._send_to(server, command)
        except (AskError, TryAgainError, ClusterError, ReadOnlyError, ConnectionLost, NoReply):
            self._replicas = None
        reply = cluster.execute_command(*command)
        log.warning("store.unconfirmed", why="the slot moved")
        return Written(reply=reply, confirmed=False)

    def _send_to(self, server: redis.Redis, command: tuple[Word, ...]) -> Written:
        if self._replicas is None:
            self._replicas = _replicas(server.info("replication"))
        asked = self._replicas
        pipe = server.pipeline(transaction=False)
        pipe.execute_command(*command)
        if asked:
            pipe.execute_command("WAIT", 1, REPLICA_MS)
        else:
            pipe.execute_command("WAITAOF", 1, 0, DISK_MS)
        pipe.info("replication")
        reply, waited, replication = pipe.execute(raise_on_error=False)
        if isinstance(reply, Exception):
            raise reply
        self._replicas = None if isinstance(replication, Exception) else _replicas(replication)
        confirmed = _is_confirmed(waited)
        if not confirmed:
            log.warning("store.unconfirmed", asked="replica" if asked else "disk")
        return Written(reply=reply, confirmed=confirmed)


def _is_confirmed(waited: object) -> bool:
    """WAIT answers a number, WAITAOF a pair; an error where there is no such command, no AOF."""
    if isinstance(waited, Exception):
        return False
    return bool(waited[0] if isinstance(waited, list) else waited)


def _replicas(replication: dict[str, Any]) -> int:
    """How many replicas are in step: online, and heard of within the last seconds."""
    listed = (replication.get(f"slave{i}") for i in range(replication.get("connected_slaves", 0)))
    return sum(
        1
        for replica in listed
        if isinstance(replica, dict)
        and replica.get("state") == "online"
        and int(replica.get("lag", 0)) <= _LAG_S
    )
