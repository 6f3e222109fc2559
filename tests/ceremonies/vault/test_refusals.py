"""Each thing that Vault says becomes its own error, wherever and however it is said."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NamedTuple

import pytest

from ceremonies.vault import ClusterClient, TokenDeletion, errors
from lab.scripted_node import Answer, Node, refuses, says

ATTEMPT = "sys/replication/dr/secondary/generate-operation-token/attempt"
UPDATE = "sys/replication/dr/secondary/generate-operation-token/update"
PROMOTE = "sys/replication/dr/secondary/promote"
DELETE = "sys/replication/dr/secondary/operation-token/delete"
NONCE = "2dbd10f1-8528-6246-09e7-82b25b8aba63"
RUNNING = "479bcb2d-0d4f-7d5c-3d5b-5c0fbd6e5a01"


# What stands in the table is the server's text to the letter, with the status it came with.
class Said(NamedTuple):
    """What Vault says, and which error it is."""

    status: int
    text: str
    error: type[errors.VaultError]


Table = dict[str, Said]

SAID_TO_A_SHARE: Table = {
    "none in progress": Said(400, "no root generation in progress", errors.NoAttempt),
    "wrong nonce": Said(
        400,
        f'incorrect nonce supplied; nonce for this root generation operation is "{RUNNING}"',
        errors.WrongNonce,
    ),
    "no nonce": Said(400, "nonce is required", errors.WrongNonce),
    "no key": Said(400, "'key' must be specified in request body as JSON", errors.KeyNotSpecified),
    "key is a number": Said(
        400,
        "failed to decode JSON input: json: cannot unmarshal number into Go struct field "
        "GenerateRootUpdateRequest.key of type string",
        errors.RequestNotUnderstood,
    ),
    "not hex or base64": Said(
        400,
        "'key' must be a valid hex or base64 string",
        errors.KeyNotHexOrBase64,
    ),
    "too short": Said(400, "invalid key: key is shorter than minimum 16 bytes", errors.KeyTooShort),
    "too long": Said(400, "invalid key: key is longer than maximum 33 bytes", errors.KeyTooLong),
    "different lengths": Said(
        400,
        "failed to compute root key: all parts must be the same length",
        errors.SharesOfDifferentLength,
    ),
    "same share": Said(
        400,
        "given key has already been provided during this generation operation",
        errors.AlreadyProvided,
    ),
    "same x": Said(
        400,
        "failed to compute root key: duplicate part detected",
        errors.DuplicatePart,
    ),
    "another cluster's share": Said(
        400,
        "root generation aborted: unable to authenticate: unable to retrieve stored keys: invalid "
        "key: failed to decrypt keys from storage: cipher: message authentication failed",
        errors.ShareNotOfThisCluster,
    ),
    "another cluster's recovery key": Said(
        400,
        "root generation aborted: unable to authenticate: recovery key verification failed: "
        "recovery key does not match submitted values",
        errors.RecoveryKeyMismatch,
    ),
    "a round lost in words to come": Said(
        400,
        "failed to compute root key: of another reason",
        errors.RoundThrownAway,
    ),
    "other strategy": Said(
        400,
        "incorrect strategy supplied; a generate root operation of another type is already in "
        "progress",
        errors.OtherStrategy,
    ),
    "sealed": Said(503, "Vault is sealed", errors.Sealed),
    "uninitialised": Said(400, "server is not yet initialized", errors.Uninitialised),
    "no token on 2.x": Said(403, "permission denied", errors.PermissionDenied),
    "no token, older words": Said(400, "missing client token", errors.PermissionDenied),
    "switched off": Said(405, "unsupported operation", errors.PathUnsupported),
    "no such path": Said(404, "unsupported path", errors.PathUnsupported),
    "no leader": Said(
        500,
        "local node not active but active cluster node not found",
        errors.NoActiveNode,
    ),
    "a path of a primary": Said(
        400,
        "path disabled in replication DR secondary mode",
        errors.PathDisabled,
    ),
    "words that nobody knows": Said(400, "the moon is in the wrong place", errors.UnexpectedReply),
}
SAID_TO_A_START: Table = {
    "Vault": Said(400, "root generation already in progress", errors.AttemptAlreadyOpen),
    "OpenBao": Said(
        400,
        "root generation already in progress for this namespace",
        errors.AttemptAlreadyOpen,
    ),
    "sealed": Said(503, "Vault is sealed", errors.Sealed),
}
SAID_TO_A_PROMOTION: Table = {
    "catching up": Said(
        503,
        'replication is still catching up, try again later or provide the "force" argument',
        errors.StillCatchingUp,
    ),
    "no token": Said(400, "DR operation token was not provided", errors.TokenNotProvided),
    "no secondary": Said(400, "Not a DR secondary.", errors.NotASecondary),
}
THROWN_AWAY = (
    errors.SharesOfDifferentLength,
    errors.DuplicatePart,
    errors.ShareNotOfThisCluster,
    errors.RecoveryKeyMismatch,
)


def table(rows: Table) -> pytest.MarkDecorator:
    """Return a parametrization with a row's name as its id."""
    return pytest.mark.parametrize("said", rows.values(), ids=rows.keys())


