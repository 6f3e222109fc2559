"""The only folder that speaks to Vault: the client, what Vault says, what goes wrong."""

from __future__ import annotations

from ceremonies.vault.client import Access, ClusterClient, TokenDeletion
from ceremonies.vault.deadline import Limits
from ceremonies.vault.replies import (
    Accepted,
    Attempt,
    Begun,
    Cancellation,
    Cancelled,
    NothingOpen,
    NotOurs,
    Offered,
)
from ceremonies.vault.views import ClusterView, DrStatus, Mode, NodeView, Peer, Reach

__all__ = [
    "Accepted",
    "Access",
    "Attempt",
    "Begun",
    "Cancellation",
    "Cancelled",
    "ClusterClient",
    "ClusterView",
    "DrStatus",
    "Limits",
    "Mode",
    "NodeView",
    "NotOurs",
    "NothingOpen",
    "Offered",
    "Peer",
    "Reach",
    "TokenDeletion",
]
