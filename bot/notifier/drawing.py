"""Drawing one set: the newest state, one step at a time, then looking again."""

from __future__ import annotations

from bot.notifier.desk import Desk
from bot.notifier.posts import Posts
from bot.notifier.updates import Updates
from bot.notifier.waking import Alarms
from ceremonies.state import SetState

_TAKEN_S = 1.0  # when another replica draws, look again so soon


class Drawing:
    """One set's cards and alarms. Called by one thread only."""

    def __init__(self, desk: Desk, alarms: Alarms | None) -> None:
        self._desk = desk
        self._posts = Posts(desk)
        self._updates = Updates(desk)
        self._alarms = alarms
        self._holds_turn = False

    def step(self) -> float | None:
        """Do one thing that is to be done; return when to be called again, in seconds.

        None: nothing is left to do. Raises StoreUnreachable. Without news this costs no call.
        """
        state = self._desk.conductor.state(self._desk.set_name)
        if not self._has_work(state):
            self._let_go()
            return None
        if not self._take_turn():
            return _TAKEN_S
        again = self._work(self._desk.conductor.state(self._desk.set_name))
        if again is None or again > _TAKEN_S:
            self._let_go()
        return again

    def close(self) -> None:
        """Let another replica draw at once."""
        self._let_go()

    def _has_work(self, state: SetState) -> bool:
        wanted = self._desk.wanted(state)
        return bool(
            self._posts.missing(state, wanted)
            or self._updates.stale(state, wanted)
            or (self._alarms and self._alarms.due(state))
        )

    def _take_turn(self) -> bool:
        """Return whether it is our turn; then memory and state are as new as they can be."""
        mine = self._desk.turn.take()
        if mine and not self._holds_turn:
            self._desk.conductor.refresh(self._desk.set_name)
            self._desk.drawn.reload()
        self._holds_turn = mine
        return mine

    def _let_go(self) -> None:
        if self._holds_turn:
            self._holds_turn = False
            self._desk.turn.release()

    def _work(self, state: SetState) -> float | None:
        wanted = self._desk.wanted(state)
        waits: list[float] = []
        alarms = self._alarms.due(state) if self._alarms else ()
        if self._alarms and alarms:
            self._alarms.tell(alarms)
        missing = self._posts.missing(state, wanted)
        if missing:
            waits.append(self._posts.post(missing, wanted))
        stale = self._updates.stale(state, wanted)
        if stale:
            waits.append(self._updates.change(stale, state, wanted))
        elif not missing:
            self._desk.drawn.keep_only(wanted)
        return min(waits, default=None)
