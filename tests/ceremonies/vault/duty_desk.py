"""A primary on which the ring is laid, and how it is asked with the bot's own rights."""

from __future__ import annotations

from dataclasses import dataclass, field

from ceremonies import policies
from ceremonies.policies import policy_name
from ceremonies.topology import Cluster
from ceremonies.vault import ClusterClient
from ceremonies.vault.shift_tokens import ShiftTokens
from lab.enterprise import ReplicationRange
from tests.ring import lay

LONGEST_S = 768 * 3600  # of OpenBao and Vault, where nobody tuned it


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The primary with the ring laid, and a login that may what the bot's own policy says."""

    vaults: ReplicationRange
    client: ClusterClient
    node: str
    login: str = field(repr=False)

    @property
    def tokens(self) -> ShiftTokens:
        """What is asked about tokens on duty."""
        return self.client.shift_tokens

    def as_operator(self, method: str, path: str, body: object = None) -> None:
        """Do what an operator may do."""
        self.vaults["a"].bao.call(method, path, body)

    def tune(self, longest: str) -> None:
        """Let tokens last so long at most."""
        self.as_operator("POST", "sys/auth/token/tune", {"max_lease_ttl": longest})

    def writes_role(self, place: int, **changed: object) -> None:
        """Lay a role that differs in this."""
        path = f"auth/token/roles/{policy_name(place)}"
        self.as_operator("POST", path, dict(policies.role(place)) | changed)

    def opened(self, wrapping: str) -> None:
        """Open a wrap."""
        reply = self.vaults.request("a", "POST", "sys/wrapping/unwrap", {}, token=wrapping)
        assert reply.status_code == 200


def client_of(vaults: ReplicationRange, name: str) -> ClusterClient:
    """Return a client of this cluster, without a login."""
    cluster = vaults[name]
    return ClusterClient(Cluster(name=name, address=cluster.address, nodes=cluster.nodes))


def desk_at(vaults: ReplicationRange) -> Desk:
    """Return a desk with the ring as it has to be, whatever a test before did to it."""
    vaults.reset()
    lay(vaults)
    bao = vaults["a"].bao
    bao.call("POST", "sys/auth/token/tune", {"max_lease_ttl": f"{LONGEST_S}s"})
    login = bao.call("POST", "auth/token/create", {"policies": [policies.BOT], "ttl": "1h"})
    client = client_of(vaults, "a")
    token = login["auth"]["client_token"]
    return Desk(vaults=vaults, client=client, node=client.active_node(), login=token)
