"""Replication as the range does it: the primary's Raft snapshot, put into a secondary.

A real secondary streams all the time. Here it holds what the primary held at the last
`replicate`, and its `last_remote_wal` says so.
"""

from __future__ import annotations

import asyncio

from lab.enterprise.state import ClusterState, ReplicationState, Role
from lab.openbao import NotInTime, Unanswered


class ReplicationHeld(Exception):
    """Not now: no connected primary, or an attempt that would be lost."""


async def replicate(everybody: ReplicationState, secondary: ClusterState) -> None:
    """Let the secondary hold what its primary holds now.

    About 0.7 s for one node, 5 s for three. Its fronts keep requests waiting meanwhile.
    ReplicationHeld while an attempt is open: it is the secondary's own, and in its memory. An
    operation token is its own too, and outlives this.
    """
    primary = everybody.connected(secondary)
    if primary is None:
        raise ReplicationHeld(f"{secondary.name} is not connected to a primary")
    async with secondary.gate.shut():
        await asyncio.to_thread(_refuse_while_attempted, secondary)
        wal = await asyncio.to_thread(current_wal, primary)
        await asyncio.to_thread(secondary.bao.restore_from, primary.bao)
        secondary.was_filled(wal=wal)


async def lags(everybody: ReplicationState, cluster: ClusterState) -> bool:
    """Return whether this is a secondary with a primary that has written meanwhile."""
    primary = everybody.connected(cluster) if cluster.role is Role.SECONDARY else None
    if primary is None:
        return False
    try:
        return await asyncio.to_thread(current_wal, primary) > cluster.remote_wal
    except (Unanswered, NotInTime):
        return False


def current_wal(cluster: ClusterState) -> int:
    """Return the cluster's write-ahead log index now."""
    leader = cluster.bao.request("GET", "sys/leader").json()
    return int(leader["raft_applied_index"]) + cluster.wal_offset


def _refuse_while_attempted(secondary: ClusterState) -> None:
    if secondary.bao.call("GET", "sys/generate-root/attempt").get("started"):
        raise ReplicationHeld(f"an attempt is open on {secondary.name}")
