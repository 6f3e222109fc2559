"""A model of the cluster `b`: one slot for an attempt, in one node's memory, for anybody to use.

What it says and when it throws a round away follows facts/vault 1.2, 1.3, 1.4.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from itertools import count

from ceremonies.vault import (
    Accepted,
    Attempt,
    Begun,
    Cancellation,
    Cancelled,
    NothingOpen,
    NotOurs,
    Offered,
    TokenDeletion,
)
from ceremonies.vault import errors as e
from ceremonies.vault.readings import Autopilot

NODE = "https://vault-b1.example:8200"
REQUIRED = 3


def good(x: int) -> bytes:
    """Return the right share with this x."""
    return bytes([0x40 + x]) * 32 + bytes([x])


def bad(x: int) -> bytes:
    """Return a share with this x that looks right and is not."""
    return bytes([0x80 + x]) * 32 + bytes([x])


@dataclass
class ModelVault:
    """What Vault has and does; `mode` is what its nodes answer, None while it restarts."""

    nonce: str = ""
    given: list[bytes] = field(default_factory=list)
    mode: str | None = "secondary"
    away: bool = False
    catching_up: bool = False
    ghost: tuple[str, list[bytes]] | None = None
    token: str = ""  # the one DR operation token that is valid
    promotions: int = 0
    counted: set[tuple[str, int]] = field(default_factory=set)  # (nonce, x), ever
    numbers: count[int] = field(default_factory=count)
    otps: dict[str, str] = field(default_factory=dict)

    # -- what the bot asks ---------------------------------------------------------------------

    def attempt(self) -> Attempt:
        """Return what stands in the slot."""
        self._works()
        return Attempt(
            nonce=self.nonce,
            started=bool(self.nonce),
            progress=len(self.given),
            required=REQUIRED,
            otp_length=26,
            complete=False,
        )

    def start(self) -> Begun:
        """Open an attempt; its OTP is told once."""
        self._works()
        if self.nonce:
            raise e.AttemptAlreadyOpen(node=NODE)
        number = next(self.numbers)
        self.nonce, self.given = f"nonce-{number}", []
        self.otps[self.nonce] = f"otp{number:023d}"
        return Begun(nonce=self.nonce, required=REQUIRED, otp_length=26, otp=self.otps[self.nonce])

    def offer(self, share: bytes, nonce: str) -> Offered:
        """Count a share; at the threshold make a token, or throw all away."""
        self._works()
        if not self.nonce:
            raise e.NoAttempt(node=NODE)
        if nonce != self.nonce:
            raise e.WrongNonce(node=NODE, nonce=self.nonce)
        if share in self.given:
            raise e.AlreadyProvided(node=NODE)
        self.given.append(share)
        self.counted.add((nonce, share[-1]))
        if len(self.given) < REQUIRED:
            return Offered(progress=len(self.given), required=REQUIRED, encoded_token=None)
        given, self.given = self.given, []
        if len({share[-1] for share in given}) < REQUIRED:
            raise e.DuplicatePart(node=NODE)
        if any(share != good(share[-1]) for share in given):
            raise e.ShareNotOfThisCluster(node=NODE)
        return self._complete()

    def _complete(self) -> Offered:
        otp, self.nonce = self.otps[self.nonce], ""
        self.token = f"s.{next(self.numbers):024d}"  # the one before is valid no more
        mixed = bytes(a ^ b for a, b in zip(self.token.encode(), otp.encode(), strict=True))
        encoded = base64.b64encode(mixed).decode().rstrip("=")
        return Offered(progress=REQUIRED, required=REQUIRED, encoded_token=encoded)

    def cancel(self, nonce: str) -> Cancellation:
        """Empty the slot if this attempt is in it."""
        self._works()
        if not self.nonce:
            return NothingOpen()
        if self.nonce != nonce:
            return NotOurs(nonce=self.nonce)
        self.nonce, self.given = "", []
        return Cancelled()

    def promote(self, token: str) -> Accepted:
        """Take a promotion on; it is done when the cluster is back."""
        self._works()
        if self.catching_up:
            raise e.StillCatchingUp(node=NODE)
        if token != self.token:
            raise e.PermissionDenied(node=NODE)
        self.promotions += 1
        self.mode, self.nonce, self.given, self.ghost = None, "", [], None
        return Accepted(warnings=())

    def autopilot(self, token: str) -> Autopilot:
        """Tell how Raft stands to whoever may promote."""
        self._works()
        if token != self.token:
            raise e.PermissionDenied(node=NODE)
        return Autopilot(healthy=True)

    def delete_token(self, token: str) -> TokenDeletion:
        """Delete the token, if it is still a secondary's business."""
        if self.away or self.mode is None:
            return TokenDeletion.UNKNOWN
        if self.mode == "primary":
            return TokenDeletion.NO_LONGER_SECONDARY
        if token != self.token:
            return TokenDeletion.DENIED
        self.token = ""
        return TokenDeletion.DELETED

    def _works(self) -> None:
        if self.away or self.mode is None:
            raise e.NotReachable(node=NODE, fault=e.Fault.REFUSED)
        if self.mode == "primary":
            raise e.NotASecondary(node=NODE)

    # -- what others do to it ------------------------------------------------------------------

    def comes_back(self) -> None:
        """Be the primary that was promised."""
        if self.mode is None:
            self.mode = "primary"

    def changes_leader(self) -> None:
        """Forget the attempt; an older one may come back with the node that remembers it."""
        if self.mode != "secondary":
            return
        before = (self.nonce, self.given) if self.nonce else None
        self.nonce, self.given = self.ghost or ("", [])
        self.ghost = before
