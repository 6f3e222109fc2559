"""What redis-py raises becomes our own error, in words that repeat nothing Redis was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
)

from ceremonies.errors import StoreUnreachable

REDIS_ERRORS = (RedisError, RedisClusterException)

# What Conclave does at Redis needs no more than this; the tests run as such a user.
RIGHTS = "~conclave:* &conclave:* +@all -@dangerous +info +config|get"


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnreachable instead of whatever redis-py raises inside."""
    try:
        yield
    except REDIS_ERRORS as error:
        # A reply of Redis may quote the command it answers, so nothing of it is passed on.
        raise unreachable(error) from None


def unreachable(error: Exception) -> StoreUnreachable:
    """Return our error for redis-py's: what is wrong with Redis, and what mends it."""
    match error:
        case AuthenticationError() | AuthorizationError() | AuthenticationWrongNumberOfArgsError():
            return StoreUnreachable(
                "Redis refuses our user or password",
                advice="Check user and password in CONCLAVE_REDIS_URL; nothing was decided.",
            )
        case BusyLoadingError():
            return StoreUnreachable("Redis is still loading its data")
        case NoPermissionError():
            return StoreUnreachable(
                "Redis does not let our user do this",
                advice=f"Give the user at Redis these rights: {RIGHTS}",
            )
        case OutOfMemoryError():
            return StoreUnreachable(
                "Redis has no memory left and takes no writes",
                advice="Raise maxmemory, or give Conclave a Redis of its own.",
            )
        case ReadOnlyError():
            return StoreUnreachable(
                "Redis is a replica and takes no writes",
                advice="Name the primary, or use redis+sentinel:// so that it is found.",
            )
        case ResponseError():
            code = _code(str(error))
            return StoreUnreachable(f"Redis answers with an error: {code}")
        case _:
            return StoreUnreachable(f"Redis does not answer ({type(error).__name__})")


def _code(answer: str) -> str:
    """The first word of an error is its code (MISCONF, CLUSTERDOWN, …); the rest may quote."""
    word = answer.split(" ", 1)[0]
    return word if word.isalpha() and word.isupper() else "ERR"
