"""What is sent for each thing that is wanted, and what is made of the answers."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable

import pytest

from ceremonies.vault import (
    Accepted,
    Access,
    Attempt,
    Begun,
    Cancelled,
    ClusterClient,
    NothingOpen,
    NotOurs,
    Offered,
    errors,
)
from lab.scripted_node import Node, refuses, says

SECONDARY = "sys/replication/dr/secondary"
ATTEMPT = f"{SECONDARY}/generate-operation-token/attempt"
UPDATE = f"{SECONDARY}/generate-operation-token/update"
NONCE = "2dbd10f1-8528-6246-09e7-82b25b8aba63"
OTHER = "479bcb2d-0d4f-7d5c-3d5b-5c0fbd6e5a01"
OPEN = {
    "nonce": NONCE,
    "started": True,
    "progress": 1,
    "required": 3,
    "complete": False,
    "encoded_token": "",
    "encoded_root_token": "",
    "pgp_fingerprint": "",
    "otp": "",
    "otp_length": 26,
}
NONE_OPEN = {**OPEN, "nonce": "", "started": False, "progress": 0}
SHARE = secrets.token_bytes(32) + b"\x2a"

SHAPES = {
    "bare, as without a token": lambda fields: fields,
    "under data, as with a token": lambda fields: {"request_id": OTHER, "data": fields},
    "with data null": lambda fields: {**fields, "data": None},
    "with numbers as text": lambda fields: {
        name: str(value) if type(value) is int else value for name, value in fields.items()
    },
    "in a type with a charset": lambda fields: fields,
}


@pytest.fixture(params=SHAPES, ids=str)
def shaped(request: pytest.FixtureRequest) -> Callable[[dict[str, object]], object]:
    """Give out each shape in which Vault puts the same fields."""
    charset = "; charset=utf-8" if "charset" in request.param else ""
    shape = SHAPES[request.param]
    return lambda fields: says(shape(fields), kind=f"application/json{charset}")


def test_an_open_attempt_is_read(
    client: ClusterClient, node: Node, shaped: Callable[..., object]
) -> None:
    """All fields arrive, in every shape, by one GET that changes nothing."""
    node.tell("GET", ATTEMPT, shaped(OPEN))
    assert client.attempt(node.address) == Attempt(
        nonce=NONCE, started=True, progress=1, required=3, otp_length=26, complete=False
    )
    assert [(came.method, came.path) for came in node.arrived] == [("GET", ATTEMPT)]


@pytest.mark.parametrize("missing", OPEN)
def test_any_field_may_be_missing(client: ClusterClient, node: Node, missing: str) -> None:
    """What is not told has a value that claims nothing."""
    node.tell("GET", ATTEMPT, says({k: v for k, v in OPEN.items() if k != missing}))
    found = client.attempt(node.address)
    told = {"nonce": NONCE, "started": True, "progress": 1, "required": 3, "otp_length": 26}
    for name, value in told.items():
        assert getattr(found, name) == (type(value)() if name == missing else value)


@pytest.mark.parametrize("body", [{}, {"ok": True}, [], "text", 7, {"data": {}}, {"errors": []}])
def test_other_json_is_not_taken_for_no_attempt(
    client: ClusterClient, node: Node, body: object
) -> None:
    """A stranger's 200 must not end a ceremony by saying nothing."""
    node.tell("GET", ATTEMPT, says(json.dumps(body)))
    with pytest.raises(errors.UnexpectedReply):
        client.attempt(node.address)


def test_a_start_tells_the_otp(
    client: ClusterClient, node: Node, shaped: Callable[..., object]
) -> None:
    """No OTP of ours is sent; Vault's is returned, and no repr shows it."""
    pad = secrets.token_hex(13)
    node.tell("PUT", ATTEMPT, shaped({**OPEN, "progress": 0, "otp": pad}))
    begun = client.start(node.address)
    assert begun == Begun(nonce=NONCE, required=3, otp_length=26, otp=pad)
    assert pad not in repr(begun)
    assert node.bodies("PUT") == [{}]


@pytest.mark.parametrize("missing", ["nonce", "otp"])
def test_a_start_without_otp_or_nonce_is_no_start(
    client: ClusterClient, node: Node, missing: str
) -> None:
    """An attempt whose OTP nobody has is not called begun: the truth is asked."""
    pad = secrets.token_hex(13)
    node.tell("PUT", ATTEMPT, says({**OPEN, "otp": pad, missing: ""}))
    with pytest.raises(errors.TruthUnknown):
        client.start(node.address)


def test_a_share_is_sent_once_in_lower_case_hex(
    client: ClusterClient, node: Node, shaped: Callable[..., object]
) -> None:
    """The share goes out once, as hex, with its nonce; an update's otp_length of 0 is no news."""
    node.tell("PUT", UPDATE, shaped({**OPEN, "progress": 2, "otp_length": 0}))
    assert client.offer(node.address, SHARE, NONCE) == Offered(
        progress=2, required=3, encoded_token=None
    )
    assert node.bodies("PUT") == [{"key": SHARE.hex(), "nonce": NONCE}]
    assert len(node.arrived) == 1


@pytest.mark.parametrize("name", ["encoded_token", "encoded_root_token"])
def test_the_last_share_brings_the_encoded_token(
    client: ClusterClient, node: Node, shaped: Callable[..., object], name: str
) -> None:
    """A token that is not empty is the sign, whatever `complete` says; no repr shows it."""
    encoded = base64.b64encode(secrets.token_bytes(26)).decode().rstrip("=")
    node.tell("PUT", UPDATE, shaped({**OPEN, "progress": 3, name: encoded}))
    offered = client.offer(node.address, SHARE, NONCE)
    assert offered.encoded_token == encoded
    assert encoded not in repr(offered)


