"""What each operation sends, once, and what is made of the answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NamedTuple

import pytest

from ceremonies.vault import Accepted, ClusterClient, Operations, errors
from lab.scripted_node import Answer, Node, cut, cut_in_the_body, refuses, says, silent

DR = "sys/replication/dr"
OWN = f"hvs.{secrets.token_hex(12)}"
DR_TOKEN = f"hvb.{secrets.token_urlsafe(40)}"
ACTIVATION = f"eyJ.{secrets.token_urlsafe(60)}.x"
WARNING = "This cluster is being demoted to a replication secondary."


class Sent(NamedTuple):
    """An operation, where it goes, with which body, and whether under the bot's own login."""

    do: Callable[[Operations, str], Accepted]
    path: str
    body: dict[str, str]
    own: bool


ORDERS = {
    "demote": Sent(lambda ops, at: ops.demote(at, OWN), "primary/demote", {}, own=True),
    "enable the primary": Sent(
        lambda ops, at: ops.enable_primary(at, OWN), "primary/enable", {}, own=True
    ),
    "disable the primary": Sent(
        lambda ops, at: ops.disable_primary(at, OWN), "primary/disable", {}, own=True
    ),
    "disable a secondary": Sent(
        lambda ops, at: ops.disable_secondary(at, DR_TOKEN),
        "secondary/disable",
        {"dr_operation_token": DR_TOKEN},
        own=False,
    ),
    "enable a secondary": Sent(
        lambda ops, at: ops.enable_secondary(at, OWN, ACTIVATION),
        "secondary/enable",
        {"token": ACTIVATION},
        own=True,
    ),
    "update-primary": Sent(
        lambda ops, at: ops.update_primary(at, DR_TOKEN, ACTIVATION),
        "secondary/update-primary",
        {"dr_operation_token": DR_TOKEN, "token": ACTIVATION},
        own=False,
    ),
    "revoke a secondary": Sent(
        lambda ops, at: ops.revoke_secondary(at, OWN, "c-1"),
        "primary/revoke-secondary",
        {"id": "c-1"},
        own=True,
    ),
}

orders = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())

TAKEN = {
    "with a warning": (says({"data": None, "warnings": [WARNING]}), (WARNING,)),
    "with warnings null": (says({"request_id": "r", "warnings": None}), ()),
    "empty": (says(status=204), ()),
}


@orders
@pytest.mark.parametrize(("answer", "warnings"), TAKEN.values(), ids=TAKEN.keys())
def test_an_order_is_sent_once_and_taken(
    client: ClusterClient, node: Node, order: Sent, answer: Answer, warnings: tuple[str, ...]
) -> None:
    """One POST, the token where it belongs and nowhere else, no namespace, nothing forced."""
    node.tell("POST", f"{DR}/{order.path}", answer)
    assert order.do(client.operations, node.address) == Accepted(warnings=warnings)
    assert [(came.method, came.path) for came in node.arrived] == [("POST", f"{DR}/{order.path}")]
    assert node.bodies("POST") == [order.body]
    headers = node.arrived[0].headers
    assert headers.get("x-vault-token") == (OWN if order.own else None)
    assert "x-vault-namespace" not in headers


def test_a_promotion_is_forced_by_its_own_word_alone(client: ClusterClient, node: Node) -> None:
    """Only who says `force=True` forces."""
    node.tell("POST", f"{DR}/secondary/promote", says(status=204))
    client.promote(node.address, DR_TOKEN, force=True)
    client.promote(node.address, DR_TOKEN)
    assert node.bodies("POST") == [
        {"dr_operation_token": DR_TOKEN, "force": True},
        {"dr_operation_token": DR_TOKEN},
    ]


