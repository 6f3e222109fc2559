"""One Vault cluster, asked over the paths of DR operation tokens. No retries, no memory.

Every method sends to one node and returns a value of `replies` or `views`, or raises a leaf of
`ceremonies.vault.errors`. After a TruthUnknown nothing is repeated: the caller asks what is true.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from ceremonies import share as shares
from ceremonies.topology import Cluster
from ceremonies.vault import errors, looking, replies, views
from ceremonies.vault.deadline import Limits
from ceremonies.vault.login import Login
from ceremonies.vault.operations import Operations
from ceremonies.vault.shift_tokens import ShiftTokens
from ceremonies.vault.wire import Question, Wire

_SECONDARY = "sys/replication/dr/secondary"
_ATTEMPT = f"{_SECONDARY}/generate-operation-token/attempt"
_UPDATE = f"{_SECONDARY}/generate-operation-token/update"
_PROMOTE = f"{_SECONDARY}/promote"
_DELETE_TOKEN = f"{_SECONDARY}/operation-token/delete"


class TokenDeletion(StrEnum):
    """What came of the order to delete a DR operation token."""

    DELETED = "deleted"
    NO_LONGER_SECONDARY = "no-longer-secondary"
    DENIED = "denied"  # the token does not validate: deleted before, or never valid here
    UNKNOWN = "unknown"


class Access(StrEnum):
    """Whether attempts may be made without a token (Vault 1.x) or not (2.x)."""

    OPEN = "open"
    TOKEN_NEEDED = "token-needed"  # noqa: S105 — an answer, not a password
    UNKNOWN = "unknown"


_LIMITS = Limits()


def _no_token() -> None:
    return None


class ClusterClient:
    """Speaks to the nodes that `cluster` lists, and to no other address.

    `token` is asked at each attempt call for the token of Vault 2.x's `X-Vault-Token`; None
    sends none. Promotion and deletion carry their DR operation token in the body instead.
    `operations` are the others of DR replication, for which `login` gives the bot's own token.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        token: Callable[[], str | None] = _no_token,
        limits: Limits = _LIMITS,
    ) -> None:
        """Raises Misconfigured for an address or a certificate file that cannot be used."""
        self.cluster = cluster
        self._own_token = token
        self._on_duty: Callable[[], str | None] = _no_token
        self._wire = Wire(cluster, limits=limits)
        self._nodes = cluster.nodes or (cluster.address,)
        self.operations = Operations(self._wire)
        self.shift_tokens = ShiftTokens(self._wire, self.operations)
        self.login = Login(self._wire, cluster.auth)

    def fall_back_on(self, token: Callable[[], str | None]) -> None:
        """Take this token for attempts where none is configured: the one on duty."""
        self._on_duty = token

    def _token(self) -> str | None:
        return self._own_token() or self._on_duty()

    def look(self, at: float) -> views.ClusterView:
        """Return what every node says about itself; `at` is the time now, epoch seconds.

        Never raises; takes 10 s at most. The cluster's `address` is asked only if no node spoke.
        """
        nodes = looking.look(self._wire, nodes=self._nodes, last_resort=self.cluster.address)
        return views.ClusterView(name=self.cluster.name, at=at, nodes=nodes)

    def active_node(self) -> str:
        """Return the address of the active node, to be used for a whole attempt.

        An attempt lives in the memory of one node. Raises NoActiveNode, Sealed, Uninitialised,
        NotReachable, or what else all the nodes said.
        """
        return looking.active_node(self._wire, nodes=self._nodes, last_resort=self.cluster.address)

    def attempt(self, node: str) -> replies.Attempt:
        """Return the attempt that is open, or one that is not `started`. Changes nothing."""
        question = Question(method="GET", path=_ATTEMPT, token=self._token())
        return self._wire.told(node, question, replies.attempt)

    def start(self, node: str) -> replies.Begun:
        """Return the attempt just started; its OTP is told this once. Raises AttemptAlreadyOpen."""
        question = Question(method="PUT", path=_ATTEMPT, body={}, token=self._token())
        return self._wire.told(node, question, replies.begun)

    def offer(self, node: str, share: bytes, nonce: str) -> replies.Offered:
        """Return what the attempt `nonce` has after `share`, which is sent once.

        Raises a ShareRefused (not counted, the round goes on), a RoundThrownAway (progress is
        0), WrongNonce, NoAttempt, a TruthUnknown, or what keeps the node from working.
        """
        body = {"key": shares.to_hex(share), "nonce": nonce}
        question = Question(method="PUT", path=_UPDATE, body=body, token=self._token())
        return self._wire.told(node, question, replies.offered)

    def cancel(self, node: str, nonce: str) -> replies.Cancellation:
        """Return what came of ending the attempt `nonce`. Any other attempt is left alone.

        Vault's DELETE takes no nonce. Between reading it and the DELETE somebody could end ours
        and start another; that gap is one round trip.
        """
        ends = self._wire.deadline()
        token = self._token()
        reading = Question(method="GET", path=_ATTEMPT, token=token)
        found = self._wire.told(node, reading, replies.attempt, ends=ends)
        if not found.started:
            return replies.NothingOpen()
        if found.nonce != nonce:
            return replies.NotOurs(nonce=found.nonce)
        ending = Question(method="DELETE", path=_ATTEMPT, token=token)
        self._wire.ask(node, ending, ends=ends).parsed()
        return replies.Cancelled()

    def promote(
        self, node: str, dr_operation_token: str, *, force: bool = False
    ) -> replies.Accepted:
        """Return that Vault took the order; done is something else.

        `force` promotes a secondary that has not applied all that it received: writes are lost.
        Raises StillCatchingUp, NotASecondary, TokenNotProvided, a TruthUnknown, and others.
        """
        body: dict[str, object] = {"dr_operation_token": dr_operation_token}
        if force:
            body["force"] = True
        question = Question(method="POST", path=_PROMOTE, body=body)
        return self._wire.told(node, question, replies.accepted)

    def delete_operation_token(self, node: str, dr_operation_token: str) -> TokenDeletion:
        """Return what came of deleting the token.

        Nobody has published what a cluster answers that was just promoted: "Not a DR secondary."
        is an answer of its own, and so is a denial, which a token gets that is deleted already;
        all that is not certain is UNKNOWN. Raises NotReachable and NodeNotListed, after which
        nothing was sent.
        """
        body = {"dr_operation_token": dr_operation_token}
        question = Question(method="POST", path=_DELETE_TOKEN, body=body)
        try:
            self._wire.ask(node, question).parsed()
        except (errors.NotReachable, errors.NodeNotListed):
            raise
        except errors.NotASecondary:
            return TokenDeletion.NO_LONGER_SECONDARY
        except errors.PermissionDenied:
            return TokenDeletion.DENIED
        except errors.VaultError:
            return TokenDeletion.UNKNOWN
        return TokenDeletion.DELETED

    def tokenless_probe(self, node: str) -> Access:
        """Return whether attempts need a token here: read without one, since versions mislead."""
        try:
            self._wire.told(node, Question(method="GET", path=_ATTEMPT), replies.attempt)
        except errors.PermissionDenied:
            return Access.TOKEN_NEEDED
        except errors.VaultError:
            return Access.UNKNOWN
        return Access.OPEN
