"""Somebody with curl: attempts and changes of role by raw HTTP at one cluster, past every bot."""

from __future__ import annotations

import base64
import dataclasses
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from lab.enterprise import ReplicationRange
from lab.openbao import Refused
from lab.process import wait_until

_PRIMARY = "sys/replication/dr/primary"
_SECONDARY = "sys/replication/dr/secondary"
_SHARE = 33  # bytes


@dataclass(slots=True, kw_only=True)
class Operator:
    """Knows the set's shares, and nonce and OTP of the attempt that it started last.

    `token` goes along as X-Vault-Token, which Vault 2.x wants.
    """

    clusters: ReplicationRange
    cluster: str = "b"
    token: str = field(default="", repr=False)
    nonce: str = ""
    otp: str = field(default="", repr=False)

    def at(self, cluster: str) -> Operator:
        """Return the same person at another cluster."""
        return dataclasses.replace(self, cluster=cluster)

    @property
    def shares(self) -> tuple[bytes, ...]:
        """The shares that open an operation token."""
        return self.clusters.primary.bao.shares

    def call(self, method: str, leaf: str, body: object = None) -> requests.Response:
        """Send to a path below sys/replication/dr/secondary; returns whatever is answered."""
        return self.clusters.request(
            self.cluster, method, f"{_SECONDARY}/{leaf}", body, token=self.token
        )

    def status(self) -> Mapping[str, Any]:
        """Return what GET attempt says."""
        return self._said(self.call("GET", "generate-operation-token/attempt"))

    def start(self) -> None:
        """Start an attempt."""
        said = self._said(self.call("PUT", "generate-operation-token/attempt", {}))
        self.nonce, self.otp = said["nonce"], said["otp"]

    def cancel(self) -> None:
        """Cancel whatever attempt is open."""
        self.call("DELETE", "generate-operation-token/attempt")

    def take_over(self) -> None:
        """Cancel whatever attempt is open, and start one."""
        self.cancel()
        self.start()

    def spoil(self) -> None:
        """Give made-up shares to whatever attempt is open, until its progress is 0 again."""
        nonce = self.status()["nonce"]
        for _ in range(self.clusters.threshold):
            reply = self.offer(secrets.token_bytes(_SHARE), nonce=nonce)
            if reply.status_code != requests.codes.ok:
                return

    def offer(self, key: object, **more: object) -> requests.Response:
        """Send a share (bytes), or anything else in its place; `more` replaces fields."""
        encoded = key.hex() if isinstance(key, bytes) else key
        body = {"key": encoded, "nonce": self.nonce, **more}
        return self.call("PUT", "generate-operation-token/update", body)

    def gather(self) -> str:
        """Give shares up to the threshold; return the operation token, decoded."""
        said: Mapping[str, Any] = {}
        for share in self.shares[: self.clusters.threshold]:
            said = self._said(self.offer(share))
        return self.decode(said["encoded_token"])

    def decode(self, encoded: str) -> str:
        """Return the token: unpadded base64 of token XOR OTP."""
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        return bytes(a ^ b for a, b in zip(raw, self.otp.encode(), strict=True)).decode()

    def promote(self, token: str) -> requests.Response:
        """Promote the cluster with this token."""
        return self.call("POST", "promote", {"dr_operation_token": token})

    def delete(self, token: str) -> requests.Response:
        """Delete this operation token."""
        return self.call("POST", "operation-token/delete", {"dr_operation_token": token})

    def demote(self) -> requests.Response:
        """Demote the cluster, with its root token."""
        return self.order("demote")

    def activation_token(self, identifier: str) -> str:
        """Return a token with which a secondary of this id may follow the cluster."""
        said = self.order("secondary-token", {"id": identifier})
        if said.status_code != requests.codes.ok:
            raise Refused(f"secondary-token: {said.status_code} {said.text.strip()}")
        return str(said.json()["wrap_info"]["token"])

    def update_primary(self, token: str, activation: str) -> requests.Response:
        """Let the cluster follow the one that the activation token came from."""
        body = {"dr_operation_token": token, "token": activation}
        return self.call("POST", "update-primary", body)

    def disable_secondary(self, token: str) -> requests.Response:
        """End replication on the cluster, a secondary."""
        return self.call("POST", "disable", {"dr_operation_token": token})

    def enable_secondary(self, activation: str) -> requests.Response:
        """Make the cluster, which has no replication, a secondary; what it holds is gone."""
        return self._as_root(f"{_SECONDARY}/enable", {"token": activation})

    def order(self, leaf: str, body: object = None) -> requests.Response:
        """POST below sys/replication/dr/primary as root: demote, disable, enable, ..."""
        return self._as_root(f"{_PRIMARY}/{leaf}", body or {})

    def rotate_shares(self) -> None:
        """Give the cluster new unseal shares, as many as before; the old ones open nothing.

        OpenBao's rekey with a token: sys/rotate/root (measured on 2.7.2).
        """
        bao = self.clusters[self.cluster].bao
        wish = {"secret_shares": bao.share_count, "secret_threshold": bao.threshold}
        said = bao.call("PUT", "sys/rotate/root/init", wish)["data"]
        for share in bao.shares[: bao.threshold]:
            given = {"nonce": said["nonce"], "key": share.hex()}
            done = bao.call("PUT", "sys/rotate/root/update", given)["data"]
        bao.shares = tuple(base64.b64decode(share) for share in done["keys_base64"])

    def unseal(self, node: str | None = None) -> None:
        """Give the primary's shares to a Vault-sealed node of the cluster."""
        for share in self.clusters[self.cluster].bao.shares[: self.clusters.threshold]:
            body = {"key": share.hex()}
            self.clusters.request(self.cluster, "PUT", "sys/unseal", body, node=node)

    def open_attempts(self, node: str | None = None, *, reload: bool = True) -> None:
        """Set 2.x's break-glass on a node, or all: `enable_unauthenticated_access`, then SIGHUP."""
        self.clusters[self.cluster].open_attempts(node, reload=reload)

    def close_attempts(self, node: str | None = None, *, reload: bool = True) -> None:
        """Take the break-glass back: the setting out of the file, then SIGHUP."""
        self.clusters[self.cluster].close_attempts(node, reload=reload)

    def replication(self) -> dict[str, Any]:
        """Return the cluster's DR status; {} while it does not tell."""
        try:
            reply = self.clusters.request(self.cluster, "GET", "sys/replication/dr/status")
        except requests.RequestException:
            return {}
        return dict(reply.json()["data"]) if reply.status_code == requests.codes.ok else {}

    def wait_until_it_says(self, *, seconds: float = 30, **wanted: object) -> dict[str, Any]:
        """Return the DR status once it says all this."""
        said: dict[str, Any] = {}

        def says_so() -> bool:
            said.clear()
            said.update(self.replication())
            return wanted.items() <= said.items()

        wait_until(says_so, seconds=seconds, what=f"{self.cluster} says {wanted}")
        return said

    def _as_root(self, path: str, body: object) -> requests.Response:
        token = self.clusters[self.cluster].bao.root_token
        return self.clusters.request(self.cluster, "POST", path, body, token=token)

    def _said(self, reply: requests.Response) -> Mapping[str, Any]:
        if reply.status_code != requests.codes.ok:
            raise Refused(f"{reply.request.method} {reply.status_code} {reply.text.strip()}")
        body = reply.json()
        said: Mapping[str, Any] = body.get("data") or body
        return said
