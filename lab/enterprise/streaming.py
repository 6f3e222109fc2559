"""Writes that count as streamed at once: logins, wrappings, replication's own.

A real secondary is a moment behind with them. Here it does not hold them before the next
`replicate`, which nobody misses: a token with a lease does not count on a secondary, and who
goes on after a promotion logs in again. Were they counted as lag, the bot's own login would be
a reason not to promote. What clients write is lag until it is replicated.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from lab.enterprise.site import Site
from lab.enterprise.state import ClusterState, ReplicationState, Role
from lab.enterprise.wire import WRITES, Call

_AT_ONCE: Final = re.compile(
    "auth/[^/]+/login$|auth/token/revoke-self$|sys/wrapping/|sys/replication/"
)


def is_streamed(site: Site, call: Call) -> bool:
    """Return whether what this call writes is not to count as lag."""
    writes = call.method in WRITES and _AT_ONCE.match(call.path) is not None
    return writes and site.state.role is Role.PRIMARY and not site.state.away


@asynccontextmanager
async def streamed(
    everybody: ReplicationState, primary: ClusterState, wal: Callable[[], Awaitable[int]]
) -> AsyncIterator[None]:
    """Let the secondaries that are connected be no further behind afterwards than before."""
    async with primary.streaming:
        followers = [f for f in everybody.followers(primary).values() if everybody.connected(f)]
        before = await wal()
        yield
        written = max(0, await wal() - before)
        for follower in followers:
            follower.remote_wal += written
