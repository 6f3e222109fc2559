"""What the first primary is furnished with: a place for secrets, and batch tokens' policy and role.

Policy and role are those of facts/vault 6.1: enough for an attempt on Vault 2.x, for promote and
update-primary, and for the probe of 6.3.
"""

from __future__ import annotations

import json
from typing import Final

from lab.openbao import BaoCluster

ROLE: Final = "failover-handler"
_DR: Final = "sys/replication/dr/secondary"
_ABILITIES: Final = {
    f"{_DR}/generate-operation-token/attempt": ["create", "read", "update", "delete"],
    f"{_DR}/generate-operation-token/update": ["create", "update"],
    f"{_DR}/promote": ["update"],
    f"{_DR}/update-primary": ["update"],
    f"{_DR}/disable": ["update"],
    f"{_DR}/operation-token/delete": ["update"],
    "sys/storage/raft/autopilot/state": ["read"],
    "sys/storage/raft/configuration": ["read", "update"],
}


def furnish(cluster: BaoCluster) -> None:
    """Mount KV version 1 at `kv/`; write policy and token role `failover-handler`."""
    cluster.call("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    policy = "\n".join(
        f'path "{path}" {{ capabilities = {json.dumps(names)} }}'
        for path, names in _ABILITIES.items()
    )
    cluster.call("PUT", f"sys/policies/acl/{ROLE}", {"policy": policy})
    cluster.call(
        "POST",
        f"auth/token/roles/{ROLE}",
        {
            "allowed_policies": [ROLE],
            "orphan": True,
            "renewable": False,
            "token_type": "batch",
        },
    )


def mint_batch_token(cluster: BaoCluster, *, ttl: str) -> str:
    """Return a fresh batch token of the role."""
    made = cluster.call("POST", f"auth/token/create/{ROLE}", {"ttl": ttl})
    return str(made["auth"]["client_token"])
