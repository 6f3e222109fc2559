"""The ring of policies and roles, laid as an operator lays it; and tables at which it is used."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ceremonies import policies
from ceremonies.conductor.spans import Watch
from ceremonies.events import Event, from_plain
from ceremonies.log import SetLog
from ceremonies.rota.rules import ShiftRules
from ceremonies.topology import AppRole
from lab.enterprise import ReplicationRange, practice_range
from lab.process import wait_until
from tests.table import SET, Table

CANARY = "kv/conclave-canary"


def lay(vaults: ReplicationRange, cluster: str = "a") -> None:
    """Every place of the ring is on this cluster, and the bot's own policy, as they have to be."""
    bao = vaults[cluster].bao
    bao.call(
        "PUT",
        f"sys/policies/acl/{policies.BOT}",
        {"policy": policies.bot_policy(canaries=(CANARY,))},
    )
    for place in policies.places():
        name = policies.policy_name(place)
        bao.call("PUT", f"sys/policies/acl/{name}", {"policy": policies.shift_policy()})
        bao.call("POST", f"auth/token/roles/{name}", dict(policies.role(place)))


@contextmanager
def seated_on_duty(
    place: Path,
    redis_url: str,
    *rules: ShiftRules,
    replicas: int = 1,
    at: int = 0,
    names: tuple[str, ...] = ("a", "b"),
    watch: Watch | None = None,
    skew_s: float = math.inf,
) -> Iterator[Table]:
    """Give a table with replicas for these shifts, the clock put to `at` (ms) if it is told.

    Vault's clock cannot be put, so it may be as far from ours as it likes, unless `skew_s` says
    otherwise. The ring is laid on `a`, the primary; everything is stopped at the end.
    """
    with practice_range(place / "vaults", names=names) as vaults:
        lay(vaults)
        for name in names[1:]:
            vaults.replicate(name)
        secret = place / "secret-id"
        secret.write_text(vaults.bot_login.secret_id)
        auth = AppRole(role_id=vaults.bot_login.role_id, secret_id_file=secret)
        watch = watch or Watch()
        table = Table(vaults, redis_url, auth=auth, shifts=rules, watch=watch, skew_s=skew_s)
        if at:
            table.clock_of_redis().put_to(at)
        try:
            for _ in range(replicas):
                table.seat()
            yield table
        finally:
            table.rises()


def waits_for_ring(table: Table, *, ready: int = policies.RING) -> None:
    """Return once so many places are seen ready."""

    def is_ready() -> bool:
        ring = table.conductor.state(SET).duties.ring
        return ring is not None and len(ring.ready) == ready

    wait_until(is_ready, seconds=20, what=f"{ready} places are ready")


def log_of(table: Table) -> list[Event]:
    """Return every event of the log."""
    log = SetLog(
        table.redis_client(),
        workspace="T0CONCLAVE",
        set_name=SET,
        identity=table.identity,
    )
    return [from_plain(plain) for entry in log.load() for plain in entry.events]
