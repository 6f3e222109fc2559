"""What a story leaves behind: entries of the log in Redis, requests that came to Vault."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import redis

from lab.stage import SET, Stage

UPDATE = "generate-operation-token/update"
ATTEMPT = "generate-operation-token/attempt"
PROMOTE = "secondary/promote"
DELETE_TOKEN = "operation-token/delete"

_ORDERS = (
    "replication/dr/primary/(demote|disable|enable|secondary-token)$",
    "replication/dr/secondary/(promote|disable|enable|update-primary)$",
)
_CHANGES = ("POST", "PUT", "DELETE", "PATCH")


def entries(stage: Stage) -> list[dict[str, Any]]:
    """Return every entry of the log as it stands in Redis, oldest first: who, when, its events."""
    with redis.Redis.from_url(stage.redis.url) as store:
        rows = store.xrange(f"conclave:{{{SET}}}:log")
    return [json.loads(fields[b"body"]) for _, fields in rows]


def events(stage: Stage, kind: str, /, **fields: object) -> list[dict[str, Any]]:
    """Return the events of one type whose fields are these."""
    return [
        event
        for entry in entries(stage)
        for event in entry["events"]
        if event["type"] == kind and all(event.get(name) == it for name, it in fields.items())
    ]


def by_people(stage: Stage) -> list[dict[str, Any]]:
    """Return the entries that people caused, without what the bot did by itself."""
    return [entry for entry in entries(stage) if entry["who"] != "conclave"]


def sent(stage: Stage, path: str = "", method: str | None = None) -> int:
    """Return how many requests came to Vault that were to change something."""
    seen = stage.vaults.record.find(path=path, method=method)
    return sum(each.method in _CHANGES for each in seen)


def took(stage: Stage, path: str = "", method: str | None = None) -> int:
    """Return how many requests changed something at Vault."""
    return len(stage.vaults.record.accepted(path=path, method=method))


def at_vault(stage: Stage, cluster: str = "b") -> dict[str, Any]:
    """Return what Vault says of the attempt now, asked past the bot."""
    path = f"sys/replication/dr/secondary/{ATTEMPT}"
    said: dict[str, Any] = stage.vaults.request(cluster, "GET", path).json()
    return said


def repeated(stage: Stage) -> list[str]:
    """Return the changes of roles that Vault accepted more than once since the record was cleared.

    Activation tokens count for each secondary's id, joining for each activation token: another
    try with another token is harmless (docs/decisions/effects.md).
    """
    accepted = Counter(
        f"{seen.path} at {seen.cluster} {seen.about}".strip()
        for path in _ORDERS
        for seen in stage.vaults.record.accepted(path=path)
    )
    return [what for what, times in accepted.items() if times > 1]
