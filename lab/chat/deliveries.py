"""What became of each thing sent to the app: when it went out, when it was acknowledged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from lab.chat.records import Json


class EnvelopeKind(StrEnum):
    """The `type` of a Socket Mode envelope."""

    EVENT = "events_api"
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"


class Outcome(StrEnum):
    """How a delivery stands; the last two are what the person's client calls the error."""

    WAITING = "waiting"
    ACKED = "acked"
    TIMED_OUT = "operation_timeout"
    UNDELIVERED = "dispatch_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending of an envelope; `at` is `time.monotonic()`."""

    at: float
    connection: int
    retry: int = 0


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One envelope and its fate. Times are `time.monotonic()` of this process."""

    kind: EnvelopeKind
    payload: Json = field(repr=False)
    accepts_response: bool = False
    envelope_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome = Outcome.WAITING
    acked_at: float | None = None
    acked_on: int | None = None
    answer: Json | None = field(default=None, repr=False)
    acks: int = 0
    """How many acks came for it, late and repeated ones too."""
    late_acks: int = 0
    trouble: str = ""
    """What the person's client complains of, though the envelope was acknowledged."""

    @property
    def settled(self) -> bool:
        """Return whether nothing more will be heard of it by the person."""
        return self.outcome is not Outcome.WAITING

    @property
    def seconds(self) -> float | None:
        """Return how long the acknowledgement took, from the first sending."""
        if self.acked_at is None or not self.attempts:
            return None
        return self.acked_at - self.attempts[0].at

    def envelope(self, *, retry: int = 0) -> Json:
        """Return what goes over the wire."""
        envelope: Json = {
            "envelope_id": self.envelope_id,
            "type": self.kind.value,
            "payload": self.payload,
            "accepts_response_payload": self.accepts_response,
        }
        if self.kind is EnvelopeKind.EVENT:
            envelope["retry_attempt"] = retry
            envelope["retry_reason"] = "timeout" if retry else ""
        return envelope