def test_complete_without_a_token_is_asked_about(client: ClusterClient, node: Node) -> None:
    """A completion that brings no token is not counted as a share."""
    node.tell("PUT", UPDATE, says({**OPEN, "progress": 3, "complete": True}))
    with pytest.raises(errors.TruthUnknown):
        client.offer(node.address, SHARE, NONCE)


def test_our_attempt_is_cancelled(client: ClusterClient, node: Node) -> None:
    """The nonce is read first; only then is it ended."""
    node.tell("GET", ATTEMPT, says(OPEN))
    node.tell("DELETE", ATTEMPT, says(status=204))
    assert client.cancel(node.address, NONCE) == Cancelled()
    assert [came.method for came in node.arrived] == ["GET", "DELETE"]


CANCELLED_NOTHING = {
    "no attempt": (says(NONE_OPEN), NothingOpen()),
    "no attempt, as with a token": (says({"data": {"started": False}}), NothingOpen()),
    "another attempt": (says({**OPEN, "nonce": OTHER}), NotOurs(nonce=OTHER)),
    "an attempt without a nonce": (says({"started": True, "progress": 0}), NotOurs(nonce="")),
}


@pytest.mark.parametrize(("answer", "outcome"), CANCELLED_NOTHING.values(), ids=CANCELLED_NOTHING)
def test_no_other_attempt_is_cancelled(
    client: ClusterClient, node: Node, answer: object, outcome: object
) -> None:
    """What is not ours is somebody's live ceremony: no DELETE is sent."""
    node.tell("GET", ATTEMPT, answer)
    assert client.cancel(node.address, NONCE) == outcome
    assert [came.method for came in node.arrived] == ["GET"]


PROMOTED = {
    "with a warning": (
        says({"warnings": ["This cluster is being promoted to a replication primary."]}),
        Accepted(warnings=("This cluster is being promoted to a replication primary.",)),
    ),
    "with warnings null": (says({"warnings": None, "data": None}), Accepted(warnings=())),
    "as the documents print it": (says({**OPEN, "complete": True}), Accepted(warnings=())),
    "empty": (says(status=204), Accepted(warnings=())),
}


@pytest.mark.parametrize(("answer", "outcome"), PROMOTED.values(), ids=PROMOTED.keys())
def test_a_promotion_is_accepted(
    client: ClusterClient, node: Node, answer: object, outcome: Accepted
) -> None:
    """The order is sent once, with the token in the body, and never forced."""
    node.tell("POST", f"{SECONDARY}/promote", answer)
    assert client.promote(node.address, "hvs.x") == outcome
    assert node.bodies("POST") == [{"dr_operation_token": "hvs.x"}]


ACCESSES = {
    "open": (says(NONE_OPEN), Access.OPEN),
    "a token is needed": (refuses("permission denied", status=403), Access.TOKEN_NEEDED),
    "sealed": (refuses("Vault is sealed", status=503), Access.UNKNOWN),
    "forbidden by a proxy": (says("<h1>403</h1>", status=403, kind="text/html"), Access.UNKNOWN),
    "switched off": (refuses("unsupported operation", status=405), Access.UNKNOWN),
}


@pytest.mark.parametrize(("answer", "access"), ACCESSES.values(), ids=ACCESSES.keys())
def test_access_is_probed_without_a_token(
    client_of: Callable[..., ClusterClient], node: Node, answer: object, access: Access
) -> None:
    """1.x and 2.x are told apart by asking without a token, even where there is one."""
    node.tell("GET", ATTEMPT, answer)
    assert client_of(node, token="hvb.x").tokenless_probe(node.address) is access
    assert "x-vault-token" not in node.arrived[0].headers


def test_the_token_goes_with_an_attempt_and_with_nothing_else(
    client_of: Callable[..., ClusterClient], node: Node
) -> None:
    """Vault 2.x wants it for attempts; a promotion has its own in the body. No namespace ever."""
    token = f"hvb.{secrets.token_urlsafe(60)}"
    client = client_of(node, token=f" {token}\n")
    node.tell("GET", ATTEMPT, says(OPEN))
    node.tell("PUT", ATTEMPT, says({**OPEN, "otp": "o" * 26}))
    node.tell("PUT", UPDATE, says(OPEN))
    node.tell("DELETE", ATTEMPT, says(status=204))
    node.tell("POST", f"{SECONDARY}/promote", says(status=204))
    client.start(node.address)
    client.offer(node.address, SHARE, NONCE)
    client.cancel(node.address, NONCE)
    assert {came.headers.get("x-vault-token") for came in node.arrived} == {token}
    node.arrived.clear()
    client.promote(node.address, "hvs.x")
    client.delete_operation_token(node.address, "hvs.x")
    client.look(0.0)
    assert not [came for came in node.arrived if "x-vault-token" in came.headers]
    assert not [came for came in node.arrived if "x-vault-namespace" in came.headers]


@pytest.mark.parametrize("token", ["hvb.a\nhvb.b", "hvb.a b", "hvb.ä", "\x00"])
def test_a_token_that_cannot_stand_in_a_header_is_not_sent(
    client_of: Callable[..., ClusterClient], node: Node, token: str
) -> None:
    """A file with two lines is a mistake to be told, and not a header to be split."""
    with pytest.raises(errors.TokenUnusable) as raised:
        client_of(node, token=token).attempt(node.address)
    assert token not in f"{raised.value!r} {raised.value.advice}"
    assert not node.arrived
