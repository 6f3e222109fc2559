"""One cluster of the range as its tests and demos hold it: addresses, role, switches, life."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Unpack

from lab.enterprise.balancer import Balancer
from lab.enterprise.front import Front
from lab.enterprise.furnish import mint_batch_token
from lab.enterprise.sayings import Said
from lab.enterprise.state import Behaviour, ClusterState, Role
from lab.openbao import BaoCluster, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class LabCluster:
    """A cluster behind its fronts. Nodes are named `a1`, `a2`, ...; None means all of them."""

    state: ClusterState = field(repr=False)
    fronts: Sequence[Front] = field(repr=False)
    balancer: Balancer | None = field(default=None, repr=False)
    _attempt: str
    _settle: Callable[[], None] = field(repr=False)

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.state.name

    @property
    def bao(self) -> BaoCluster:
        """The OpenBao cluster behind: straight to it, past fronts, faults and record."""
        return self.state.bao

    @property
    def role(self) -> Role:
        """What it is in replication now."""
        return self.state.role

    @property
    def behaviour(self) -> Behaviour:
        """Its switches; set them freely, `reset` puts them back."""
        return self.state.behaviour

    @property
    def nodes(self) -> tuple[str, ...]:
        """The addresses of its nodes, as a client is to use them."""
        return tuple(node.api_address for node in self.bao.nodes)

    @property
    def address(self) -> str:
        """The address of the cluster: its load balancer's if it has one, else its first node's."""
        return self.balancer.address if self.balancer else self.nodes[0]

    def node(self, name: str) -> Node:
        """Return the OpenBao node of this name."""
        return next(node for node in self.bao.nodes if node.name == name)

    def address_of(self, name: str) -> str:
        """Return the address of the node's front."""
        return self.node(name).api_address

    def says(self, **said: Unpack[Said]) -> None:
        """Let it say this of itself from now on, until `reset`; see Sayings."""
        self.behaviour.says = self.behaviour.says.but(**said)

    def open_attempts(self, node: str | None = None, *, reload: bool = True) -> None:
        """Let 2.x take attempts without a token: the setting in the file, then SIGHUP."""
        self._configure(node, opened=True, reload=reload)

    def close_attempts(self, node: str | None = None, *, reload: bool = True) -> None:
        """Take the setting out again, then SIGHUP."""
        self._configure(node, opened=False, reload=reload)

    def kill(self, node: str | None = None) -> None:
        """SIGKILL; when this returns connections are refused."""
        self.bao.kill(self.node(node) if node else None)
        self._settle()

    def revive(self, node: str | None = None) -> None:
        """Start what is down, resume what is paused, unseal; serves when this returns."""
        self.bao.revive(self.node(node) if node else None)
        self._settle()

    def pause(self, node: str | None = None) -> None:
        """SIGSTOP: it accepts connections and never answers."""
        for each in self._chosen(node):
            each.pause()
        self._settle()

    def resume(self, node: str | None = None) -> None:
        """SIGCONT."""
        for each in self._chosen(node):
            each.resume()
        self._settle()

    def seal(self, node: str | None = None) -> None:
        """Vault-seal one node, or all."""
        for each in self._chosen(node):
            self.bao.seal(each)
        self._settle()

    def unseal(self, node: str | None = None) -> None:
        """Take the Vault seal off again with the shares."""
        self.bao.unseal(self.node(node) if node else None)
        self.bao.active()
        self._settle()

    def step_down(self) -> str:
        """Move leadership to another node; returns the name of the one that leads then."""
        return self.bao.step_down().name

    def lead(self, node: str) -> None:
        """Move leadership to this node; what it remembers of an attempt is there again then."""
        self.bao.lead(self.node(node))

    def cancel_attempt(self) -> None:
        """Cancel whatever attempt is open, as somebody at the API would."""
        self.bao.call("DELETE", self._attempt)

    def lay_ghosts(self) -> None:
        """Restart the nodes that led during an attempt and do not lead now.

        Such a node keeps the attempt in its memory, and it would be there again the next time
        that the node leads (facts/vault 1.4).
        """
        leading = self.bao.active().api_address
        for address in self.state.started_at - {leading}:
            for node in self.bao.nodes:
                if node.api_address == address:
                    self.kill(node.name)
                    self.revive(node.name)
        self.state.started_at.clear()

    def hold_slot_by_another_kind(self) -> str:
        """Open a generate-root of another kind, which holds the one slot; returns its nonce."""
        self.behaviour.other_kind = True
        return str(self.bao.call("PUT", "sys/generate-root/attempt", {})["nonce"])

    def batch_token(self, *, ttl: str = "8h") -> str:
        """Mint a batch token of the role `failover-handler`; good on its secondaries as well."""
        return mint_batch_token(self.bao, ttl=ttl)

    def _configure(self, node: str | None, *, opened: bool, reload: bool) -> None:
        for each in self._chosen(node):
            if each.configured_open != opened:
                each.configure(opened=opened)
            if reload and each.opened != opened:
                each.reload()

    def _chosen(self, node: str | None) -> Sequence[Node]:
        return (self.node(node),) if node else self.bao.nodes
