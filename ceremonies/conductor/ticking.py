"""The loop that does what is owed: follow every log, adopt, note, do; one lane at a time."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog

from ceremonies.ceremony import AttemptState, Phase, TokenState
from ceremonies.conductor import attempts, duty, glass, promotions, steps
from ceremonies.conductor.adoption import adopt
from ceremonies.conductor.station import BOT, Station
from ceremonies.conductor.watching import Watcher
from ceremonies.errors import ConclaveError
from ceremonies.events import Action
from ceremonies.owed import Debt, Note, Overdue, Owed, StepDebt, Work, owed
from ceremonies.rotation import KillDebt, MintDebt
from ceremonies.steps import Do

log = structlog.get_logger()

TICK_S = 1.0
FOLLOW_ATTEMPT_S = 3.0
CONFIRM_STEP_S = 2.0
BACK_OFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)


class Ticking:
    """Does what the states owe, on a small pool; each lane of a set has one worker at a time."""

    def __init__(self, stations: Mapping[str, Station], *, sweep: Callable[[], None]) -> None:
        self._stations = stations
        self._watchers = {name: Watcher(station) for name, station in stations.items()}
        self._on_duty = {name: duty.DutyWatcher(station) for name, station in stations.items()}
        self._spreads = {name: duty.SpreadWatcher(station) for name, station in stations.items()}
        self._sweep = sweep
        self._pool = ThreadPoolExecutor(max(8, 4 * len(stations)), "effect")
        self._busy: set[tuple[str, str]] = set()
        self._failures: dict[tuple[str, str], int] = {}
        self._not_before: dict[tuple[str, str], float] = {}
        self._followed: dict[str, float] = {}
        self._swept: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticking", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def nudge(self) -> None:
        """Look at once instead of at the next tick."""
        self._wake.set()

    def close(self, seconds: float) -> None:
        """Start nothing new, and wait up to `seconds` for the effects that are under way."""
        self._closing.set()
        self._wake.set()
        give_up = time.monotonic() + seconds
        self._pool.shutdown(wait=False, cancel_futures=True)
        while self._busy and time.monotonic() < give_up:
            time.sleep(0.02)
        if self._thread.is_alive():
            self._thread.join(max(0.0, give_up - time.monotonic()))

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(TICK_S)
            self._wake.clear()
            try:
                self._sweep()
                for station in self._stations.values():
                    self._look_after(station)
            except ConclaveError as error:
                log.warning("tick.failed", problem=type(error).__name__)
            except Exception:
                # The loop outlives every surprise: what is owed stays owed and is seen next time.
                log.exception("tick.surprised")

    def _look_after(self, station: Station) -> None:
        state = station.ledger.state
        for due in owed(state, station.terms(), now=station.clock.now()):
            self._begin(station, due)
        for c in state.open_ceremonies:
            collecting = c.phase is Phase.COLLECTING and c.attempt is AttemptState.OPEN
            last = self._followed.get(c.id, 0.0)
            if collecting and time.monotonic() - last >= FOLLOW_ATTEMPT_S:
                self._followed[c.id] = time.monotonic()
                look = _following(station, c.id)
                self._submit(station, f"follow:{c.cluster}", look)
        for cluster in station.ledger.state.glass:
            self._look_who_is_let_in(station, cluster)
        on_duty = self._on_duty[station.name]
        if on_duty.is_due():
            self._submit(station, "duty:watch", on_duty.look)
        spread = self._spreads[station.name]
        if spread.is_due():
            self._submit(station, "duty:spread", spread.look)
        watcher = self._watchers[station.name]
        if watcher.is_due():
            self._submit(station, "watch", watcher.look)
        self._clear_secrets(station)

    def _look_who_is_let_in(self, station: Station, cluster: str) -> None:
        state, key = station.ledger.state, f"{station.name} access:{cluster}"
        every = station.spans.watching
        wait = every.often_s if state.left_open(cluster) else every.access_s
        last = self._followed.get(key, 0.0)
        if glass.is_wanted(state, cluster) and time.monotonic() - last >= wait:
            self._followed[key] = time.monotonic()
            self._submit(station, f"access:{cluster}", lambda: glass.look(station, cluster))

    def _clear_secrets(self, station: Station) -> None:
        """Delete what nobody needs any more; to do it twice is harmless."""
        for c in station.ledger.state.ceremonies:
            over = [("otp", c.attempt in (AttemptState.GONE, AttemptState.COMPLETE))]
            over.append(("token", c.token in (TokenState.DELETED, TokenState.NOT_DELETABLE)))
            for kind, done in over:
                name = (kind, c.cluster, c.nonce)
                if done and c.nonce and name not in self._swept:
                    station.keychain.delete(*name)
                    self._swept.add(name)

    def _begin(self, station: Station, due: Owed) -> None:
        match due:
            case Note():
                self._submit(station, "note", lambda: _note(station, due))
            case Overdue(intent=intent):
                self._submit(station, intent.lane, lambda: adopt(station, intent))
            case Debt(cluster=cluster):
                self._submit(station, cluster, lambda: _work(station, due))
            case StepDebt():
                self._begin_step(station, due)
            case MintDebt():
                self._submit(station, "duty:mint", lambda: duty.mint(station, due))
            case KillDebt():
                self._submit(station, "duty:kill", lambda: duty.kill(station, due))

    def _begin_step(self, station: Station, due: StepDebt) -> None:
        """Do what a step needs; whether people have done it by hand is looked at now and then."""
        key = f"{due.runbook} {due.step}"
        last = self._followed.get(key, 0.0)
        if due.do is Do.CONFIRM and time.monotonic() - last < CONFIRM_STEP_S:
            return
        self._followed[key] = time.monotonic()
        # A snapshot may take minutes: who declines it meanwhile is not held up by it.
        is_snapshot = due.step.startswith(f"{Action.SNAPSHOT}:")
        lane = due.step if is_snapshot else due.cluster
        self._submit(station, lane, lambda: steps.do(station, due))

    def _submit(self, station: Station, lane: str, work: Callable[[], None]) -> None:
        key = (station.name, lane)
        with self._lock:
            early = time.monotonic() < self._not_before.get(key, 0.0)
            if key in self._busy or early or self._closing.is_set():
                return
            self._busy.add(key)
        context = contextvars.copy_context()
        try:
            begun = self._pool.submit(context.run, self._do, key, work)
        except RuntimeError:  # closed between the two lines: nobody begins anything any more
            self._freed(key)
            return
        begun.add_done_callback(lambda ended: self._freed(key) if ended.cancelled() else None)

    def _freed(self, key: tuple[str, str]) -> None:
        with self._lock:
            self._busy.discard(key)

    def _do(self, key: tuple[str, str], work: Callable[[], None]) -> None:
        try:
            work()
        except ConclaveError as error:
            self._back_off(key, error)
        except Exception:
            log.exception("effect.surprised", set=key[0], lane=key[1])
            self._back_off(key, None)
        else:
            self._failures.pop(key, None)
        finally:
            self._freed(key)
            self._wake.set()

    def _back_off(self, key: tuple[str, str], error: ConclaveError | None) -> None:
        tries = self._failures.get(key, 0)
        self._failures[key] = tries + 1
        wait = BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)]
        self._not_before[key] = time.monotonic() + wait
        problem = type(error).__name__ if error else "surprise"
        log.warning("effect.again_later", set=key[0], lane=key[1], problem=problem, wait_s=wait)


def _note(station: Station, due: Note) -> None:
    """Append what follows from the clock, if it still does."""
    station.ledger.append(
        lambda state, now: due.events if due in owed(state, station.terms(), now=now) else (),
        who=BOT,
    )


def _work(station: Station, debt: Debt) -> None:
    """Do what is owed, if it still is: since it was found, another replica may have done it."""
    state = station.ledger.state
    c = state.find(debt.ceremony)
    if c is None or debt not in owed(state, station.terms(), now=station.clock.now()):
        return
    match debt.work:
        case Work.OPEN_ATTEMPT:
            attempts.open_attempt(station, c)
        case Work.END_ATTEMPT:
            attempts.end_attempt(station, c)
        case Work.PROMOTE:
            promotions.promote(station, c)
        case Work.CONFIRM:
            promotions.confirm(station, c)
        case Work.DELETE_TOKEN:
            promotions.delete_token(station, c)


def _following(station: Station, ceremony: str) -> Callable[[], None]:
    def look() -> None:
        c = station.ledger.state.find(ceremony)
        if c is not None:
            attempts.follow_attempt(station, c)

    return look
