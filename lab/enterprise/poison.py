"""Standbys that seal themselves after a change of role, as facts/vault 5.2 has it.

A node of OpenBao that is started anew is Vault-sealed until somebody gives shares, or, with
auto-unseal, comes back by itself. Its Raft rests meanwhile, which a real one's does not: of
three nodes one may seal itself, or the cluster has no quorum.
"""

from __future__ import annotations

import asyncio
from typing import Final

from lab.enterprise.loop import until
from lab.enterprise.state import ClusterState
from lab.openbao import NotInTime, Unanswered
from lab.openbao_node import Node
from lab.process import CannotStart

_SAYS: Final = (
    "[WARN]  core: encryption keys have changed out from underneath us (possibly due to "
    "replication enabling), must be unsealed again"
)


def change_role(state: ClusterState) -> None:
    """Let the cluster be away for a moment; standbys seal themselves later if they are told to."""
    state.go_away()
    seal_standbys_later(state)


def seal_standbys_later(state: ClusterState) -> None:
    """Let as many standbys as the behaviour says seal themselves, after a while."""
    if not state.behaviour.standbys_seal:
        return
    state.sealing = True
    state.does(_seal_standbys(state, epoch=state.epoch))


async def _seal_standbys(state: ClusterState, *, epoch: int) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + state.behaviour.standbys_seal_after
    try:
        await until(lambda: state.epoch != epoch or (loop.time() >= due and not state.syncing))
        if state.epoch == epoch:
            await _seal(state)
    except (NotInTime, Unanswered, CannotStart, TimeoutError):
        state.bao.nodes[0].says("[WARN]  lab: no standby could be Vault-sealed")
    finally:
        state.sealing = False


async def _seal(state: ClusterState) -> None:
    leader = await asyncio.to_thread(state.bao.active)
    standbys = [node for node in state.bao.nodes if node is not leader and node.running]
    async with state.gate.shut():
        for node in standbys[: state.behaviour.standbys_seal]:
            await asyncio.to_thread(_start_anew, node)


def _start_anew(node: Node) -> None:
    node.says(_SAYS)
    node.kill()
    node.start()
    node.wait_listening()
