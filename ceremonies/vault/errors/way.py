"""What goes wrong on the way to a node and back, before or after something was sent."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from ceremonies.errors import VaultError as _VaultError


class Fault(StrEnum):
    """Where a call failed on its way."""

    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    NAME_UNKNOWN = "name-unknown"
    TLS = "tls"
    CUT = "cut"
    FAILED = "failed"


class VaultError(_VaultError):
    """Something between us and the Vault node at the address `node`."""

    words: str = "Vault could not do this."

    def __init__(self, *, node: str, words: str | None = None, advice: str | None = None) -> None:
        self.words = words or self.words
        self.node = node
        super().__init__(f"{self.words} ({node})", advice=advice)


class NotReachable(VaultError):
    """Nothing was sent: no address for the name, connection refused, no answer, no trust."""

    advice = (
        "Nothing was sent. Check the node's process, its address in the configuration, and the "
        "network and firewall from here to it. Not reachable from here does not mean down."
    )

    _WORDS: ClassVar[dict[Fault, str]] = {
        Fault.REFUSED: "The node refused the connection.",
        Fault.TIMED_OUT: "The node did not take the connection in time.",
        Fault.NAME_UNKNOWN: "The node's name could not be resolved.",
        Fault.TLS: "The node's certificate is not trusted, or TLS failed.",
    }

    def __init__(self, *, node: str, fault: Fault) -> None:
        words = self._WORDS.get(fault, "The node cannot be reached.")
        advice = None
        if fault is Fault.TLS:
            advice = "Nothing was sent. Check ca_file, tls_server_name and the client certificate."
        super().__init__(node=node, words=words, advice=advice)
        self.fault = fault


class NodeNotListed(VaultError):
    """An address that is not among the cluster's nodes: no share and no token goes there."""

    words = "This node is not listed for its cluster."
    advice = "Nothing was sent. Add the address to the cluster's nodes, or start a new attempt."


class TokenUnusable(VaultError):
    """A token that is not one line of printable letters."""

    words = "The cluster's ceremony token is not one line of printable letters."
    advice = "Nothing was sent. Write the token alone into the file that ceremony_token_file names."


class RedirectRefused(VaultError):
    """A node pointed elsewhere. Nothing was sent there."""

    words = "The node pointed to an address that is not listed for its cluster."
    advice = (
        "Nothing was sent there. If that address is a node of this cluster (its api_addr), add it "
        "to the cluster's nodes; if not, find out who answers at the first address."
    )

    def __init__(self, *, node: str, target: str) -> None:
        super().__init__(node=node, words=f"The node pointed to {target}, which was not followed.")
        self.target = target


class TruthUnknown(VaultError):
    """It was sent, and what came of it is unknown. Never repeat it: ask Vault what is true."""

    words = "It is not known what Vault did."
    advice = "It was sent once and is not repeated: Vault is asked what is true."


class NoReply(TruthUnknown):
    """Sent, and the reply was lost: cut off, or not whole in time."""

    def __init__(self, *, node: str, fault: Fault) -> None:
        late = "No whole reply came in time."
        cut = "The connection broke before the whole reply was here."
        super().__init__(node=node, words=late if fault is Fault.TIMED_OUT else cut)
        self.fault = fault


class UnexpectedReply(TruthUnknown):
    """A reply that is not Vault's, lacks what it must have, or refuses in words we do not know."""

    def __init__(self, *, node: str, status: int) -> None:
        super().__init__(
            node=node,
            words=f"The reply (HTTP {status}) is not one that Vault is known to give.",
            advice="It is not repeated: Vault is asked what is true. If this comes again, look at "
            "what stands before the node (load balancer, proxy) and at Vault's own log.",
        )
        self.status = status
