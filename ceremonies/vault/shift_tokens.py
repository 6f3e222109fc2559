"""Batch tokens for shifts: minted, wrapped, looked at; and the policies and roles behind them.

Each method asks one node once. `token` is for the header: the bot's own login, an operator's, or
the batch token itself. Facts: docs/facts/vault.md, section 6.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from ceremonies.policies import creation_path
from ceremonies.rights import Rights
from ceremonies.vault import errors, grants
from ceremonies.vault.grants import (
    Held,
    Minted,
    Role,
    Said,
    Verdict,
    Wrapped,
    WrapSeen,
    complaints,
)
from ceremonies.vault.looking import HEALTH
from ceremonies.vault.operations import Operations
from ceremonies.vault.replies import NotOfVault, number, payload, text
from ceremonies.vault.wire import Question, Wire

__all__ = [
    "Held",
    "Minted",
    "Role",
    "Said",
    "ShiftTokens",
    "Verdict",
    "WrapSeen",
    "Wrapped",
    "complaints",
]

_SECONDARY = "sys/replication/dr/secondary"
_Read = TypeVar("_Read")
NEEDED = (f"{_SECONDARY}/promote", f"{_SECONDARY}/update-primary")


class ShiftTokens:
    """What may be asked about batch tokens at the other end of `wire`, node by node."""

    def __init__(self, wire: Wire, operations: Operations) -> None:
        self._wire = wire
        self._operations = operations

    def mint(self, node: str, token: str, *, place: int, ttl_s: int) -> Minted:
        """Return a batch token of this ring place. Raises RightMissing, RoleMissing, RoleUnfit.

        A TTL is always sent: one that is left out, or 0, lasts as long as the system lets it.
        """
        question = _minting(place, ttl_s=ttl_s, token=token)
        return self._granted(node, question, grants.minted)

    def mint_wrapped(
        self, node: str, token: str, *, place: int, ttl_s: int, wrap_s: int
    ) -> Wrapped:
        """Return a wrap of such a token; nobody but who opens it sees the token.

        Raises UnexpectedReply where Vault did not wrap, as it does for a wrap of 0 s.
        """
        question = _minting(place, ttl_s=ttl_s, token=token, wrap_s=max(1, wrap_s))
        return self._granted(node, question, grants.wrapped)

    def wrap_lookup(self, node: str, wrapping_token: str) -> WrapSeen:
        """Return whether the wrap waits. It is not opened by this, and it takes no login."""
        body = {"token": wrapping_token}
        question = Question(method="POST", path="sys/wrapping/lookup", body=body)
        try:
            return self._wire.told(node, question, grants.waiting)
        except errors.ActivationRefused:  # Vault's words for a wrap that is gone
            return WrapSeen(waiting=False)

    def verdict_on_primary(self, node: str, token: str) -> Said:
        """Return whether the primary takes this token, without using it up.

        Both are asked: what it says of itself stays when its policy is gone (docs/facts/vault.md).
        """
        try:
            own = self.lookup_self(node, token)
            may = self._operations.capabilities(node, token, NEEDED)
        except errors.PermissionDenied:
            return Said(verdict=Verdict.REFUSED, words="It has ended, or is none of this cluster.")
        except errors.VaultError as error:
            return Said(verdict=Verdict.UNKNOWN, words=str(error))
        lacking = [path for path in NEEDED if not may[path] & {"update", "root"}]
        if own.kind != "batch":
            return Said(verdict=Verdict.REFUSED, words="It is no batch token.")
        if lacking:
            return Said(verdict=Verdict.REFUSED, words="Its policy is gone, or lets it do nothing.")
        return Said(verdict=Verdict.GOOD, words="It may promote and re-point.")

    def verdict_on_secondary(self, node: str, token: str) -> Said:
        """Return whether a DR secondary takes this token, by a read that changes nothing."""
        try:
            self._operations.autopilot(node, token)
        except errors.PermissionDenied:
            return Said(verdict=Verdict.REFUSED, words="It is denied what it may read there.")
        except errors.VaultError as error:
            return Said(verdict=Verdict.UNKNOWN, words=str(error))
        return Said(verdict=Verdict.GOOD, words="It may read there what its policy allows.")

    def lookup_self(self, node: str, token: str) -> Held:
        """Return what a token says of itself. Raises PermissionDenied for one that is none."""
        question = Question(method="GET", path="auth/token/lookup-self", token=token)
        return self._wire.told(node, question, grants.held)

    def read_policy(self, node: str, token: str, name: str) -> str | None:
        """Return the policy's text; None where there is none. Raises RightMissing."""

        def read(body: object) -> str:
            found = text(payload(body), "policy")
            if not found:
                raise NotOfVault
            return found

        found = self._read(node, token, _policy(name))
        return None if found is None else read(found)

    def read_role(self, node: str, token: str, name: str) -> Role | None:
        """Return the token role; None where there is none. Raises RightMissing."""
        found = self._read(node, token, _role(name))
        return None if found is None else grants.role(found)

    def max_ttl_s(self, node: str, token: str) -> int | None:
        """Return how long a token may last at most; None where that may not be read."""
        question = Question(method="GET", path="sys/auth/token/tune", token=token)
        try:
            return self._wire.told(node, question, lambda b: number(payload(b), "max_lease_ttl"))
        except (errors.PermissionDenied, errors.PathUnsupported):
            return None

    def time_s(self, node: str) -> int:
        """Return the node's own time (epoch seconds): by it the ends of tokens are counted."""
        return self._wire.told(node, HEALTH, grants.time_s)

    def rights(self, node: str, token: str) -> Rights | None:
        """Return all that this token may do; None where it may not be asked.

        The policy `default` lets every token ask.
        """
        question = Question(method="GET", path="sys/internal/ui/resultant-acl", token=token)
        try:
            return self._wire.told(node, question, grants.rights)
        except (errors.PermissionDenied, errors.PathUnsupported):
            return None

    def delete_policy(self, node: str, token: str, name: str) -> None:
        """The policy is not there any more; to do it once more is harmless. Raises RightMissing."""
        self._change(node, Question(method="DELETE", path=_policy(name), token=token))

    def write_policy(self, node: str, token: str, name: str, policy: str) -> None:
        """The policy says this. For an operator's token; the bot may not. Raises RightMissing."""
        body = {"policy": policy}
        self._change(node, Question(method="PUT", path=_policy(name), body=body, token=token))

    def write_role(self, node: str, token: str, name: str, fields: Mapping[str, Any]) -> None:
        """The token role is this. For an operator's token; the bot may not. Raises RightMissing."""
        self._change(
            node, Question(method="POST", path=_role(name), body=dict(fields), token=token)
        )

    def _granted(self, node: str, question: Question, read: Callable[[object], _Read]) -> _Read:
        try:
            return self._wire.told(node, question, read)
        except errors.PermissionDenied:
            problem = errors.RightMissing(node=node)
        raise problem

    def _change(self, node: str, question: Question) -> None:
        try:
            self._wire.ask(node, question).parsed()
        except errors.PermissionDenied:
            problem = errors.RightMissing(node=node)
        else:
            return
        raise problem

    def _read(self, node: str, token: str, path: str) -> object:
        reply = self._wire.ask(node, Question(method="GET", path=path, token=token))
        if reply.status == http.HTTPStatus.NOT_FOUND and isinstance(reply.json(), Mapping):
            return None
        problem: errors.VaultError
        try:
            body = reply.parsed()
            payload(body)
            return body
        except errors.PermissionDenied:
            problem = errors.RightMissing(node=node)
        except NotOfVault:
            problem = reply.unexpected()
        raise problem


def _minting(place: int, *, ttl_s: int, token: str, wrap_s: int = 0) -> Question:
    return Question(
        method="POST",
        path=creation_path(place),
        body={"ttl": f"{max(1, ttl_s)}s"},
        token=token,
        wrap_s=wrap_s,
    )


def _policy(name: str) -> str:
    return f"sys/policies/acl/{quote(name, safe='')}"


def _role(name: str) -> str:
    return f"auth/token/roles/{quote(name, safe='')}"
