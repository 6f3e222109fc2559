"""Whether this Redis may forget what we write. One that may is refused at start."""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import redis
from redis.cluster import RedisCluster
from redis.exceptions import ResponseError

from ceremonies.errors import StoreUnsafe
from ceremonies.store.address import Redis
from ceremonies.store.translation import translated

_EVICTS = (
    "Set `maxmemory-policy noeviction` in redis.conf on this Redis and its replicas "
    "(at once: CONFIG SET maxmemory-policy noeviction, then CONFIG REWRITE)."
)
_FORGETS = (
    "Set `appendonly yes` and, so that a confirmation takes no second, `appendfsync always` in "
    "redis.conf (at once: CONFIG SET, then CONFIG REWRITE)."
)
_UNSEEN = (
    f"{_FORGETS} Where Redis is managed and keeps its data in another way, let our user run "
    "CONFIG GET, or turn its append-only file on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """What one server says of itself. `saves` is None where only CONFIG GET would tell."""

    policy: str
    aof: bool
    saves: bool | None


def check(store: Redis) -> None:
    """Return if every server that takes writes keeps them; raises StoreUnsafe, StoreUnreachable.

    `CONFIG GET` is asked first; where it is forbidden, as at managed ones, INFO has to do.
    """
    with translated():
        for server in _primaries(store):
            _judge(_settings(server))


def _primaries(store: Redis) -> list[redis.Redis]:
    if not isinstance(store, RedisCluster):
        return [store]
    return [store.get_redis_connection(node) for node in store.get_primaries()]


def _judge(settings: _Settings) -> None:
    if settings.policy != "noeviction":
        words = f"Redis may evict what we keep: its maxmemory-policy is {settings.policy}"
        raise StoreUnsafe(words, advice=_EVICTS)
    if settings.aof or settings.saves:
        return
    if settings.saves is None:
        words = "Redis has no append-only file, and does not tell whether it keeps snapshots"
        raise StoreUnsafe(words, advice=_UNSEEN)
    words = "Redis does not persist: it has neither an append-only file nor save points"
    raise StoreUnsafe(words, advice=_FORGETS)


def _settings(server: redis.Redis) -> _Settings:
    try:
        return _Settings(
            policy=_config(server, "maxmemory-policy"),
            aof=_config(server, "appendonly") == "yes",
            saves=bool(_config(server, "save").strip()),
        )
    except (ResponseError, KeyError):
        # Forbidden (NOPERM), renamed away (ERR unknown command), or answered with nothing.
        return _from_info(server.info("memory"), server.info("persistence"))


def _config(server: redis.Redis, name: str) -> str:
    return str(server.config_get(name)[name])


def _from_info(memory: dict[str, Any], persistence: dict[str, Any]) -> _Settings:
    # rdb_saves counts since the start; a snapshot that was taken shows that some are.
    taken = int(persistence.get("rdb_saves", 0)) > 0
    return _Settings(
        policy=str(memory.get("maxmemory_policy", "unknown")),
        aof=str(persistence.get("aof_enabled", 0)) == "1",
        saves=True if taken else None,
    )
