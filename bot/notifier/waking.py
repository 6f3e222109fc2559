"""Telling people outside Slack of alarms, at least once each, on a thread that nobody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import structlog

from ceremonies.conductor import Conductor
from ceremonies.errors import ConclaveError
from ceremonies.observations import Observations
from ceremonies.state import Alarm, SetState

log = structlog.get_logger()

_NEWS_MS = 15 * 60_000  # nobody is woken for what is older
_CLAIMED_S = 60.0  # above the time that waking takes; then another replica does it
_BELIEVED_MS = 2 * 60_000  # an alarm older than this is told whatever claim stands in the cache

Wake = Callable[[str, str], Sequence[str]]


@dataclass(slots=True, kw_only=True)
class Alarms:
    """One set's alarms. `wake(title, body)` returns the names of the ways that failed."""

    set_name: str
    conductor: Conductor
    seen: Observations
    wake: Wake
    pool: Executor
    _busy: threading.Lock = field(default_factory=threading.Lock)
    _told: float | None = None  # when this replica told of alarms last, in monotonic seconds

    def due(self, state: SetState) -> tuple[Alarm, ...]:
        """Return the alarms that people are to be told of now."""
        now = self.conductor.now()
        fresh = tuple(alarm for alarm in state.alarms if now - alarm.at <= _NEWS_MS)
        return () if self._busy.locked() else fresh

    def tell(self, due: tuple[Alarm, ...]) -> None:
        """Begin to tell of them, unless another replica does."""
        if self._is_ours(due) and self._busy.acquire(blocking=False):
            self._told = time.monotonic()
            self.pool.submit(self._tell, due, due[-1].n)

    def _is_ours(self, due: tuple[Alarm, ...]) -> bool:
        """Return whether nobody else is telling of these.

        A claim is the cache's word, which whoever can write to Redis can forge. That the log does
        not say after twice its time that people were woken is reason enough to wake them.
        """
        if self.seen.first(f"{{{self.set_name}}}:woken:{due[-1].n}", seconds=_CLAIMED_S):
            return True
        is_overdue = self.conductor.now() - due[0].at >= _BELIEVED_MS
        just_did = self._told is not None and time.monotonic() - self._told < _CLAIMED_S
        return is_overdue and not just_did

    def _tell(self, due: tuple[Alarm, ...], upto: int) -> None:
        try:
            words = "\n".join(dict.fromkeys(alarm.words for alarm in due))
            failed = tuple(self.wake(f"Conclave: {self.set_name}", words))
            self.conductor.woken(self.set_name, upto, failed)
            if failed:
                log.error("waking.failed", set=self.set_name, ways=failed)
        except ConclaveError as error:
            log.warning("waking.not_noted", set=self.set_name, problem=type(error).__name__)
        except Exception:
            # The outermost frame of this work: what could not be told is seen again and told.
            log.exception("waking.surprised", set=self.set_name)
        finally:
            self._busy.release()
