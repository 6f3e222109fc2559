"""What Vault Enterprise knows of replication and OpenBao does not: roles, links, WALs, tokens."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from lab.enterprise.gate import Gate
from lab.enterprise.sayings import Sayings
from lab.openbao import BaoCluster


class Role(StrEnum):
    """A cluster's mode in DR replication."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DISABLED = "disabled"


class VaultLine(StrEnum):
    """Which line of Vault a cluster plays: 2.x wants a token for an attempt (facts/vault 4)."""

    ONE = "1.x"
    TWO = "2.x"

    @property
    def version(self) -> str:
        """What the cluster says its version is."""
        return "1.20.4+ent" if self is VaultLine.ONE else "2.0.1+ent"


class AfterPromotion(StrEnum):
    """How a cluster just promoted answers the deletion of its operation token (facts/vault 0.8)."""

    DELETED = "deleted"
    REFUSED = "refused"


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """The switches of one cluster; a fresh one is what `reset` goes back to."""

    line: VaultLine = VaultLine.ONE
    deletion_after_promotion: AfterPromotion = AfterPromotion.DELETED
    promotion_takes: float = 0.7  # seconds of 503 after promote, demote, enable, disable
    catching_up: int = 0  # how many promotions are still answered "catching up"
    break_glass: bool = False  # on every node, as if its configuration said so (see Node.opened)
    link_up: bool = True  # whether its streaming connection to the primary holds
    other_kind: bool = False  # the slot is held by a generate-root of another kind
    standbys_seal: int = 0  # how many standbys seal themselves after a change of role
    standbys_seal_after: float = 1.0  # seconds; a real one looks every 10 s (facts/vault 5.2)
    operation_token_survives: bool = True  # a sync does not touch the cluster's own token
    says: Sayings = field(default_factory=Sayings)


SURVIVOR: Final = ""
"""Stands for the accessor of an operation token that outlived a sync: only the range knows it."""


@dataclass(slots=True, kw_only=True)
class ClusterState:
    """One cluster as the fronts play it."""

    bao: BaoCluster
    role: Role
    behaviour: Behaviour = field(default_factory=Behaviour)
    primary: str | None = None  # the cluster it follows, by name
    secondaries: dict[str, str | None] = field(default_factory=dict)  # id -> cluster; None: unused
    secondary_id: str = ""
    remote_wal: int = 0
    wal_offset: int = 0
    away_until: float = 0.0  # in the loop's time
    resyncing: bool = False  # follows a new primary, and does not hold what that holds yet
    syncing: bool = False  # and is being filled with it just now
    sealing: bool = False  # a standby is about to seal itself
    epoch: int = 0  # counts resets: what began before one and still waits gives up
    sealed: bool = False  # no node of it was unsealed when its heart was last listened to
    heard: datetime | None = None  # when it last heard its primary
    started: datetime = field(default_factory=lambda: datetime.now(tz=UTC))
    # Requests wait here while a snapshot is put in: a real secondary does not go away for that.
    gate: Gate = field(default_factory=Gate)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    operation_tokens: dict[str, str] = field(default_factory=dict)  # digest -> accessor
    # Logins count as streamed at once; one at a time, so that each counts its own writes only.
    streaming: asyncio.Lock = field(default_factory=asyncio.Lock)
    started_at: set[str] = field(default_factory=set)  # leaders that may remember an attempt
    otps: dict[str, str] = field(default_factory=dict, repr=False)  # nonce -> OTP

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.bao.name

    @property
    def version(self) -> str:
        """What it says its version is."""
        return self.behaviour.says.version or self.behaviour.line.version

    @property
    def away(self) -> bool:
        """Whether it is in the brief period of unavailability after a change of role."""
        return self.syncing or asyncio.get_running_loop().time() < self.away_until

    def go_away(self) -> None:
        """Be unavailable from now on for as long as a change of role takes."""
        self.away_until = asyncio.get_running_loop().time() + self.behaviour.promotion_takes

    def does(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside everything else; it ends with the range at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def was_filled(self, *, wal: int) -> None:
        """Note that it holds what its primary held at this WAL; OpenBao started anew for it."""
        self.remote_wal = wal
        self.started_at.clear()
        survive = self.behaviour.operation_token_survives
        self.operation_tokens = dict.fromkeys(self.operation_tokens if survive else (), SURVIVOR)

    def in_step(self) -> bool:
        """Return whether nothing that a change of role began is still under way."""
        return not (self.resyncing or self.syncing or self.sealing)

    def knows_operation_token(self, token: str) -> bool:
        """Return whether the token came out of an attempt here."""
        return digest(token) in self.operation_tokens


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class ReplicationState:
    """All clusters of one set, by name."""

    clusters: dict[str, ClusterState] = field(default_factory=dict)

    def followers(self, primary: ClusterState) -> dict[str, ClusterState]:
        """Return the clusters that stream from this primary, by their secondary id."""
        return {
            identifier: self.clusters[name]
            for identifier, name in primary.secondaries.items()
            if name is not None
            and self.clusters[name].role is Role.SECONDARY
            and self.clusters[name].primary == primary.name
            and self.clusters[name].secondary_id == identifier
        }

    def connected(self, secondary: ClusterState) -> ClusterState | None:
        """Return the live primary that this secondary is connected to, or None."""
        primary = self.clusters.get(secondary.primary or "")
        if primary is None or primary.role is not Role.PRIMARY or primary.away:
            return None
        if secondary.secondary_id not in primary.secondaries:
            return None
        serving = any(node.answers for node in primary.bao.nodes)
        if primary.sealed or not serving or not secondary.behaviour.link_up:
            return None
        return primary
