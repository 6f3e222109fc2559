"""Vault's own words where OpenBao has others, or none: each as documented or read in its source."""

from __future__ import annotations

from typing import Final

from lab.enterprise.wire import Reply, refusal

PATH_DISABLED: Final = refusal(400, "path disabled in replication DR secondary mode")
NOT_A_SECONDARY: Final = refusal(400, "Not a DR secondary.")
NOT_A_PRIMARY: Final = refusal(400, "Not a DR primary.")
NO_OPERATION_TOKEN: Final = refusal(400, "DR operation token was not provided")
PERMISSION_DENIED: Final = refusal(403, "permission denied")
SEALED: Final = refusal(503, "Vault is sealed")
NOT_INITIALISED: Final = refusal(400, "server is not yet initialized")
NO_ACTIVE_NODE: Final = refusal(500, "local node not active but active cluster node not found")
IN_NAMESPACES: Final = refusal(400, "operation unavailable in namespaces")
UNSUPPORTED: Final = refusal(405, "1 error occurred:\n\t* unsupported operation\n\n")
BATCH_NOT_REVOCABLE: Final = refusal(400, "batch tokens cannot be revoked")
OTHER_STRATEGY: Final = refusal(
    400,
    "incorrect strategy supplied; a generate root operation of another type is already in progress",
)
CATCHING_UP: Final = refusal(
    503,
    'replication is still catching up, try again later or provide the "force" argument',
)

# How OpenBao 2.7.2 says it -> how Vault does.
TRANSLATIONS: Final = {
    "root generation already in progress for this namespace": "root generation already in progress",
    "OTP string has incorrect length": "OTP string is wrong length",
}

_BRIEFLY = "Vault will be unavailable for a brief period and will resume service shortly."
PROMOTING: Final = f"This cluster is being promoted to a replication primary. {_BRIEFLY}"
DEMOTING: Final = f"This cluster is being demoted to a replication secondary. {_BRIEFLY}"
ENABLING: Final = f"This cluster is being enabled as a primary for replication. {_BRIEFLY}"
DISABLING_PRIMARY: Final = (
    "This cluster is having replication disabled. Vault will be unavailable for a brief period "
    "and will resume service shortly. Any secondaries will no longer be able to connect."
)
DISABLING_SECONDARY: Final = f"This cluster is having replication disabled. {_BRIEFLY}"
FOUND_PRIMARY: Final = (
    "Vault has successfully found secondary information; it may take a while to perform setup "
    "tasks. Vault will be unavailable until these tasks and initial sync complete."
)


def translate(reply: Reply) -> Reply:
    """Return the reply with OpenBao's wording of an error put into Vault's."""
    if reply.ok:
        return reply
    content = reply.content.decode(errors="replace")
    for ours, theirs in TRANSLATIONS.items():
        content = content.replace(ours, theirs)
    return Reply(status=reply.status, headers=reply.headers, content=content.encode())
