"""What Vault says to an attempt, to a share, and when it throws a round away."""

from __future__ import annotations

from ceremonies.vault.errors.way import VaultError


class NoAttempt(VaultError):
    """No attempt is running: finished, cancelled, or lost with a change of leader."""

    words = "Vault knows of no attempt in progress."
    advice = "Start a new attempt; shares given to the old one are needed again."


class AttemptAlreadyOpen(VaultError):
    """An attempt is running already. Vault does not tell its OTP a second time."""

    words = "An attempt is already in progress at Vault."
    advice = "Find out whose it is. Only cancel it if nobody needs it; then start again."


class OtherStrategy(VaultError):
    """Another kind of generation (a root token) holds the one slot."""

    words = "Vault is busy with another kind of token generation."
    advice = "Somebody is generating a root token on this cluster. Ask who; wait, or have it ended."


class WrongNonce(VaultError):
    """The share was for another attempt than the one that is running; it was not counted.

    `nonce` is the running one, if Vault told it. It is no secret, but not ours to show as ours.
    """

    words = "Another attempt is running than the one this share is for."
    advice = "Compare the nonce with the commander by voice. Shares go to the running attempt only."

    def __init__(self, *, node: str, nonce: str | None = None) -> None:
        super().__init__(node=node)
        self.nonce = nonce


class ShareRefused(VaultError):
    """Vault did not count this share; those given before it stay."""

    words = "Vault did not take this share."
    advice = "Copy the share again from where you keep it. The others' shares are not lost."


class KeyNotSpecified(ShareRefused):
    """Vault saw no key in the request."""

    words = "Vault saw no share in the request."
    advice = "Give the share again. If this comes twice, something on the way changes requests."


class RequestNotUnderstood(ShareRefused):
    """Vault could not read the request's JSON."""

    words = "Vault could not read the request."
    advice = "Give the share again. If this comes twice, something on the way changes requests."


class KeyNotHexOrBase64(ShareRefused):
    """Vault could read the key neither as hex nor as base64."""

    words = "Vault could not read the share."


class KeyTooShort(ShareRefused):
    """Fewer than 16 bytes."""

    words = "The share is too short."


class KeyTooLong(ShareRefused):
    """More than 33 bytes."""

    words = "The share is too long."


class AlreadyProvided(ShareRefused):
    """These very bytes were counted already in this round."""

    words = "This share was given already."
    advice = "It counts once. Another holder is needed, with another share."


class RoundThrownAway(VaultError):
    """Vault threw all shares of this round away. It never says which one did not fit."""

    words = "One of the shares given did not fit, and Vault threw all of them away."
    advice = (
        "Progress is 0 again and nobody is to blame: Vault does not say whose share it was. "
        "The same attempt goes on. Everybody checks which share they hold and gives it again."
    )


class SharesOfDifferentLength(RoundThrownAway):
    """The shares given are not of one split."""

    words = "The shares given differ in length, and Vault threw all of them away."


class DuplicatePart(RoundThrownAway):
    """Two different shares carry the same x: one of them is mistyped."""

    words = "Two shares given contradict each other, and Vault threw all of them away."


class ShareNotOfThisCluster(RoundThrownAway):
    """The shares join to a key that does not open this cluster."""

    words = "The shares given do not open this cluster, and Vault threw all of them away."
    advice = (
        "Progress is 0 again and nobody is to blame: Vault does not say whose share it was. "
        "The same attempt goes on. What is needed is the primary's unseal key, from its last "
        "rekey, not one of the secondary's own. Everybody checks and gives it again."
    )


class RecoveryKeyMismatch(RoundThrownAway):
    """The same where Vault unseals itself: the shares are recovery keys."""

    words = "The recovery keys given do not fit this cluster, and Vault threw all of them away."
    advice = (
        "Progress is 0 again and nobody is to blame: Vault does not say whose key it was. The "
        "same attempt goes on. What is needed is the primary's recovery key, from its last rekey. "
        "Everybody checks and gives it again."
    )
