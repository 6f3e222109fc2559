"""CONCLAVE_REDIS_URL: one server, a service that Sentinel watches, or a Cluster."""

# mypy: untyped-calls-exclude=redis

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import redis
from redis.backoff import ConstantBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry
from redis.sentinel import Sentinel

from ceremonies.errors import Misconfigured
from ceremonies.store.translation import translated

Redis = redis.Redis | RedisCluster

CONNECT_S = 2.0
REPLY_S = 2.5  # above what a confirmation waits for, see ceremonies.store.writing

_SHAPES = (
    "Write redis://host:6379/0, rediss://host:6379/0 (TLS), "
    "redis+sentinel://host:26379,host:26379/service/0 or redis+cluster://host:6379,host:6379; "
    "before the first host user:password@, with characters such as / and @ percent-encoded."
)
_SCHEMES = ("redis", "redis+sentinel", "redis+cluster")
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_OPTIONS = (*_FILES, "sentinel_username", "sentinel_password")
_HIGHEST_PORT = 65_535
_PORTS = {"redis": 6379, "redis+sentinel": 26379, "redis+cluster": 6379}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A parsed URL. `kind` is the scheme without its TLS letter."""

    kind: str
    tls: bool
    hosts: tuple[tuple[str, int], ...]
    service: str
    db: int
    username: str | None
    password: str | None = field(repr=False)
    options: tuple[tuple[str, str], ...] = field(repr=False)


def connect(url: str) -> Redis:
    """Return a client for `url`, safe to share between threads.

    A call that Redis does not answer ends within seconds and is tried once more on a new
    connection: everything that we write may be repeated. One server and Sentinel are not called
    yet; a Cluster is asked for its nodes. Raises Misconfigured (which does not repeat the URL) and
    StoreUnreachable.
    """
    address = parse(url)
    match address.kind:
        case "redis+sentinel":
            return _behind_sentinel(address)
        case "redis+cluster":
            return _of_cluster(address)
        case _:
            host, port = address.hosts[0]
            return redis.Redis(
                host=host, port=port, db=address.db, retry=_retry(), **_connection(address)
            )


def _behind_sentinel(address: Address) -> redis.Redis:
    given = dict(address.options)
    watchers = Sentinel(
        address.hosts,
        sentinel_kwargs={
            **_connection(address),
            "username": given.get("sentinel_username"),
            "password": given.get("sentinel_password"),
            "retry": _retry(),
        },
    )
    primary: redis.Redis = watchers.master_for(
        address.service, db=address.db, retry=_retry(), **_connection(address)
    )
    return primary


def _of_cluster(address: Address) -> RedisCluster:
    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    with translated():
        return RedisCluster(startup_nodes=nodes, retry=_retry(), **_connection(address))


def _retry() -> Retry:
    return Retry(ConstantBackoff(0.05), 1)


def _connection(address: Address) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "username": address.username,
        "password": address.password,
        "socket_connect_timeout": CONNECT_S,
        "socket_timeout": REPLY_S,
        "socket_keepalive": True,
        "protocol": 2,  # as every server and every managed Redis speaks it
    }
    if address.tls:
        files = {name: value for name, value in address.options if name in _FILES}
        settings |= {"ssl": True, **files}
    return settings


def parse(url: str) -> Address:
    """Return what the URL says; raises Misconfigured, whose text repeats none of it."""
    scheme, found, rest = url.strip().partition("://")
    tls = scheme.startswith("rediss")
    kind = scheme.replace("rediss", "redis", 1) if tls else scheme
    if not found or kind not in _SCHEMES:
        raise _wrong("its scheme is none of redis, rediss, redis+sentinel, redis+cluster")
    place, _, query = rest.partition("?")
    authority, _, path = place.partition("/")
    user, _, hosts = authority.rpartition("@")
    username, colon, password = user.partition(":")
    listed = tuple(_host(part, default=_PORTS[kind]) for part in hosts.split(","))
    if kind == "redis" and len(listed) > 1:
        raise _wrong("several hosts need redis+sentinel:// or redis+cluster://")
    service, db = _path(kind, path.strip("/"))
    return Address(
        kind=kind,
        tls=tls,
        hosts=listed,
        service=service,
        db=db,
        username=unquote(username) or None,
        password=unquote(password) if colon else None,
        options=_query(query),
    )


def _host(part: str, *, default: int) -> tuple[str, int]:
    name, colon, port = part.strip().rpartition(":")
    if not colon or part.strip().endswith("]"):
        name, port = part.strip(), str(default)
    name = name.removeprefix("[").removesuffix("]")
    if not name:
        raise _wrong("a host is missing")
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _HIGHEST_PORT):
        raise _wrong("a port is no number from 1 to 65535")
    return name, int(port)


def _path(kind: str, path: str) -> tuple[str, int]:
    service = ""
    if kind == "redis+sentinel":
        service, _, path = path.partition("/")
        if not service:
            raise _wrong("the service that Sentinel watches is missing")
    if kind == "redis+cluster" and path not in ("", "0"):
        raise _wrong("a Cluster has no numbered databases")
    if path and not (path.isascii() and path.isdigit()):
        raise _wrong("the database is no number")
    return unquote(service), int(path or 0)


def _query(query: str) -> tuple[tuple[str, str], ...]:
    options = tuple(parse_qsl(query, keep_blank_values=True))
    for name, _ in options:
        if name not in _OPTIONS:
            raise _wrong(f"an option is not known; there are {', '.join(_OPTIONS)}")
    return options


def _wrong(why: str) -> Misconfigured:
    return Misconfigured(f"CONCLAVE_REDIS_URL: {why}", advice=_SHAPES)
