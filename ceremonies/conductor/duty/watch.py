"""Looking after tokens on duty while nobody does anything: the ring, wraps, proofs."""

from __future__ import annotations

import structlog

from ceremonies.conductor.duty import plan, proving, ring, wraps
from ceremonies.conductor.duty.primary import Primary, PrimaryUnknown, primary
from ceremonies.conductor.station import Station
from ceremonies.errors import VaultError
from ceremonies.rota.shift import PlannedShift
from ceremonies.rotation import on_now
from ceremonies.state import SetState

log = structlog.get_logger()

HOUR_MS = 3_600_000
_STANDS = 8  # pauses, two minutes: a calendar that is away for a moment is nobody's concern


class DutyWatcher:
    """One set's watcher of tokens on duty on this replica. Called by one thread at a time.

    Every replica looks; what one has told is no news for the others.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._checked_at = 0
        self._checked_for: object = None
        self._missed_at = -HOUR_MS
        self._proven_at = 0
        self._proven_for: object = None
        self._wraps_at = 0
        self._rota: tuple[str, ...] = ()
        self._rota_since = 0
        self._looked: dict[str, int] = {}  # when each wrap was seen to wait last

    def is_due(self) -> bool:
        """Return whether anything is to be looked at now."""
        if self._rota_is_news():
            return True
        if not self._station.terms().shifts and not self._station.ledger.state.duties.tokens:
            return False
        return self._check_is_due() or self._proof_is_due() or self._wraps_are_due()

    def look(self) -> None:
        """Look at what is due. Raises StoreError; a primary that is away is not an error here."""
        station = self._station
        check, prove, follow = (
            self._check_is_due(),
            self._proof_is_due(),
            self._wraps_are_due(),
        )
        now = station.clock.now()
        if self._rota_is_news():
            plan.tell(station, self._rota)
        at = self._primary()
        if check:
            self._checked_at, self._checked_for = now, self._reason()
            self._check(at, now=now)
        if prove:
            self._proven_at, self._proven_for = now, _to_prove(station.ledger.state)
            proving.prove(station, dict(station.views), at)
        if follow:
            self._wraps_at = now
            wraps.follow(station, at, self._looked, every_ms=self._pause_ms())

    def _rota_is_news(self) -> bool:
        """Whether what is odd about the plan has stood for a while, and was not told."""
        station, now = self._station, self._station.clock.now()
        odd = plan.odd(station)
        if odd != self._rota:
            self._rota, self._rota_since = odd, now
        stood = self._is_over(self._rota_since, _STANDS * self._pause_ms())
        return stood and plan.is_news(station.ledger.state.duties, odd, now=now)

    def _check(self, at: Primary | None, *, now: int) -> None:
        if at is None:
            self._checked_for, self._missed_at = None, now  # soon again: somebody may be there
            return
        try:
            ring.check(self._station, at)
        except VaultError as error:
            self._checked_for, self._missed_at = None, now
            log.warning("duty.ring_unknown", set=self._station.name, problem=type(error).__name__)

    def _primary(self) -> Primary | None:
        try:
            return primary(self._station)
        except (PrimaryUnknown, VaultError) as error:
            log.info("duty.no_primary", set=self._station.name, problem=type(error).__name__)
            return None

    def _check_is_due(self) -> bool:
        ring_ = self._station.ledger.state.duties.ring
        if self._checked_for != self._reason():
            return self._is_over(self._missed_at, self._pause_ms())
        wait = self._pause_ms() if ring_ is None or not ring_.ready else HOUR_MS
        return self._is_over(self._checked_at, wait)

    def _is_over(self, since: int, wait: int) -> bool:
        """Whether so much time is over (ms); so it is where the clock was put back meanwhile."""
        return not since <= self._station.clock.now() < since + wait

    def _reason(self) -> object:
        """Return what asks for a look at the ring when it changes: a shift, or what went wrong."""
        duties = self._station.ledger.state.duties
        refused = sum(not t.takes(t.cluster) for t in duties.tokens)
        tries = tuple(m.tries for m in duties.minting.values())
        return self._coming(), refused, tries, tuple(sorted(duties.killed.items()))

    def _coming(self) -> str:
        """Return the shift before which the ring is looked at: that opens soon, or is on."""
        now = self._station.clock.now()
        soon: tuple[PlannedShift, ...] = self._station.terms().shifts
        opening = next((s for s in soon if s.opens_at - s.overlap <= now < s.opens_at), None)
        shift = opening or on_now(soon, now=now)
        return shift.id if shift else "-"

    def _proof_is_due(self) -> bool:
        state, now = self._station.ledger.state, self._station.clock.now()
        if not state.duties.live(now):
            return False
        return self._proven_for != _to_prove(state) or self._is_over(self._proven_at, HOUR_MS)

    def _wraps_are_due(self) -> bool:
        if not wraps.are_open(self._station.ledger.state):
            return False
        return self._is_over(self._wraps_at, self._pause_ms())

    def _pause_ms(self) -> int:
        return int(self._station.spans.watching.often_s * 1000)


def _to_prove(state: SetState) -> object:
    """Return what asks for a proof when it changes: the tokens, and a hand-over."""
    handed = {shift: (h.outgoing, h.incoming) for shift, h in state.duties.handovers.items()}
    return tuple(t.id for t in state.duties.tokens), tuple(sorted(handed.items()))
