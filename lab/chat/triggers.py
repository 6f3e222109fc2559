"""Trigger ids: each opens one view, once, within three seconds."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from lab.chat.clock import Clock
from lab.chat.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What a person did that lets the app open a view for them."""

    user: str
    issued: float
    view_id: str | None = None
    """The view it was done in, if any: only then may another be pushed on top."""


class Triggers:
    """Issues trigger ids and takes each back once."""

    def __init__(self, clock: Clock, *, lives: float) -> None:
        self._clock = clock
        self._lives = lives
        self._known: dict[str, Trigger] = {}
        self._spent: set[str] = set()

    def issue(self, user: str, *, view_id: str | None = None) -> str:
        """Return a fresh id for what this person just did."""
        stamp = int(self._clock.now() * 1000)
        trigger_id = f"{stamp}.{secrets.randbelow(10**12):012d}.{secrets.token_hex(16)}"
        self._known[trigger_id] = Trigger(
            user=user, issued=self._clock.monotonic(), view_id=view_id
        )
        return trigger_id

    def look(self, trigger_id: str) -> Trigger:
        """Return what the id stands for, without using it up.

        Refused: `invalid_trigger_id` (never issued), `exchanged_trigger_id` (used before),
        `expired_trigger_id` (older than three seconds).
        """
        trigger = self._known.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger_id in self._spent:
            raise Refused("exchanged_trigger_id")
        if self._clock.monotonic() - trigger.issued > self._lives:
            raise Refused("expired_trigger_id")
        return trigger

    def spend(self, trigger_id: str) -> None:
        """Use the id up."""
        self._spent.add(trigger_id)
