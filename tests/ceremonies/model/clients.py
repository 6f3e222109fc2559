"""The clusters as one replica reaches them, under the fate of its step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ceremonies.vault import (
    Accepted,
    Attempt,
    Begun,
    Cancellation,
    ClusterView,
    DrStatus,
    Mode,
    NodeView,
    Offered,
    Reach,
    TokenDeletion,
)
from ceremonies.vault import errors as e
from ceremonies.vault.readings import Autopilot
from tests.ceremonies.model.fate import Fated
from tests.ceremonies.model.vault import NODE
from tests.ceremonies.model.world import ModelWorld
from tests.ceremonies.sights import CLUSTER_ID

_Told = TypeVar("_Told")


@dataclass
class ModelClient:
    """The cluster `b`, as a replica reaches it."""

    world: ModelWorld
    replica: Fated

    def active_node(self) -> str:
        """Return the one node, or raise NotReachable."""
        if self.world.vault.away or self.world.vault.mode is None:
            raise e.NotReachable(node=NODE, fault=e.Fault.REFUSED)
        return NODE

    def look(self, at: float) -> ClusterView:
        """Return what its node answers now."""
        vault = self.world.vault
        mode = None if vault.away else vault.mode
        return ClusterView(name="b", at=at, nodes=(_node_view(NODE, mode),))

    def attempt(self, node: str) -> Attempt:
        """Ask what stands in the slot."""
        return self._sent(node, self.world.vault.attempt)

    def start(self, node: str) -> Begun:
        """Open an attempt."""
        return self._sent(node, self.world.vault.start)

    def offer(self, node: str, share: bytes, nonce: str) -> Offered:
        """Offer a share to the attempt."""
        return self._sent(node, lambda: self.world.vault.offer(share, nonce))

    def cancel(self, node: str, nonce: str) -> Cancellation:
        """Cancel the attempt."""
        return self._sent(node, lambda: self.world.vault.cancel(nonce))

    def promote(self, node: str, dr_operation_token: str, *, force: bool = False) -> Accepted:
        """Promote; whoever watches is told of the request that arrives."""

        def sent() -> Accepted:
            assert not force, "nobody asked for that"
            self.world.on_promote()
            return self.world.vault.promote(dr_operation_token)

        return self._sent(node, sent)

    @property
    def operations(self) -> ModelClient:
        """The one of them that a ceremony needs is here too."""
        return self

    def autopilot(self, node: str, token: str) -> Autopilot:
        """Tell how Raft stands to whoever holds the token."""
        return self._sent(node, lambda: self.world.vault.autopilot(token))

    def delete_operation_token(self, node: str, dr_operation_token: str) -> TokenDeletion:
        """Delete the token; a lost reply tells nothing."""
        try:
            return self._sent(node, lambda: self.world.vault.delete_token(dr_operation_token))
        except e.NoReply:
            return TokenDeletion.UNKNOWN

    def _sent(self, node: str, does: Callable[[], _Told]) -> _Told:
        assert node == NODE
        with self.replica.fate.strikes(vault=True):
            return does()
        raise RuntimeError("a border that swallowed a refusal")


@dataclass
class OtherClient:
    """The cluster `a`: only ever looked at."""

    world: ModelWorld

    def look(self, at: float) -> ClusterView:
        """Return what its node answers now."""
        node = _node_view("https://vault-a1.example:8200", self.world.other)
        return ClusterView(name="a", at=at, nodes=(node,))


def _node_view(address: str, mode: str | None) -> NodeView:
    if mode is None:
        return NodeView(address=address, reached=Reach.REFUSED, problem="It refused.")
    dr = DrStatus(mode=Mode(mode), state="running" if mode == "primary" else "stream-wals")
    return NodeView(
        address=address,
        reached=Reach.ANSWERED,
        active=True,
        sealed=False,
        mode=Mode(mode),
        cluster_id=CLUSTER_ID,
        recovery_keys=False,
        dr=dr,
    )
