"""One node's place in the set: its state, its OpenBao, and how to ask that as root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.enterprise import words
from lab.enterprise.state import ClusterState, ReplicationState
from lab.enterprise.upstream import Upstream
from lab.enterprise.wire import Call, Reply
from lab.openbao import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an endpoint needs to answer on one node."""

    everybody: ReplicationState
    state: ClusterState
    node: Node
    upstream: Upstream

    async def as_root(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask the OpenBao behind as root: its active node.

        A standby of OpenBao 2.7.2 forwards writes, but not the wrapping of a reply (it answers
        "internal error"; measured).
        """
        token, active = self.state.bao.root_token, await self.active()
        return await active.ask(method, path, body, token=token, headers=headers)

    async def pass_on(self, call: Call) -> Reply:
        """Pass a call on as it came; to the active node where a standby would not forward it."""
        wraps = call.headers.get("X-Vault-Wrap-TTL")
        return await (await self.active() if wraps else self.upstream).send(call)

    async def leader(self) -> Reply:
        """Return sys/leader of the OpenBao behind."""
        return await self.upstream.ask("GET", "sys/leader")

    async def cannot_serve(self, call: Call) -> Reply | None:
        """Return the answer of a node that cannot serve or forward what we play, else None.

        A sealed node says so; one without a leader says so; one whose leader is gone sends the
        client there all the same (facts/vault 1.4).
        """
        leader = await self.leader()
        if not leader.ok:
            return await self.not_ready(leader)
        if leader.body.get("is_self"):
            return None
        address = leader.body.get("leader_address")
        if not address:
            return words.NO_ACTIVE_NODE
        if any(n.api_address == address and n.running for n in self.state.bao.nodes):
            return None
        return Reply(status=307, headers={"Location": f"{address}{call.raw_path}"})

    async def not_ready(self, sealed: Reply) -> Reply:
        """Return what Vault says where OpenBao says "sealed" of a node never initialised."""
        seal = await self.upstream.ask("GET", "sys/seal-status")
        return words.NOT_INITIALISED if seal.body.get("initialized") is False else sealed

    async def wal(self) -> int:
        """Return this cluster's write-ahead log index, here Raft's; it rises with every write.

        The active node's if there is one: a standby is a moment late.
        """
        said = (await (await self.active()).ask("GET", "sys/leader")).body
        return int(said.get("raft_applied_index", 0)) + self.state.wal_offset

    async def active(self) -> Upstream:
        """Return the way to the active node; to this one while there is no other to be found."""
        said = (await self.leader()).body
        address = said.get("leader_address")
        nodes = self.state.bao.nodes
        found = next((n for n in nodes if n.api_address == address and n.answers), None)
        if said.get("is_self") or found is None:
            return self.upstream
        return Upstream(address=found.address, session=self.upstream.session)
