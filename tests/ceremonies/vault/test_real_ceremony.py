"""A whole ceremony by the client alone, on real OpenBao clusters behind Vault's DR endpoints."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ceremonies import otp
from ceremonies.topology import Cluster
from ceremonies.vault import (
    Access,
    Begun,
    Cancelled,
    ClusterClient,
    ClusterView,
    Mode,
    NothingOpen,
    NotOurs,
    Reach,
    TokenDeletion,
    errors,
)
from lab.enterprise import AfterPromotion, CutAfter, Fault, ReplicationRange, VaultLine

PATIENCE = 30.0


def client_of(dr: ReplicationRange, name: str, *, token: str | None = None) -> ClusterClient:
    """Return a client of one of the range's clusters."""
    cluster = Cluster(name=name, address=dr[name].address, nodes=dr[name].nodes)
    return ClusterClient(cluster, token=lambda: token)


def wait_for(client: ClusterClient, holds: Callable[[ClusterView], bool]) -> ClusterView:
    """Look again and again until it holds, and return that look."""
    give_up = time.monotonic() + PATIENCE
    while not holds(view := client.look(time.time())):
        assert time.monotonic() < give_up, view
    return view


def gather(client: ClusterClient, node: str, begun: Begun, shares: tuple[bytes, ...]) -> str:
    """Give the shares one after another and return the decoded token."""
    for counted, share in enumerate(shares[: begun.required - 1], start=1):
        offered = client.offer(node, share, begun.nonce)
        assert (offered.progress, offered.encoded_token) == (counted, None)
    last = client.offer(node, shares[begun.required - 1], begun.nonce)
    return otp.decode(last.encoded_token or "", begun.otp)


@pytest.mark.parametrize(
    ("line", "afterwards", "deletion"),
    [
        (VaultLine.ONE, AfterPromotion.REFUSED, TokenDeletion.NO_LONGER_SECONDARY),
        (VaultLine.TWO, AfterPromotion.DELETED, TokenDeletion.DELETED),
    ],
)
def test_from_the_first_look_to_the_deleted_token(
    dr: ReplicationRange, line: VaultLine, afterwards: AfterPromotion, deletion: TokenDeletion
) -> None:
    """Start, three shares, a token, a promotion; on 2.x with a batch token of the primary's."""
    dr["b"].behaviour.line = line
    dr["b"].behaviour.deletion_after_promotion = afterwards
    token = dr["a"].batch_token() if line is VaultLine.TWO else None
    client = client_of(dr, "b", token=token)
    before = client.look(time.time())
    assert (before.mode, before.answers) == (Mode.SECONDARY, True)
    assert before.cluster_id == client_of(dr, "a").look(time.time()).cluster_id
    assert before.recovery_keys is False
    assert before.dr is not None
    assert before.dr.state == "stream-wals"
    node = client.active_node()
    assert node == before.active
    wanted = Access.TOKEN_NEEDED if line is VaultLine.TWO else Access.OPEN
    assert client.tokenless_probe(node) is wanted

    begun = client.start(node)
    assert len(begun.otp) == begun.otp_length
    operation_token = gather(client, node, begun, dr["b"].bao.shares)
    assert not client.attempt(node).started
    accepted = client.promote(node, operation_token)
    assert "promoted" in accepted.warnings[0]
    after = wait_for(client, lambda view: view.mode is Mode.PRIMARY and view.active is not None)
    assert after.dr is not None
    assert after.dr.state == "running"
    assert client.delete_operation_token(node, operation_token) is deletion


def test_a_token_that_nobody_used_is_deleted(dr: ReplicationRange) -> None:
    """On a secondary the deletion is certain, and the token good for nothing afterwards."""
    client = client_of(dr, "b")
    node = client.active_node()
    token = gather(client, node, client.start(node), dr["b"].bao.shares)
    assert client.delete_operation_token(node, token) is TokenDeletion.DELETED
    with pytest.raises(errors.PermissionDenied):
        client.promote(node, token)


def test_after_a_cut_reply_the_truth_can_be_asked(dr: ReplicationRange) -> None:
    """The share was counted though its reply was lost; given again, Vault says so."""
    client = client_of(dr, "b")
    node = client.active_node()
    begun = client.start(node)
    dr.inject(Fault(effect=CutAfter(), path="update$"))
    first = dr["b"].bao.shares[0]
    with pytest.raises(errors.NoReply):
        client.offer(node, first, begun.nonce)
    assert client.attempt(node).progress == 1
    assert len(dr.record.accepted(path="update$", cluster="b")) == 1
    with pytest.raises(errors.AlreadyProvided):
        client.offer(node, first, begun.nonce)


def test_a_share_of_another_split_loses_the_round_and_not_the_attempt(dr: ReplicationRange) -> None:
    """At the threshold all shares are thrown away; the same nonce and OTP then lead to the end."""
    client = client_of(dr, "b")
    node = client.active_node()
    begun = client.start(node)
    shares = dr["b"].bao.shares
    stranger = bytes(32) + bytes([next(x for x in range(1, 256) if x not in _xs(shares))])
    for share in (shares[0], stranger):
        client.offer(node, share, begun.nonce)
    with pytest.raises(errors.RoundThrownAway):
        client.offer(node, shares[1], begun.nonce)
    seen = client.attempt(node)
    assert (seen.nonce, seen.progress, seen.started) == (begun.nonce, 0, True)
    assert gather(client, node, begun, shares)


def _xs(shares: tuple[bytes, ...]) -> set[int]:
    return {share[-1] for share in shares}


def test_only_our_own_attempt_is_cancelled(dr: ReplicationRange) -> None:
    """Somebody else's goes on; a second start is refused; then ours is over and nothing is open."""
    client = client_of(dr, "b")
    node = client.active_node()
    begun = client.start(node)
    with pytest.raises(errors.AttemptAlreadyOpen):
        client.start(node)
    ours = begun.nonce[::-1]
    assert client.cancel(node, ours) == NotOurs(nonce=begun.nonce)
    with pytest.raises(errors.WrongNonce) as raised:
        client.offer(node, dr["b"].bao.shares[0], ours)
    assert raised.value.nonce == begun.nonce
    assert client.cancel(node, begun.nonce) == Cancelled()
    assert client.cancel(node, begun.nonce) == NothingOpen()
    with pytest.raises(errors.NoAttempt):
        client.offer(node, dr["b"].bao.shares[0], begun.nonce)


def test_sealed_and_gone_are_told_apart(dr: ReplicationRange) -> None:
    """A sealed node speaks; one whose process is gone does not; neither is a guess."""
    client = client_of(dr, "b")
    dr["b"].seal()
    view = client.look(time.time())
    assert view.nodes[0].reached is Reach.SEALED
    assert view.sealed_nodes == dr["b"].nodes
    assert not view.answers
    with pytest.raises(errors.Sealed):
        client.active_node()
    dr["b"].kill()
    assert client.look(time.time()).nodes[0].reached is Reach.REFUSED
    with pytest.raises(errors.NotReachable):
        client.active_node()


def test_a_primary_has_no_attempts(dr: ReplicationRange) -> None:
    """The DR paths of a primary answer that it is no secondary."""
    client = client_of(dr, "a")
    assert client.look(time.time()).mode is Mode.PRIMARY
    with pytest.raises(errors.NotASecondary):
        client.start(client.active_node())
