"""What the first primary is furnished with: secrets, batch tokens' role, and a login for the bot.

The role for batch tokens and its policy are those of facts/vault 6.1: enough for an attempt on
Vault 2.x, for promote and update-primary, and for the probe of 6.3. The bot's own login is an
AppRole with no more than its operations on a primary take. All of it is ordinary data: it is
replicated, and goes with every snapshot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lab.openbao import BaoCluster

ROLE: Final = "failover-handler"
BOT: Final = "conclave"
CANARY: Final = "kv/conclave-canary"
_SECONDARY: Final = "sys/replication/dr/secondary"
_PRIMARY: Final = "sys/replication/dr/primary"
_ABILITIES: Final = {
    f"{_SECONDARY}/generate-operation-token/attempt": ["create", "read", "update", "delete"],
    f"{_SECONDARY}/generate-operation-token/update": ["create", "update"],
    f"{_SECONDARY}/promote": ["update"],
    f"{_SECONDARY}/update-primary": ["update"],
    f"{_SECONDARY}/disable": ["update"],
    f"{_SECONDARY}/operation-token/delete": ["update"],
    "sys/storage/raft/autopilot/state": ["read"],
    "sys/storage/raft/configuration": ["read", "update"],
}
_BOT_ABILITIES: Final = {
    f"{_PRIMARY}/demote": ["update"],
    f"{_PRIMARY}/disable": ["update"],
    f"{_PRIMARY}/enable": ["update"],
    f"{_PRIMARY}/secondary-token": ["update", "sudo"],
    f"{_PRIMARY}/revoke-secondary": ["update"],
    f"{_SECONDARY}/enable": ["update"],
    "sys/storage/raft/snapshot": ["read"],
    "sys/storage/raft/autopilot/state": ["read"],
    "sys/license/status": ["read"],
    CANARY: ["read"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BotLogin:
    """An AppRole of the mount `approle`; `secret_id` is good as often and as long as wanted."""

    role_id: str
    secret_id: str = field(repr=False)


def furnish(cluster: BaoCluster) -> BotLogin:
    """Mount KV version 1 at `kv/` with a canary; write policies, token role, AppRole."""
    cluster.call("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    replace_canary(cluster)
    _write_policy(cluster, ROLE, _ABILITIES)
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
    return _let_in_the_bot(cluster)


def replace_canary(cluster: BaoCluster) -> None:
    """Let the canary be there."""
    if not cluster.request("GET", CANARY).ok:
        cluster.call("POST", CANARY, {"canary": "sings"})


def mint_batch_token(cluster: BaoCluster, *, ttl: str) -> str:
    """Return a fresh batch token of the role."""
    made = cluster.call("POST", f"auth/token/create/{ROLE}", {"ttl": ttl})
    return str(made["auth"]["client_token"])


def _let_in_the_bot(cluster: BaoCluster) -> BotLogin:
    _write_policy(cluster, BOT, _BOT_ABILITIES)
    cluster.call("POST", "sys/auth/approle", {"type": "approle"})
    path = f"auth/approle/role/{BOT}"
    # Long enough that no lease ends, and is written about, while a test looks at the lag.
    cluster.call("POST", path, {"token_policies": [BOT], "token_ttl": "6h"})
    role_id = cluster.call("GET", f"{path}/role-id")["data"]["role_id"]
    secret_id = cluster.call("POST", f"{path}/secret-id", {})["data"]["secret_id"]
    return BotLogin(role_id=role_id, secret_id=secret_id)


def _write_policy(cluster: BaoCluster, name: str, abilities: Mapping[str, Sequence[str]]) -> None:
    policy = "\n".join(
        f'path "{path}" {{ capabilities = {json.dumps(list(names))} }}'
        for path, names in abilities.items()
    )
    cluster.call("PUT", f"sys/policies/acl/{name}", {"policy": policy})
