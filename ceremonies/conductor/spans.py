"""How long an effect may take: its call ends before its intent may be adopted by others."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.vault import Limits

_INTENT_S = 30.0
_CALL_S = 11.0  # above the Vault client's own limit for a whole call
_BUSY_S = 35.0  # above an intent: who presses again after a replica died is not sent away


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """An intent lasts `intent_s` seconds; what has to fit into it shrinks and grows with it."""

    intent_s: float = _INTENT_S

    @property
    def intent_ms(self) -> int:
        """After so long without an outcome any replica may adopt an intent."""
        return self._ms(_INTENT_S)

    @property
    def call_ms(self) -> int:
        """So much of an intent must be left when its call is sent."""
        return self._ms(_CALL_S)

    @property
    def busy_ms(self) -> int:
        """So long a share waits for the one that is on its way before it."""
        return self._ms(_BUSY_S)

    @property
    def limits(self) -> Limits:
        """The Vault client's limits that `call_ms` is above."""
        usual = Limits()
        return Limits(connect=usual.connect * self._factor, call=usual.call * self._factor)

    @property
    def _factor(self) -> float:
        return self.intent_s / _INTENT_S

    def _ms(self, seconds: float) -> int:
        return int(seconds * self._factor * 1000)
