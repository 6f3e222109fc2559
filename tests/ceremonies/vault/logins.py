"""What a node answers around a login, and what it was asked."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from ceremonies.vault import ClusterClient
from lab.scripted_node import Answer, Node, refuses, says

STATUS = "sys/replication/dr/status"
LOOKUP = "auth/token/lookup-self"
RENEW = "auth/token/renew-self"
LOGIN = "auth/approle/login"
SECRET_ID = secrets.token_hex(16)
DENIED = refuses("permission denied", status=403)

Make = Callable[..., ClusterClient]


def mode(word: str) -> Answer:
    """Return what a node says it is."""
    return says({"data": {"mode": word}})


def gives(token: str, *, seconds: object = 900, renewable: bool = True) -> Answer:
    """Return a login's answer."""
    told = {"client_token": token, "lease_duration": seconds, "renewable": renewable}
    return says({"request_id": "r", "data": None, "auth": told})


def asked(node: Node) -> list[str]:
    """Return the paths that were asked, but for what the cluster is."""
    return [came.path for came in node.arrived if came.path != STATUS]
