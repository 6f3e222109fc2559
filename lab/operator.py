"""Somebody with curl: an attempt by raw HTTP at one cluster, past every bot."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from lab.enterprise import ReplicationRange
from lab.openbao import Refused

_SECONDARY = "sys/replication/dr/secondary"


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

    def _said(self, reply: requests.Response) -> Mapping[str, Any]:
        if reply.status_code != requests.codes.ok:
            raise Refused(f"{reply.request.method} {reply.status_code} {reply.text.strip()}")
        body = reply.json()
        said: Mapping[str, Any] = body.get("data") or body
        return said
