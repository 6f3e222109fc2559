"""Nodes that answer all that a look asks."""

from __future__ import annotations

from lab.scripted_node import Node, Nodes, says

CLUSTER_ID = "0f8d9d2e-1b7e-4c55-9a63-5c2f6a1b0e11"
OTHER_ID = "7c1e2a34-93f0-4b1e-8f61-0d1c5a9b2d22"
SINCE = "2026-11-22T21:08:00.123456789Z"
LATER = "2026-11-22T22:08:00.1+00:00"
NEVER = "0001-01-01T00:00:00Z"


def health(**changed: object) -> dict[str, object]:
    """Return a body of `sys/health`."""
    told: dict[str, object] = {
        "initialized": True,
        "sealed": False,
        "standby": False,
        "performance_standby": False,
        "replication_dr_mode": "secondary",
        "version": "1.19.0+ent",
        "cluster_name": "vault-b",
        "cluster_id": CLUSTER_ID,
    }
    return told | changed


def furnish(
    node: Node,
    *,
    health_says: dict[str, object] | None = None,
    status: int = 200,
    mode: str = "secondary",
    leads: bool = True,
    since: str = SINCE,
) -> Node:
    """Let a node answer all that a look asks."""
    leader = {"ha_enabled": True, "is_self": leads, "active_time": since if leads else NEVER}
    node.tell("GET", "sys/health", says(health_says or health(), status=status))
    node.tell("GET", "sys/replication/dr/status", says({"data": {"mode": mode}}))
    node.tell("GET", "sys/seal-status", says({"sealed": False, "recovery_seal": False}))
    node.tell("GET", "sys/leader", says(leader))
    return node


def dead(nodes: Nodes) -> Node:
    """Return a node at whose address nobody listens."""
    node = nodes.start()
    nodes.stop(node)
    return node
