"""Telling people outside Slack of alarms, at least once each, on a thread that nobody waits for."""

from __future__ import annotations

import threading
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

    def due(self, state: SetState) -> tuple[Alarm, ...]:
        """Return the alarms that people are to be told of now."""
        now = self.conductor.now()
        fresh = tuple(alarm for alarm in state.alarms if now - alarm.at <= _NEWS_MS)
        return () if self._busy.locked() else fresh

    def tell(self, due: tuple[Alarm, ...]) -> None:
        """Begin to tell of them, unless another replica does."""
        upto = due[-1].n
        if not self.seen.first(f"{{{self.set_name}}}:woken:{upto}", seconds=_CLAIMED_S):
            return
        if self._busy.acquire(blocking=False):
            self.pool.submit(self._tell, due, upto)

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
