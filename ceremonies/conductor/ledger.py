"""One set's log, folded and kept in memory: read → decide → append → fold under one lock."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence

import structlog

from ceremonies.clock import Clock
from ceremonies.commands import Refusal
from ceremonies.errors import StoreUnreachable
from ceremonies.events import Event, TailLost, from_plain, to_plain
from ceremonies.fold import fold
from ceremonies.identity import Identity
from ceremonies.log import Entry, Head, SetLog, introduction
from ceremonies.log import TailLost as TailLostError
from ceremonies.state import SetState

log = structlog.get_logger()

Build = Callable[[SetState, int], Sequence[Event] | Refusal]
_RETRY_S = 0.5


def hashed(cause: str) -> str:
    """Return the form in which the log keeps a view's, trigger's or event's id."""
    return hashlib.sha256(cause.encode()).hexdigest()[:32]


class Ledger:
    """The folded state of one set. Its lock is never held across Vault or Slack."""

    def __init__(
        self,
        log_: SetLog,
        *,
        name: str,
        clock: Clock,
        identity: Identity,
        changed: Callable[[str], None],
        closing: threading.Event,
    ) -> None:
        self.name = name
        self._log = log_
        self._clock = clock
        self._identity = identity
        self._changed = changed
        self.closing = closing
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._hashes: list[str] = []
        self._state = SetState(name=name)
        self._untold: TailLost | None = None  # a loss that is not in the log yet

    @property
    def state(self) -> SetState:
        """The newest state that this process has folded."""
        return self._state

    def stands_at(self, head: Head) -> bool:
        """Return whether nothing is to be read or told where the log ends at `head`."""
        return self._untold is None and (self._state.n, self._state.head) == (head.n, head.hash)

    def load(self) -> SetState:
        """Fold the whole log anew; raises LogBroken where its chain does not hold.

        Until it is read and folded, and where it cannot be, what was known stands.
        """
        with self._lock:
            self._take(self._log.load(), after=SetState(name=self.name))
            return self._state

    def refresh(self) -> SetState:
        """Fold what is new; one round trip."""
        before = self._state.n
        with self._lock:
            self._follow()
            state = self._state
        if state.n != before:
            self._changed(self.name)
        return state

    def append(
        self, build: Build, *, who: str, cause: str | None = None, confirm: bool = False
    ) -> tuple[SetState, bool] | Refusal:
        """Append what `build` decides on the newest state; returns the state and if it is new.

        Loses to nobody: where another replica was faster, reads and decides again. Nobody is
        refused for what stood in an older state: a refusal holds on all that Redis has. A `cause`
        that the log has, and an empty decision, change nothing.
        """
        before = self._state
        with self._lock:
            self._tell_loss()
            outcome = self._decided(
                build, who=who, cause=hashed(cause) if cause else None, confirm=confirm
            )
        if self._state is not before:
            self._changed(self.name)
        return outcome

    def _decided(
        self, build: Build, *, who: str, cause: str | None, confirm: bool
    ) -> tuple[SetState, bool] | Refusal:
        while True:
            if cause and cause in self._state.causes:
                return self._state, False
            events = build(self._state, self._clock.now())
            if isinstance(events, Refusal):
                known = self._state.head
                self._follow()
                if self._state.head == known:
                    return events
            elif not events:
                return self._state, False
            elif self._append_once(events, who=who, cause=cause, confirm=confirm):
                return self._state, True

    def record(self, build: Build, *, who: str) -> SetState:
        """Append facts, whatever it takes: retries while Redis is away and the process lives."""
        while True:
            try:
                outcome = self.append(build, who=who)
            except StoreUnreachable:
                log.warning("log.waiting_for_store", set=self.name)
                if self.closing.wait(_RETRY_S):
                    raise
                continue
            if isinstance(outcome, Refusal):
                raise RuntimeError("a fact was refused")  # noqa: TRY004 — a programmer's mistake
            return outcome[0]

    def wait(self, seconds: float) -> None:
        """Return after the next news, or after `seconds`."""
        with self._news:
            self._news.wait(seconds)

    def _append_once(
        self, events: Sequence[Event], *, who: str, cause: str | None, confirm: bool
    ) -> bool:
        plain = [to_plain(event) for event in events]
        if self._state.n == 0:
            plain.insert(0, dict(introduction(self._identity.public)))
        head = Head(n=self._state.n, hash=self._state.head)
        now = self._clock.now()
        outcome = self._log.append(
            head, at=now, who=who, cause=cause, events=plain, confirm=confirm
        )
        if isinstance(outcome, Entry):
            self._take([outcome])
            return True
        self._follow()
        return False

    def _follow(self) -> None:
        try:
            self._take(self._log.follow(Head(n=self._state.n, hash=self._state.head)))
        except TailLostError:
            self._tail_lost()
        self._tell_loss()

    def _take(self, entries: Sequence[Entry], *, after: SetState | None = None) -> None:
        """Fold these entries onto `after`, or onto what is known; others see all of it or none."""
        state = self._state if after is None else after
        for entry in entries:
            state = fold(
                state,
                n=entry.n,
                head=entry.hash,
                at=entry.at,
                cause=entry.cause,
                events=[from_plain(plain) for plain in entry.events],
            )
        hashes = [entry.hash for entry in entries]
        self._hashes = [*self._hashes, *hashes] if after is None else hashes
        self._state = state
        if entries:
            self._news.notify_all()

    def _tail_lost(self) -> None:
        """Fold anew what Redis still has; which entries it lost is to be told in the log."""
        had = self._hashes
        self.load()
        kept = 0
        while kept < min(len(had), len(self._hashes)) and had[kept] == self._hashes[kept]:
            kept += 1
        lost = tuple(had[kept:])
        log.error("log.tail_lost", set=self.name, kept=kept, lost=len(lost))
        self._untold = TailLost(after=kept, lost=lost[:100])

    def _tell_loss(self) -> None:
        """Tell a loss in the log, unless another replica has; until that is done it is not over."""
        told = self._untold
        if told is None:
            return
        known = self._state.tail_lost
        is_told = known is not None and known.lost == told.lost
        if is_told or self._append_once([told], who="conclave", cause=None, confirm=True):
            self._untold = None