LOST = {
    "cut": (cut, errors.NoReply),
    "cut in the body": (cut_in_the_body, errors.NoReply),
    "silent": (silent, errors.NoReply),
    "a page": (says("<html>It works</html>", kind="text/html"), errors.UnexpectedReply),
    "a list": (says([]), errors.UnexpectedReply),
    "a bad gateway": (says("<html>", status=502), errors.UnexpectedReply),
    "words that nobody knows": (
        refuses("the moon is in the wrong place"),
        errors.UnexpectedReply,
    ),
}


@orders
@pytest.mark.parametrize(("answer", "error"), LOST.values(), ids=LOST.keys())
def test_what_is_lost_is_asked_about_and_not_repeated(
    client: ClusterClient,
    node: Node,
    order: Sent,
    answer: Answer,
    error: type[errors.TruthUnknown],
) -> None:
    """An order may have been taken although its answer is lost: it is never sent twice."""
    node.tell("POST", f"{DR}/{order.path}", answer)
    with pytest.raises(error) as raised:
        order.do(client.operations, node.address)
    assert issubclass(error, errors.TruthUnknown)
    assert len(node.arrived) == 1
    assert tells_no_secret(raised.value)


class Said(NamedTuple):
    """What Vault says, and which error it is."""

    status: int
    text: str
    error: type[errors.VaultError]


REFUSALS = {
    "no secondary": Said(400, "Not a DR secondary.", errors.NotASecondary),
    "no primary": Said(400, "Not a DR primary.", errors.NotAPrimary),
    "a path of a primary": Said(
        400, "path disabled in replication DR secondary mode", errors.PathDisabled
    ),
    "catching up": Said(
        503,
        'replication is still catching up, try again later or provide the "force" argument',
        errors.StillCatchingUp,
    ),
    "no token": Said(400, "DR operation token was not provided", errors.TokenNotProvided),
    "an id twice": Said(400, "secondary with that ID already exists", errors.SecondaryIdTaken),
    "an activation token used before": Said(
        400, "wrapping token is not valid or does not exist", errors.ActivationRefused
    ),
    "an activation token of nobody": Said(
        400,
        "error unwrapping activation token: no primary at its address",
        errors.ActivationRefused,
    ),
    "other keys": Said(
        500,
        "encryption keys have changed out from underneath us (possibly due to replication "
        "enabling), must be unsealed again",
        errors.KeysChanged,
    ),
    "sealed": Said(503, "Vault is sealed", errors.Sealed),
    "no leader": Said(
        500, "local node not active but active cluster node not found", errors.NoActiveNode
    ),
    "no edition for it": Said(404, "unsupported path", errors.PathUnsupported),
}


@orders
@pytest.mark.parametrize("said", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_says_what_to_do_next(
    client: ClusterClient, node: Node, order: Sent, said: Said
) -> None:
    """Each known text is an error of its own, with advice, without secrets or Vault's words."""
    node.tell("POST", f"{DR}/{order.path}", refuses(said.text, status=said.status))
    with pytest.raises(said.error) as raised:
        order.do(client.operations, node.address)
    assert type(raised.value) is said.error
    assert len(raised.value.advice) > 40
    assert said.text not in f"{raised.value} {raised.value.advice}"
    assert tells_no_secret(raised.value)
    assert len(node.arrived) == 1


@orders
def test_a_denial_says_whose_token_it_was(client: ClusterClient, node: Node, order: Sent) -> None:
    """A right that the bot lacks is people's work; a token that ended wants a new one."""
    node.tell("POST", f"{DR}/{order.path}", refuses("permission denied", status=403))
    wanted = errors.RightMissing if order.own else errors.OperationTokenDenied
    with pytest.raises(errors.PermissionDenied) as raised:
        order.do(client.operations, node.address)
    assert type(raised.value) is wanted
    assert ("by hand" in raised.value.advice) is order.own
    assert tells_no_secret(raised.value)


def tells_no_secret(error: errors.VaultError) -> bool:
    """Return whether neither the error nor what it came from holds a token."""
    told = f"{error!r} {error} {error.advice} {error.__context__!r}"
    return not any(secret in told for secret in (OWN, DR_TOKEN, ACTIVATION))
