"""The operations of DR replication beside attempt and promotion, and what is read around them.

Each method sends one order, once, to one node, and returns a value or raises a leaf of
`ceremonies.vault.errors`. That Vault took an order is not that it is done: what the nodes say
afterwards is. After a TruthUnknown nothing is repeated: the caller asks what is true.

`token` is for the header: the bot's own login, or a batch token. `dr_token`, in the body, is a DR
operation token or a batch token.
"""

from __future__ import annotations

import contextlib
import http
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from ceremonies.vault import errors, readings, replies
from ceremonies.vault.activation import ActivationToken, Unfit, activation_token
from ceremonies.vault.readings import Autopilot, PerformanceStatus
from ceremonies.vault.replies import Accepted
from ceremonies.vault.snapshots import Part
from ceremonies.vault.wire import Question, Wire

_DR = "sys/replication/dr"
_PERFORMANCE_STATUS = "sys/replication/performance/status"
_AUTOPILOT = "sys/storage/raft/autopilot/state"
_SNAPSHOT = "sys/storage/raft/snapshot"

_Read = TypeVar("_Read")


class Operations:
    """What may be done to the cluster at the other end of `wire`, node by node."""

    def __init__(self, wire: Wire, *, now: Callable[[], float] = time.time) -> None:
        """`now` (epoch seconds) is what the end of an activation token is compared with."""
        self._wire = wire
        self._now = now

    def demote(self, node: str, token: str) -> Accepted:
        """Order the primary to become a secondary that follows nobody.

        Done when its status says secondary. Its own logins end with this. Raises NotAPrimary.
        """
        return self._by_login(node, "primary/demote", token)

    def enable_primary(self, node: str, token: str) -> Accepted:
        """Order a cluster without replication to become a primary."""
        return self._by_login(node, "primary/enable", token)

    def disable_primary(self, node: str, token: str) -> Accepted:
        """Order the primary to leave replication: no secondary can connect to it any more."""
        return self._by_login(node, "primary/disable", token)

    def disable_secondary(self, node: str, dr_token: str) -> Accepted:
        """Order the secondary to leave replication. To come back, it is wiped."""
        return self._by_dr_token(node, "secondary/disable", dr_token)

    def enable_secondary(self, node: str, token: str, activation: str) -> Accepted:
        """Order a cluster without replication to follow the primary that `activation` names.

        All that it holds is replaced by the primary's. Raises ActivationRefused.
        """
        return self._by_login(node, "secondary/enable", token, {"token": activation})

    def update_primary(self, node: str, dr_token: str, activation: str) -> Accepted:
        """Order the secondary to follow the primary that `activation` names.

        Raises ActivationRefused; a failed try may have used the activation token up.
        """
        return self._by_dr_token(node, "secondary/update-primary", dr_token, {"token": activation})

    def activation_token(
        self, node: str, token: str, secondary_id: str, *, ttl: str = "30m"
    ) -> ActivationToken:
        """Return an activation token, checked; the primary knows `secondary_id` from now on.

        Raises SecondaryIdTaken, NotAPrimary, RightMissing (it takes `sudo`), ActivationUnfit. After
        that and after a TruthUnknown the id is the primary's to be revoked.
        """
        question = Question(
            method="POST",
            path=f"{_DR}/primary/secondary-token",
            body={"id": secondary_id, "ttl": ttl},
            token=token,
        )

        def read(body: object) -> ActivationToken:
            lists, now = self._wire.lists, self._now()
            return activation_token(body, secondary_id=secondary_id, now=now, is_ours=lists)

        try:
            return self._as(errors.RightMissing, node, question, read)
        except Unfit as unfit:
            words = str(unfit)
        raise errors.ActivationUnfit(node=node, words=words)

    def revoke_secondary(self, node: str, token: str, secondary_id: str) -> Accepted:
        """Order the primary to forget a secondary's id. To do it once more is harmless."""
        return self._by_login(node, "primary/revoke-secondary", token, {"id": secondary_id})

    def canary(self, node: str, token: str, path: str) -> bool:
        """Return whether a KV secret is there; never what it holds.

        `path` is as for `vault kv get`, in version 1 or 2. Raises RightMissing, PathDisabled on a
        DR secondary, and others.
        """
        ends = self._wire.deadline()
        place = self._place(node, token, path.strip("/"), ends=ends)
        reply = self._wire.ask(node, Question(method="GET", path=place, token=token), ends=ends)
        if reply.status == http.HTTPStatus.NOT_FOUND and isinstance(reply.json(), Mapping):
            return False
        problem: errors.VaultError
        try:
            return readings.holds(reply.parsed())
        except errors.PermissionDenied:
            problem = errors.RightMissing(node=node)
        except replies.NotOfVault:
            problem = reply.unexpected()
        raise problem

    def capabilities(
        self, node: str, token: str, paths: Sequence[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return what `token` may do on each path, such as `update`; `deny` alone is nothing."""
        body = {"paths": list(paths)}
        question = Question(method="POST", path="sys/capabilities-self", body=body, token=token)
        return self._wire.told(node, question, lambda said: readings.capabilities(said, paths))

    def performance_status(self, node: str) -> PerformanceStatus:
        """Return how the cluster takes part in performance replication; it needs no token."""
        question = Question(method="GET", path=_PERFORMANCE_STATUS)
        return self._wire.told(node, question, readings.performance_status)

    def autopilot(self, node: str, token: str) -> Autopilot:
        """Return how Raft stands. On a DR secondary `token` is a batch or DR operation token.

        There it also shows whether that token is still good without using it
        (facts/vault 6.3). Raises PermissionDenied.
        """
        question = Question(method="GET", path=_AUTOPILOT, token=token)
        return self._wire.told(node, question, readings.autopilot)

    def snapshot(self, node: str, token: str, to: Path) -> int:
        """Return the size in bytes of the Raft snapshot that is now in the file `to`, mode 0600.

        It may take minutes (`Limits.snapshot`). Raises RightMissing, SnapshotIncomplete,
        SnapshotNotKept, and what keeps the node from working; then there is no file.
        """
        part = Part(to, node=node)
        question = Question(method="GET", path=_SNAPSHOT, token=token)
        problem: errors.VaultError
        with contextlib.closing(part):
            try:
                self._wire.fetch(node, question, part.write).check()
                return part.keep()
            except errors.PermissionDenied:
                problem = errors.RightMissing(node=node)
            except errors.NoReply:
                problem = errors.SnapshotIncomplete(node=node)
        raise problem

    def _place(self, node: str, token: str, path: str, *, ends: float) -> str:
        """Return where to read: version 2 puts `data/` between mount and name, as the CLI does."""
        asked = quote(path, safe="/")
        question = Question(method="GET", path=f"sys/internal/ui/mounts/{asked}", token=token)
        try:
            mount = self._wire.told(node, question, readings.mount, ends=ends)
        except (errors.PermissionDenied, errors.PathUnsupported, errors.UnexpectedReply):
            return asked  # not told: then the path says it all
        name = path.removeprefix(mount.path)
        if not mount.versioned or name == path or name.startswith("data/"):
            return asked
        return quote(f"{mount.path}data/{name}", safe="/")

    def _by_login(
        self, node: str, leaf: str, token: str, body: Mapping[str, str] | None = None
    ) -> Accepted:
        question = Question(method="POST", path=f"{_DR}/{leaf}", body=body or {}, token=token)
        return self._as(errors.RightMissing, node, question, replies.accepted)

    def _by_dr_token(
        self, node: str, leaf: str, dr_token: str, body: Mapping[str, str] | None = None
    ) -> Accepted:
        told = {"dr_operation_token": dr_token, **(body or {})}
        question = Question(method="POST", path=f"{_DR}/{leaf}", body=told)
        return self._as(errors.OperationTokenDenied, node, question, replies.accepted)

    def _as(
        self,
        denied: type[errors.PermissionDenied],
        node: str,
        question: Question,
        read: Callable[[object], _Read],
    ) -> _Read:
        """Ask, and say of a denial whose token it was."""
        try:
            return self._wire.told(node, question, read)
        except errors.PermissionDenied:
            problem = denied(node=node)
        raise problem
