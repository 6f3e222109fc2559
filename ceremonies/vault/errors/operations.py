"""What goes wrong with operations, with joining a primary, snapshots and the bot's own login."""

from __future__ import annotations

from ceremonies.vault.errors.cluster import PathDisabled, PermissionDenied
from ceremonies.vault.errors.way import VaultError


class RightMissing(PermissionDenied):
    """The bot's own login may not do this."""

    words = "Vault denied this to Conclave's own login."
    advice = (
        "The policy of the login that `auth` names lacks the path (or, for activation tokens and "
        "enabling a secondary, `sudo` on it). Add it, or do this step by hand."
    )


class OperationTokenDenied(PermissionDenied):
    """The DR operation token or batch token does not validate here, or may not do this."""

    words = "Vault denied this to the token."
    advice = (
        "A DR operation token belongs to one cluster and lives until it is deleted or another one "
        "is made; a batch token ends with its time and its policy. Make a new one."
    )


class RoleMissing(VaultError):
    """There is no such token role."""

    words = "Vault knows no token role of this name."
    advice = "Nothing was minted. An operator lays the ring with conclave policy --apply."


class RoleUnfit(VaultError):
    """The token role bars what its tokens have to have."""

    words = "The token role bars the policy that its tokens have to have."
    advice = "Nothing was minted. An operator mends the ring with conclave policy --apply."


class LoginMissing(PermissionDenied):
    """The bot has no login on this cluster, or cannot read what it would log in with."""

    words = "Conclave has no login of its own on this cluster."
    advice = "Nothing was sent. Write `auth` for this cluster, or do this step by hand."


class LoginRefused(PermissionDenied):
    """Vault did not let the bot log in."""

    words = "Vault refused Conclave's own login."
    advice = (
        "Compare `auth` of this cluster with the auth method at Vault: its mount, its role, and "
        "whether the secret is still valid. Until then, do this step by hand."
    )


class NoLoginHere(PathDisabled):
    """The cluster is not known to be a primary or to be without replication: no login is tried."""

    words = "This cluster is a DR secondary or does not say what it is; no login works there."
    advice = "Nothing was sent but the question what it is. Ask again when it has its new role."


class NotAPrimary(VaultError):
    """The cluster is no DR primary (any more)."""

    words = "This cluster is not a DR primary."
    advice = "Look at its status first: it may have been demoted or disabled already."


class SecondaryIdTaken(VaultError):
    """The primary knows a secondary of this id already."""

    words = "The primary already knows a secondary with this id."
    advice = "Revoke that id at the primary (revoke-secondary) or use another one."


class ActivationRefused(VaultError):
    """The activation token was used before, has ended, was revoked, or could not be unwrapped."""

    words = "Vault did not take the activation token."
    advice = (
        "It works once and for 30 minutes, and a failed try may have used it up: have a new one "
        "made. If nobody else tried, somebody may have intercepted it: revoke its secondary id at "
        "the primary, and find out."
    )


class ActivationUnfit(VaultError):
    """The primary made an activation token that does not lead where it should. It was dropped."""

    words = "The activation token that was made is not the one that was asked for."
    advice = "Revoke its secondary id at the primary; it was not kept and not used."


class KeysChanged(VaultError):
    """The node holds keys of before a change of role; it seals itself."""

    words = "The node's encryption keys have changed with replication; it seals itself."
    advice = (
        "Where Vault unseals itself, wait, or restart the node if it stays sealed. Otherwise the "
        "holders of the primary's unseal keys unseal it."
    )


class SnapshotIncomplete(VaultError):
    """What came is no whole Raft snapshot. Nothing was kept."""

    words = "The Raft snapshot did not arrive whole, and nothing was kept."
    advice = "Try again. If this comes twice, look at Vault's log and at what stands before it."


class SnapshotNotKept(VaultError):
    """The snapshot could not be written to its place."""

    words = "The Raft snapshot could not be written to its place, and nothing was kept."
    advice = (
        "Look at the directory that `snapshots` names: room, rights, and whether it is mounted on "
        "this replica. Or take a snapshot by hand: vault operator raft snapshot save FILE."
    )
