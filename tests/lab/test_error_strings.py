"""Every string of Vault's generate-operation-token errors, as the range says it."""

from __future__ import annotations

import base64
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from lab.enterprise import ReplicationRange, VaultLine
from lab.operator import Operator

INCORRECT_NONCE = 'incorrect nonce supplied; nonce for this root generation operation is "{nonce}"'
KEY_MISSING = "'key' must be specified in request body as JSON"
KEY_UNREADABLE = "'key' must be a valid hex or base64 string"
NONE_OPEN = "no root generation in progress"
AUTHENTICATION = (
    "root generation aborted: unable to authenticate: unable to retrieve stored keys: invalid key: "
    "failed to decrypt keys from storage: cipher: message authentication failed"
)
RECOVERY = (
    "root generation aborted: unable to authenticate: recovery key verification failed: "
    "recovery key does not match submitted values"
)


def error(reply: requests.Response, status: int = 400) -> str:
    """Return the one error of a reply with this status."""
    assert reply.status_code == status, reply.text
    (message,) = reply.json()["errors"]
    return str(message)


def another_share(x: int, length: int = 33) -> bytes:
    """Return a well-formed share of no cluster, with this x."""
    return secrets.token_bytes(length - 1) + bytes([x])


def unused_x(shares: tuple[bytes, ...]) -> int:
    """Return an x that none of the shares has."""
    return next(x for x in range(1, 256) if x not in {share[-1] for share in shares})


def test_a_share_without_an_attempt(operator: Operator) -> None:
    """A share is refused while nothing is in progress."""
    assert error(operator.offer(operator.shares[0])) == NONE_OPEN


def test_a_second_start(attempt: Operator) -> None:
    """A second start is refused, tells neither nonce nor OTP, and changes nothing."""
    reply = attempt.call("PUT", "generate-operation-token/attempt", {})
    assert error(reply) == "root generation already in progress"
    assert attempt.status()["nonce"] == attempt.nonce


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "479bcb2d-0000-0000-0000-000000000000", id="another one"),
        pytest.param(str.upper, id="in capitals"),
        pytest.param(lambda nonce: nonce + " ", id="with a space behind"),
    ],
)
def test_a_wrong_nonce(attempt: Operator, spoil: Callable[[str], str]) -> None:
    """A wrong nonce is refused; the answer gives the real one away; progress stays."""
    reply = attempt.offer(attempt.shares[0], nonce=spoil(attempt.nonce))
    assert error(reply) == INCORRECT_NONCE.format(nonce=attempt.nonce)
    assert attempt.status()["progress"] == 0


def test_no_nonce_at_all(attempt: Operator) -> None:
    """A share without the field is told the same."""
    body = {"key": attempt.shares[0].hex()}
    reply = attempt.call("PUT", "generate-operation-token/update", body)
    assert error(reply) == INCORRECT_NONCE.format(nonce=attempt.nonce)


@pytest.mark.parametrize("key", [pytest.param("", id="empty"), pytest.param(None, id="null")])
def test_a_key_that_is_nothing(attempt: Operator, key: str | None) -> None:
    """An empty key and null are no key."""
    assert error(attempt.offer(key)) == KEY_MISSING


def test_no_key_at_all(attempt: Operator) -> None:
    """Nor is an absent one."""
    reply = attempt.call("PUT", "generate-operation-token/update", {"nonce": attempt.nonce})
    assert error(reply) == KEY_MISSING


def test_a_key_that_is_a_number(attempt: Operator) -> None:
    """A number is a mistake in the JSON."""
    assert error(attempt.offer(5)) == (
        "failed to decode JSON input: json: cannot unmarshal number into Go struct field "
        "GenerateRootUpdateRequest.key of type string"
    )


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda share: " " + share.hex(), id="a space before"),
        pytest.param(lambda share: share.hex()[:10] + " " + share.hex()[10:], id="a space inside"),
        pytest.param(
            lambda share: base64.urlsafe_b64encode(b"\xfb\xff\xfe" + share[3:]).decode(),
            id="the alphabet for URLs",
        ),
        pytest.param(lambda share: share.hex()[:30], id="fifteen bytes in hex"),
        pytest.param(
            lambda share: base64.b64encode(share[:32]).decode().rstrip("="), id="no padding"
        ),
        pytest.param(lambda _: "not a share", id="words"),
    ],
)
def test_a_key_that_cannot_be_read(attempt: Operator, write: Callable[[bytes], str]) -> None:
    """What is neither hex nor base64 is refused; progress stays."""
    assert attempt.offer(attempt.shares[0]).status_code == 200
    assert error(attempt.offer(write(attempt.shares[1]))) == KEY_UNREADABLE
    assert attempt.status()["progress"] == 1


def test_a_key_too_short(attempt: Operator) -> None:
    """Fewer than 16 bytes are refused."""
    key = base64.b64encode(secrets.token_bytes(12)).decode()
    assert error(attempt.offer(key)) == "invalid key: key is shorter than minimum 16 bytes"


