"""Tables at which runbooks are led: the bot has its own login, and the clusters are the test's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ceremonies.topology import AppRole, ApprovalRules
from lab.enterprise import ReplicationRange, practice_range
from tests.commander import Commander
from tests.table import Table

_CHANGES = ("demote", "promote", "secondary-token", "update-primary", "disable", "enable")


@contextmanager
def seated(
    place: Path,
    redis_url: str,
    *,
    names: tuple[str, ...] = ("a", "b"),
    intent_s: float = 30.0,
    hands: tuple[str, ...] = (),
    holders_count: bool = True,
) -> Iterator[Commander]:
    """Give a commander at a table; clusters and replicas are stopped at the end."""
    with practice_range(place / "vaults", names=names) as vaults:
        secret, kept = place / "secret-id", place / "snapshots"
        secret.write_text(vaults.bot_login.secret_id)
        kept.mkdir()
        auth = AppRole(role_id=vaults.bot_login.role_id, secret_id_file=secret)
        table = Table(
            vaults,
            redis_url,
            auth=auth,
            snapshots=kept,
            intent_s=intent_s,
            hands=hands,
            approval=ApprovalRules(holders_count=holders_count),
        )
        try:
            yield Commander(table, table.seat())
        finally:
            table.rises()


def writes(vaults: ReplicationRange, cluster: str, name: str) -> None:
    """A client writes a letter."""
    vaults[cluster].bao.call("POST", f"kv/{name}", {"text": f"{name} on {cluster}"})


def reads(vaults: ReplicationRange, cluster: str) -> set[str]:
    """Return the letters that the cluster holds, read past everything."""
    return set(vaults[cluster].bao.call("LIST", "kv/")["data"]["keys"]) - {"conclave-canary"}


def taken(vaults: ReplicationRange) -> list[str]:
    """Return the changes of role that Vault took, in order."""
    return [
        f"{name} {seen.cluster}"
        for seen in vaults.record.accepted(path="sys/replication/dr/")
        if (name := seen.path.rsplit("/", 1)[-1]) in _CHANGES
    ]
