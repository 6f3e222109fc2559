"""Changing cards that stand in Slack, one at a time, the most useful first, and not too fast."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.cards.board import Wanted
from bot.cards.keys import channel_key, direct_keys, is_alarm, runbook_key
from bot.notifier.backoff import Backoff
from bot.notifier.desk import Desk
from bot.notifier.pace import UPDATE
from bot.reply import Refused, SlowDown, Taken, Unheard, ask
from ceremonies.state import SetState

log = structlog.get_logger()

_CALL = "call:"  # said once; what has changed since stands on the card


class Updates:
    """One set's changes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._backoff = Backoff()

    def stale(self, state: SetState, wanted: Mapping[str, Wanted]) -> list[str]:
        """Return the cards that stand in Slack otherwise than wanted, the most useful first."""
        differing = [
            key
            for key in wanted
            if key in state.messages
            and not key.startswith(_CALL)
            and not self._desk.drawn.stands(key, self._desk.digest(state, key))
        ]
        rank = _ranks(state)
        return sorted(differing, key=lambda key: rank.get(key, _LAST))

    def change(self, stale: list[str], state: SetState, wanted: Mapping[str, Wanted]) -> float:
        """Change the first that may be changed now; return in how many seconds to look again."""
        ready = next((key for key in stale if not self._backoff.wait(key)), None)
        if ready is None:
            return min(self._backoff.wait(key) for key in stale)
        wait = self._desk.pace.take_update()
        if wait:
            return wait
        self._draw(ready, state, wanted[ready])
        return 0.0

    def _draw(self, key: str, state: SetState, card: Wanted) -> None:
        where = state.messages[key]
        reply = ask(
            self._desk.slack.posting.chat_update,
            channel=where.channel,
            ts=where.ts,
            text=card.card.text,
            blocks=card.card.blocks,
        )
        self._desk.count(UPDATE, reply)
        match reply:
            case SlowDown(seconds=seconds):
                self._desk.pace.slow_down(UPDATE, seconds)
                return
            case Unheard(problem=problem):
                log.warning("card.not_changed", set=self._desk.set_name, card=key, problem=problem)
                self._backoff.failed(key)
                return
            case Refused(code=code):
                # Deleted or too old to be edited: the next news is tried again, the same is not.
                log.warning("card.not_taken", set=self._desk.set_name, card=key, problem=code)
            case Taken():
                pass
        self._backoff.went_well(key)
        self._desk.drawn.note({key: self._desk.digest(state, key)})


_ACT_ON, _ANSWERED, _WAITING, _PAST, _LAST = range(5)


def _ranks(state: SetState) -> dict[str, int]:
    """Return how soon each card is to be changed: first what people act on."""
    ranks = {runbook_key(r): _ACT_ON if r.is_open else _ANSWERED for r in state.runbooks}
    ranks |= dict.fromkeys((key for key in state.messages if is_alarm(key)), _ACT_ON)
    for c in state.ceremonies:
        ranks[channel_key(c)] = _ACT_ON if c.is_open else _ANSWERED
        for key in direct_keys(c, state.messages):
            if not c.is_open or key.round < len(c.rounds):
                ranks[key.text] = _PAST
            else:
                # Who answered looks for the answer; for who did not, only a number has changed.
                ranks[key.text] = _WAITING if key.holder in c.waiting_for else _ANSWERED
    return ranks
