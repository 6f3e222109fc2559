"""What is served: replication sets, their clusters and nodes, and the rules that hold for them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from ceremonies.roster import KeyHolder
from ceremonies.rota.rules import ShiftRules

SERVICE_ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRole:
    """The bot logs in by an AppRole; the secret id is read from its file at each login."""

    role_id: str
    secret_id_file: Path
    mount: str = "approle"
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFile:
    """Somebody else, such as Vault Agent, keeps a token in this file; it is read at each use."""

    token_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubernetes:
    """The bot logs in by its service account, whose token is read from its file at each login."""

    role: str
    jwt_file: Path = SERVICE_ACCOUNT_TOKEN
    mount: str = "kubernetes"
    namespace: str = ""


Auth = AppRole | TokenFile | Kubernetes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """How one Vault cluster is reached. Which role it has is read from it, never configured."""

    name: str
    address: str
    nodes: tuple[str, ...]
    ca_file: Path | None = None
    tls_server_name: str | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    ceremony_token_file: Path | None = None
    auth: Auth | None = None  # the bot's login while this cluster is primary


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyRules:
    """The times of a ceremony, as `[ceremony]` gives them."""

    deadline: timedelta = timedelta(minutes=30)
    max: timedelta = timedelta(hours=4)
    remind_every: timedelta = timedelta(minutes=5)
    approval_lapses: timedelta = timedelta(minutes=15)
    token_unused: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """How many people besides the requester must agree, as `[approval]` gives it."""

    promote_approvers: int = 1
    holders_count: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationSet:
    """A primary and its secondaries: the unit that has one log."""

    name: str
    clusters: tuple[Cluster, ...]
    key_holders: tuple[KeyHolder, ...]
    incident_channel: str
    home_primary: str | None = None
    canary_path: str | None = None
    client_checklist: tuple[str, ...] = ()
    hands: tuple[str, ...] = ()  # steps that people do; Conclave shows the command and waits
    snapshots: Path | None = None  # directory for Raft snapshots
    performance_secondary: bool = False  # whether its primary is to be a performance secondary
    ceremony: CeremonyRules = field(default_factory=CeremonyRules)
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    shifts: tuple[ShiftRules, ...] = ()

    def cluster(self, name: str) -> Cluster | None:
        """Return the cluster with this name, or None."""
        return next((cluster for cluster in self.clusters if cluster.name == name), None)


def rules_hash(served: ReplicationSet) -> str:
    """Return SHA-256 (hex) of what holds for approvals and times: in a ceremony's first entry."""
    plain = {"approval": asdict(served.approval), "ceremony": asdict(served.ceremony)}
    written = json.dumps(plain, sort_keys=True, default=timedelta.total_seconds)
    return hashlib.sha256(written.encode()).hexdigest()
