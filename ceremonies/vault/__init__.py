"""The only folder that speaks to Vault: the client, what Vault says, what goes wrong."""

from __future__ import annotations

from ceremonies.vault.activation import ActivationToken
from ceremonies.vault.client import Access, ClusterClient, TokenDeletion
from ceremonies.vault.deadline import Limits
from ceremonies.vault.login import Login
from ceremonies.vault.operations import Operations
from ceremonies.vault.readings import Autopilot, Licence, PerformanceStatus
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
    "ActivationToken",
    "Attempt",
    "Autopilot",
    "Begun",
    "Cancellation",
    "Cancelled",
    "ClusterClient",
    "ClusterView",
    "DrStatus",
    "Licence",
    "Limits",
    "Login",
    "Mode",
    "NodeView",
    "NotOurs",
    "NothingOpen",
    "Offered",
    "Operations",
    "Peer",
    "PerformanceStatus",
    "Reach",
    "TokenDeletion",
]
