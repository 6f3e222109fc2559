"""The notifier: one thread that keeps every set's cards as the newest states want them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from bot.notifier.drawing import Drawing
from ceremonies.errors import ConclaveError

log = structlog.get_logger()

SWEEP_S = 2.0
SOON_S = 0.08
_AFTER_TROUBLE_S = 2.0


class Notifier:
    """Draws sets, not entries: however much happens meanwhile, what is drawn is the newest.

    `changed` may be called from any thread, and costs nothing there.
    """

    def __init__(
        self, drawings: Mapping[str, Drawing], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._drawings = drawings
        self._clock = clock
        self._due = dict.fromkeys(drawings, 0.0)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._last_stroke = 0.0
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)

    def start(self) -> None:
        """Begin to draw; returns at once."""
        self._thread.start()

    def changed(self, set_name: str) -> None:
        """Note that a set's state has changed: drawn soon, together with what comes meanwhile.

        The moment's wait lets whoever is handed an answer have it before cards are drawn.
        """
        with self._lock:
            self._due[set_name] = min(self._due[set_name], self._clock() + SOON_S)
        self._wake.set()

    def close(self, seconds: float) -> None:
        """Draw what is newest once more, as far as it goes within `seconds`, and stop."""
        self._last_stroke = self._clock() + seconds
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(self._pause())
            self._wake.clear()
            for name in self._ready():
                self._step(name)
        for name, drawing in self._drawings.items():
            while self._step(name) == 0.0 and self._clock() < self._last_stroke:
                continue
            self._let_go(name, drawing)

    def _pause(self) -> float:
        with self._lock:
            return min(SWEEP_S, max(0.0, min(self._due.values()) - self._clock()))

    def _ready(self) -> list[str]:
        """Return the sets that are due; from now on they are due at the next sweep."""
        now = self._clock()
        with self._lock:
            ready = [name for name, due in self._due.items() if due <= now]
            self._due.update(dict.fromkeys(ready, now + SWEEP_S))
        return ready

    def _step(self, name: str) -> float | None:
        again: float | None
        try:
            again = self._drawings[name].step()
        except ConclaveError as error:
            log.warning("draw.failed", set=name, problem=type(error).__name__)
            again = _AFTER_TROUBLE_S
        except Exception:
            # The loop outlives every surprise: what is not drawn is seen at the next sweep.
            log.exception("draw.surprised", set=name)
            again = _AFTER_TROUBLE_S
        if again is not None:
            with self._lock:
                self._due[name] = min(self._due[name], self._clock() + again)
        return again

    def _let_go(self, name: str, drawing: Drawing) -> None:
        try:
            drawing.close()
        except ConclaveError as error:
            log.warning("draw.failed", set=name, problem=type(error).__name__)
