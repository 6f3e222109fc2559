"""The same range on a real Vault Enterprise binary: nothing is played, the fronts only pass on.

`CONCLAVE_LAB_VAULT` names the binary, `VAULT_LICENSE` (or `VAULT_LICENSE_PATH`) its licence.
Written from Vault's documents; it has not been run against Vault Enterprise yet.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from lab.enterprise.attempt import ATTEMPT
from lab.enterprise.range import ReplicationRange
from lab.enterprise.replicate import ReplicationHeld
from lab.enterprise.site import Site
from lab.enterprise.state import ClusterState, Role
from lab.enterprise.wire import Call, Reply
from lab.openbao import BaoCluster, Refused, Unanswered
from lab.openbao_node import Flavour
from lab.process import CannotStart, NotInTime, wait_until

BINARY: Final = "CONCLAVE_LAB_VAULT"
_LICENCE: Final = ("VAULT_LICENSE", "VAULT_LICENSE_PATH")
_PATIENCE: Final = 120.0  # seconds for replication to come up


class Options(TypedDict, total=False):
    """What a range can be told; see ReplicationRange."""

    names: Sequence[str]
    nodes: Mapping[str, int]
    shares: int
    threshold: int
    auto_unseal: bool
    balancers: bool
    replicate_every: float | None


def practice_range(
    directory: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    **options: Unpack[Options],
) -> ReplicationRange:
    """Return a range that is not started: on Vault Enterprise if one is named, else on OpenBao."""
    named = environment.get(BINARY)
    if not named:
        return ReplicationRange(directory=directory, **options)
    flavour = Flavour(
        find=partial(Path, named), preamble="disable_mlock = true", environment=_LICENCE
    )
    return LicensedRange(
        directory=directory, _flavour=flavour, _endpoint=_pass_on, _attempt=ATTEMPT, **options
    )


@dataclass(slots=True, kw_only=True)
class LicensedRange(ReplicationRange):
    """A range whose replication is Vault's own. A cluster's `behaviour` switches nothing here."""

    def replicate(self, name: str = "b") -> None:
        """Return once this secondary has streamed what its primary had when this was called."""
        wanted = self.primary.bao.call("GET", _STATUS)["data"]["last_dr_wal"]
        try:
            wait_until(
                lambda: _status(self[name].bao).get("last_remote_wal", -1) >= wanted,
                seconds=_PATIENCE,
                what=f"{name} has streamed up to {wanted}",
            )
        except NotInTime as problem:
            raise ReplicationHeld(str(problem)) from None

    def reset(self) -> None:
        """Be as after `start`. Roles cannot be put back without a ceremony: then all is new."""
        if [self[name].role for name in self.names] != _roles(self.names):
            self._start_over()
            return
        self.clear_faults()
        for cluster in self.clusters.values():
            cluster.close_attempts()
            cluster.revive()
            if cluster.role is Role.SECONDARY:
                cluster.cancel_attempt()
        self.record.clear()

    def _start_over(self) -> None:
        self.stop()
        for name in self.names:
            shutil.rmtree(self.directory / name)
        self.clusters.clear()
        self._everybody.clusters.clear()
        self.start()

    def _pair(self, first: BaoCluster, others: Sequence[BaoCluster]) -> None:
        try:
            first.call("POST", "sys/replication/dr/primary/enable", {})
        except Refused as problem:
            raise CannotStart(f"{BINARY} does not name a Vault Enterprise: {problem}") from None
        _wait_for(first, mode="primary", state="running")
        for other in others:
            self._join(first, other)

    def _join(self, first: BaoCluster, other: BaoCluster) -> None:
        path = "sys/replication/dr/primary/secondary-token"
        activation = first.call("POST", path, {"id": other.name})["wrap_info"]["token"]
        address = first.active().address
        body = {"token": activation, "primary_api_addr": address}
        other.call("POST", "sys/replication/dr/secondary/enable", body)
        # From here on the primary's keys open it, and its own root token is void.
        other.shares, other.root_token = first.shares, first.root_token
        _wait_for(other, mode="secondary", state="stream-wals")
        other.unseal()

    def _assign_roles(self) -> None:
        for name, role in zip(self.names, _roles(self.names), strict=True):
            self[name].state.role = role

    async def _keep_replicating(self, state: ClusterState) -> None:
        """Keep our notion of the role in step with what the cluster says."""
        while True:
            await asyncio.sleep(0.5)
            said = await asyncio.to_thread(_status, state.bao)
            if said.get("mode") in set(Role):
                state.role = Role(said["mode"])


_STATUS: Final = "sys/replication/dr/status"


async def _pass_on(site: Site, call: Call) -> Reply:
    return await site.upstream.send(call)


def _status(cluster: BaoCluster) -> dict[str, Any]:
    try:
        reply = cluster.request("GET", _STATUS, node=cluster.active(seconds=1), token="")
    except (NotInTime, Unanswered):
        return {}
    return dict(reply.json().get("data") or {}) if reply.ok else {}


def _wait_for(cluster: BaoCluster, **wanted: str) -> None:
    wait_until(
        lambda: wanted.items() <= _status(cluster).items(),
        seconds=_PATIENCE,
        what=f"{cluster.name} says {wanted}",
    )


def _roles(names: Sequence[str]) -> list[Role]:
    return [Role.PRIMARY, *[Role.SECONDARY] * (len(names) - 1)]
