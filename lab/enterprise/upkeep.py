"""What goes on by itself while a range is there: fronts follow processes, hearts are heard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from lab.enterprise.front import Front
from lab.enterprise.replicate import ReplicationHeld, lags, replicate
from lab.enterprise.state import ClusterState, ReplicationState, Role
from lab.enterprise.upstream import Gone, Upstream
from lab.openbao import NotInTime, Refused, Unanswered

_TEND_EVERY: Final = 0.05  # seconds
_BEATS: Final = 10  # of these are one heartbeat


async def tend(fronts: Sequence[Front]) -> None:
    """Let each front listen if, and only if, the process behind it is there."""
    for front in fronts:
        state = front.site.state
        wanted = front.site.node.running or state.syncing or state.gate.is_shut
        if wanted and not front.listening:
            await front.open()
        elif front.listening and not wanted:
            await front.close()


async def listen_to_hearts(everybody: ReplicationState, fronts: Sequence[Front]) -> None:
    """Let each secondary hear its primary, if that is there and not Vault-sealed."""
    for state in everybody.clusters.values():
        if state.role is Role.PRIMARY and everybody.followers(state):
            state.sealed = await _sealed(state, fronts)
    for state in everybody.clusters.values():
        if state.role is Role.SECONDARY and everybody.connected(state):
            state.heard = datetime.now(tz=UTC)


async def keep_tending(everybody: ReplicationState, fronts: Sequence[Front]) -> None:
    """Do both for as long as the range is there."""
    while True:
        await listen_to_hearts(everybody, fronts)
        for _ in range(_BEATS):
            await asyncio.sleep(_TEND_EVERY)
            await tend(fronts)


async def keep_replicating(
    everybody: ReplicationState, state: ClusterState, *, every: float
) -> None:
    """Replicate to this cluster now and then, whenever it can be."""
    while True:
        await asyncio.sleep(every)
        if await lags(everybody, state):
            with contextlib.suppress(ReplicationHeld, Refused, Unanswered, NotInTime, TimeoutError):
                await replicate(everybody, state)


async def _sealed(state: ClusterState, fronts: Sequence[Front]) -> bool:
    """Return whether no node that answers is unsealed; as before if none answers."""
    told = [
        await _says_sealed(front.site.upstream)
        for front in fronts
        if front.site.state is state and front.site.node.answers
    ]
    heard = [sealed for sealed in told if sealed is not None]
    return all(heard) if heard else state.sealed


async def _says_sealed(upstream: Upstream) -> bool | None:
    try:
        async with asyncio.timeout(1):
            said = await upstream.ask("GET", "sys/seal-status")
    except (Gone, TimeoutError):
        return None
    sealed = said.body.get("sealed")
    return sealed if isinstance(sealed, bool) else None
