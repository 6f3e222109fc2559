"""The error tree. Each leaf says in `advice` what the person should do next.

    ConclaveError
    ├── Misconfigured            what we were told from outside does not hold together
    ├── ShareMalformed           a text that is not a share of this cluster; Vault was not called
    ├── OTPMismatch              an encoded token that this OTP does not open
    ├── SecretUnreadable         a sealed secret that cannot be opened
    ├── LogBroken                the chain does not hold
    ├── CalendarUnusable         an on-call calendar that does not answer, or with no sense
    ├── StoreUnreachable         Redis does not answer
    ├── StoreUnsafe              Redis may forget
    └── VaultError               (vault/errors.py draws its branches)

No error of this tree carries a share, an OTP or a token in its text.
"""

from __future__ import annotations


class ConclaveError(Exception):
    """What went wrong, in our own words, with `advice`: what to do next."""

    advice: str = "Ask whoever runs Conclave to read its log."

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice


class Misconfigured(ConclaveError):
    """A file, key or variable that does not hold; the message names it, the advice mends it."""


class ShareMalformed(ConclaveError):
    """A text that cannot be a share here. It was not sent: Vault would lose everybody's work."""

    advice = "Paste one key share again, whole; nothing was sent to Vault."


class OTPMismatch(ConclaveError):
    """An encoded token whose length or decoded shape does not fit the OTP."""

    advice = "Cancel the attempt and start a new one: an encoded token opens with its own OTP only."


class SecretUnreadable(ConclaveError):
    """A sealed secret that is gone, expired, or sealed under a key we do not hold."""

    advice = "Check CONCLAVE_MASTER_KEY on every replica, then start a new attempt."


class LogBroken(ConclaveError):
    """The chain of a set's log does not hold: a hash or a signature is wrong."""

    advice = (
        "Keep the Redis data as evidence, restore a backup, and check it with the verify.py of "
        "docs/operator.md."
    )


class CalendarUnusable(ConclaveError):
    """An on-call calendar that cannot be fetched or read; its address is never told."""

    advice = "Check the calendar's address in [[shifts]] and what it answers in a browser."


class StoreUnreachable(ConclaveError):
    """Redis does not answer in time."""

    advice = "Check CONCLAVE_REDIS_URL and that Redis is up; nothing was decided meanwhile."


class StoreUnsafe(ConclaveError):
    """Redis is set up so that it may forget what we write."""

    advice = "Set maxmemory-policy noeviction and appendonly yes (or save points) in redis.conf."


class VaultError(ConclaveError):
    """Something between us and a Vault cluster; `ceremonies.vault.errors` has the cases."""
