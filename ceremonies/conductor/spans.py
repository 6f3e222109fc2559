"""How long an effect may take: its call ends before its intent may be adopted by others."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.vault import Limits

_INTENT_S = 30.0
_CALL_S = 11.0  # above the Vault client's own limit for a whole call
_BACK_S = 120.0
_SKEW_S = 120.0
_BUSY_S = 35.0  # above an intent: who presses again after a replica died is not sent away


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How often a set is looked at by itself, in seconds.

    `often_s` after a promotion and around changes of roles, `rest_s` otherwise. A node counts as
    sealed when it says so again after `sealed_s`; where no node of its cluster answers unsealed,
    the cluster may be restarting, and after `restart_s`. `access_s`: where somebody waits for it.
    """

    often_s: float = 15.0
    rest_s: float = 60.0
    sealed_s: float = 10.0
    restart_s: float = 30.0
    access_s: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """An intent lasts `intent_s` seconds; what has to fit into it shrinks and grows with it.

    No token is minted where the primary's clock is further than `skew_s` from ours.
    """

    intent_s: float = _INTENT_S
    watch: Watch = Watch()
    skew_s: float = _SKEW_S

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
    def back_ms(self) -> int:
        """So long after a demotion without a primary, going back is offered."""
        return self._ms(_BACK_S)

    @property
    def snapshot_ms(self) -> int:
        """The intent to take a snapshot lasts longer: it may be large, and it changes nothing."""
        return int(self.limits.snapshot * 1000) + self.intent_ms

    @property
    def limits(self) -> Limits:
        """The Vault client's limits that `call_ms` is above."""
        usual, factor = Limits(), self._factor
        return Limits(
            connect=usual.connect * factor,
            call=usual.call * factor,
            snapshot=usual.snapshot * factor,
        )

    @property
    def watching(self) -> Watch:
        """How often a set is looked at: where intents are shortened, so much more often."""
        usual, factor = self.watch, self._factor
        return Watch(
            often_s=usual.often_s * factor,
            rest_s=usual.rest_s * factor,
            sealed_s=usual.sealed_s * factor,
            restart_s=usual.restart_s * factor,
            access_s=usual.access_s * factor,
        )

    @property
    def _factor(self) -> float:
        return self.intent_s / _INTENT_S

    def _ms(self, seconds: float) -> int:
        return int(seconds * self._factor * 1000)