WRAPPED = {
    "as on Vault's open paths": lambda status, text: refuses(text, status=status),
    "as a 500 inside a list": lambda _, text: refuses(
        f"1 error occurred:\n\t* {text}\n\n", status=500
    ),
    "with a charset in the type": lambda status, text: refuses(
        text, status=status, kind="application/json; charset=utf-8"
    ),
    "without a type": lambda status, text: refuses(text, status=status, kind="text/plain"),
    "as one text, not a list": lambda status, text: says({"errors": text}, status=status),
    "among other errors": lambda status, text: says(
        {"errors": ["2 errors occurred:", text]}, status=status
    ),
}


@table(SAID_TO_A_SHARE)
@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED.keys())
def test_what_vault_says_to_a_share(
    client: ClusterClient, node: Node, wrap: Callable[[int, str], Answer], said: Said
) -> None:
    """The text decides, in any status and wrapping; the error holds neither text nor share."""
    node.tell("PUT", UPDATE, wrap(said.status, said.text))
    share = secrets.token_bytes(32) + b"\x01"
    with pytest.raises(said.error) as raised:
        client.offer(node.address, share, NONCE)
    assert type(raised.value) is said.error
    told = f"{raised.value!r} {raised.value} {raised.value.advice}"
    assert share.hex() not in told
    assert said.text not in told
    assert NONCE not in told
    assert node.address in str(raised.value)
    assert len(raised.value.advice) > 20
    assert raised.value.__context__ is None
    assert len(node.arrived) == 1


@table(SAID_TO_A_START)
def test_what_vault_says_to_a_start(client: ClusterClient, node: Node, said: Said) -> None:
    """A running attempt is told from everything else."""
    node.tell("PUT", ATTEMPT, refuses(said.text, status=said.status))
    with pytest.raises(said.error):
        client.start(node.address)


@table(SAID_TO_A_PROMOTION)
def test_what_vault_says_to_a_promotion(client: ClusterClient, node: Node, said: Said) -> None:
    """A refused promotion says why, and was not forced."""
    node.tell("POST", PROMOTE, refuses(said.text, status=said.status))
    with pytest.raises(said.error):
        client.promote(node.address, "hvs.x")
    assert node.bodies("POST") == [{"dr_operation_token": "hvs.x"}]


@pytest.mark.parametrize("error", THROWN_AWAY)
def test_a_lost_round_is_one_kind(error: type[errors.VaultError]) -> None:
    """Whoever wants to know only that progress is 0 again asks for the branch."""
    assert issubclass(error, errors.RoundThrownAway)
    assert "0" in error.advice
    assert not issubclass(error, errors.ShareRefused)


def test_the_running_nonce_is_an_attribute_and_no_text(client: ClusterClient, node: Node) -> None:
    """Vault leaks the nonce of the running attempt: kept for the caller, not told in the error."""
    said = f'incorrect nonce supplied; nonce for this root generation operation is "{RUNNING}"'
    node.tell("PUT", UPDATE, refuses(said))
    with pytest.raises(errors.WrongNonce) as raised:
        client.offer(node.address, secrets.token_bytes(33), NONCE)
    assert raised.value.nonce == RUNNING
    assert RUNNING not in f"{raised.value!r} {raised.value} {raised.value.advice}"


DELETIONS = {
    "an empty answer": (says(status=204), TokenDeletion.DELETED),
    "a JSON answer": (says({"data": None}), TokenDeletion.DELETED),
    "no secondary any more": (refuses("Not a DR secondary."), TokenDeletion.NO_LONGER_SECONDARY),
    "sealed": (refuses("Vault is sealed", status=503), TokenDeletion.UNKNOWN),
    "no permission": (refuses("permission denied", status=403), TokenDeletion.DENIED),
    "no such path": (refuses("unsupported path", status=404), TokenDeletion.UNKNOWN),
    "a page": (says("<html>Bad gateway</html>", status=502), TokenDeletion.UNKNOWN),
    "a page with 200": (says("<html>Hello</html>"), TokenDeletion.UNKNOWN),
}


@pytest.mark.parametrize(("answer", "outcome"), DELETIONS.values(), ids=DELETIONS.keys())
def test_a_deletion_is_certain_or_unknown(
    client: ClusterClient, node: Node, answer: Answer, outcome: TokenDeletion
) -> None:
    """Deleted, denied, no longer a secondary; and all that is not certain is unknown."""
    node.tell("POST", DELETE, answer)
    assert client.delete_operation_token(node.address, "hvs.x") is outcome
