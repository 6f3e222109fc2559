"""What a node says that cannot do this, or not now."""

from __future__ import annotations

from ceremonies.vault.errors.way import VaultError


class Sealed(VaultError):
    """The node is sealed."""

    words = "The node is sealed."
    advice = (
        "Unseal every node of this cluster (with the primary's unseal keys; where Vault unseals "
        "itself, see why its seal does not answer), then try again."
    )


class Uninitialised(VaultError):
    """The node was never initialised, or lost its storage."""

    words = "Vault is not initialised."
    advice = "This is not the cluster that you look for: check the address and the node's storage."


class NoActiveNode(VaultError):
    """No node of the cluster leads."""

    words = "No node of this cluster is active."
    advice = (
        "An election takes some seconds: try again in half a minute. If it stays so, look at "
        "seal status and quorum of every node, and check that every node is listed."
    )


class PermissionDenied(VaultError):
    """403: no token where one is needed (Vault 2.x), or one that does not permit this."""

    words = "Vault denied permission."
    advice = (
        "Since 2.0 Vault wants a token for this: a batch token or root token made on the primary, "
        "in ceremony_token_file. If it is there, it has expired or its policy lacks the path."
    )


class PathDisabled(VaultError):
    """The cluster is a DR secondary and does not serve this path."""

    words = "This cluster is a DR secondary and does not serve this path."
    advice = "Ask the primary instead; on a secondary only DR operations work."


class PathUnsupported(VaultError):
    """The server does not know this path or has it switched off."""

    words = "This server does not know DR operations here, or has them switched off."
    advice = "Check that this is Vault Enterprise with DR replication, and that no proxy filters."


class WrongScheme(VaultError):
    """Plain HTTP was spoken to a node that speaks TLS."""

    words = "The node speaks TLS, and the configured address says http."
    advice = "Write the node's address with https:// and give ca_file."


class StillCatchingUp(VaultError):
    """The secondary has not applied all that it received. It was not promoted."""

    words = "Replication is still catching up; the cluster was not promoted."
    advice = (
        "Try again in half a minute. Conclave never forces a promotion by itself: that loses what "
        "was not applied yet."
    )


class NotASecondary(VaultError):
    """The cluster is no DR secondary (any more)."""

    words = "This cluster is not a DR secondary."
    advice = "Look at its status first: it may have been promoted already."


class TokenNotProvided(VaultError):
    """Vault saw no DR operation token in the request."""

    words = "Vault saw no DR operation token in the request."
    advice = "Something on the way changes requests: look at what stands before the node."