def test_a_key_too_long(attempt: Operator) -> None:
    """More than 33 bytes are refused."""
    key = secrets.token_bytes(34)
    assert error(attempt.offer(key)) == "invalid key: key is longer than maximum 33 bytes"


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda share: share.hex(), id="in hex"),
        pytest.param(lambda share: share.hex().upper(), id="in hex, in capitals"),
        pytest.param(lambda share: base64.b64encode(share).decode(), id="in base64"),
    ],
)
def test_the_same_share_again(attempt: Operator, write: Callable[[bytes], str]) -> None:
    """A share given twice is refused however it is written; progress stays."""
    assert attempt.offer(attempt.shares[0]).status_code == 200
    assert error(attempt.offer(write(attempt.shares[0]))) == (
        "given key has already been provided during this generation operation"
    )
    assert attempt.status()["progress"] == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        pytest.param(
            lambda shares: another_share(unused_x(shares), length=32),
            "failed to compute root key: all parts must be the same length",
            id="not the share length",
        ),
        pytest.param(
            lambda shares: another_share(shares[0][-1]),
            "failed to compute root key: duplicate part detected",
            id="an x that was given, with other bytes",
        ),
        pytest.param(
            lambda shares: another_share(unused_x(shares)),
            AUTHENTICATION,
            id="another cluster's share",
        ),
    ],
)
def test_a_bad_share_spoils_the_round(
    attempt: Operator, bad: Callable[[tuple[bytes, ...]], bytes], message: str
) -> None:
    """A bad share is accepted; the last, innocent one gets the error, and all work is lost.

    Nonce and OTP stay good: three right shares then complete the same attempt.
    """
    shares = attempt.shares
    assert attempt.offer(shares[0]).status_code == 200
    assert attempt.offer(bad(shares)).status_code == 200
    assert error(attempt.offer(shares[2])) == message
    status = attempt.status()
    assert (status["progress"], status["nonce"]) == (0, attempt.nonce)
    assert attempt.gather().startswith("s.")


def test_another_kind_holds_the_slot(operator: Operator) -> None:
    """A generate-root of another kind blocks start and shares alike."""
    operator.nonce = operator.clusters["b"].hold_slot_by_another_kind()
    start = operator.call("PUT", "generate-operation-token/attempt", {})
    assert error(start) == "root generation already in progress"
    assert error(operator.offer(operator.shares[0])) == (
        "incorrect strategy supplied; a generate root operation of another type is already "
        "in progress"
    )


def test_a_share_after_the_end(attempt: Operator) -> None:
    """After completion nothing is in progress, and the status keeps no trace."""
    attempt.gather()
    assert error(attempt.offer(attempt.shares[3])) == NONE_OPEN
    assert attempt.status()["started"] is False


def test_a_share_after_a_cancel(attempt: Operator) -> None:
    """A cancel answers 204, twice as well, and ends the attempt."""
    for _ in range(2):
        assert attempt.call("DELETE", "generate-operation-token/attempt").status_code == 204
    assert error(attempt.offer(attempt.shares[0])) == NONE_OPEN


def test_an_otp_of_the_wrong_length(operator: Operator) -> None:
    """A caller's own OTP has to have the token's length; Vault's words for it, not OpenBao's."""
    reply = operator.call("PUT", "generate-operation-token/attempt", {"otp": "short"})
    assert error(reply) == "OTP string is wrong length"


def test_a_sealed_node(attempt: Operator) -> None:
    """A sealed node says only that, whatever it is asked."""
    attempt.clusters["b"].seal()
    for method in ("GET", "PUT", "DELETE"):
        reply = attempt.call(method, "generate-operation-token/attempt", {})
        assert error(reply, 503) == "Vault is sealed"
    assert error(attempt.offer(attempt.shares[0]), 503) == "Vault is sealed"


def test_no_token_on_2_x(operator: Operator) -> None:
    """Vault 2.x refuses each step of an attempt that comes without a token."""
    operator.clusters["b"].behaviour.line = VaultLine.TWO
    for method in ("GET", "PUT", "DELETE"):
        reply = operator.call(method, "generate-operation-token/attempt", {})
        assert error(reply, 403) == "permission denied"
    assert error(operator.offer(operator.shares[0]), 403) == "permission denied"


def test_a_server_never_initialised(tmp_path: Path) -> None:
    """A node without any data says that it is not initialised."""
    with ReplicationRange(directory=tmp_path) as clusters:
        (node,) = clusters["b"].bao.nodes
        node.kill()
        shutil.rmtree(node.directory / "raft")
        node.start()
        node.wait_listening()
        path = "sys/replication/dr/secondary/generate-operation-token/attempt"
        reply = clusters.request("b", "GET", path, node="b1")
        assert error(reply) == "server is not yet initialized"


def test_a_wrong_recovery_key(tmp_path: Path) -> None:
    """With auto-unseal the shares are recovery keys, and a wrong one gets words of its own."""
    with ReplicationRange(directory=tmp_path, auto_unseal=True) as clusters:
        path = "sys/replication/dr/secondary/generate-operation-token"
        started = clusters.request("b", "PUT", f"{path}/attempt", {}).json()
        shares = clusters["a"].bao.shares
        replies = [
            clusters.request(
                "b", "PUT", f"{path}/update", {"key": key.hex(), "nonce": started["nonce"]}
            )
            for key in (shares[0], another_share(unused_x(shares)), shares[2])
        ]
        assert error(replies[-1]) == RECOVERY
        assert clusters.request("b", "GET", f"{path}/attempt").json()["progress"] == 0
