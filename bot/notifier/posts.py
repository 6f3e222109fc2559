"""First posts: each card is put into Slack once, by the replica whose intent won.

`chat.postMessage` has no key against repeats (facts/slack A0 9), so a call is sent once. An answer
that was lost leaves the card in the state "stands nowhere": after a pause it is intended anew,
because a holder without a message is worse off than one with two.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.cards.board import Wanted
from bot.notifier.backoff import Backoff
from bot.notifier.desk import Desk
from bot.notifier.direct import direct_channel, forget_channel
from bot.notifier.drawn import digest
from bot.notifier.pace import OPEN, POST
from bot.reply import Refused, Reply, SlowDown, Taken, Unheard, ask
from ceremonies.events import Posted, Unposted
from ceremonies.state import SetState

log = structlog.get_logger()

_SOON_S = 1.0
_NO_NEW_POST_AFTER_S = 15.0  # an intent lives for 30 s, and a call may take its whole time limit

# The channel's card must come, sooner or later: these are mended by a person, then it is posted.
_MENDABLE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What came of one card. Neither of the two: it stands nowhere, as far as we know."""

    key: str
    posted: Posted | None = None
    failed: Unposted | None = None


class Posts:
    """One set's first posts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._backoff = Backoff()

    def missing(self, state: SetState, wanted: Mapping[str, Wanted]) -> tuple[str, ...]:
        """Return the cards that stand nowhere yet."""
        return tuple(k for k in wanted if k not in state.messages and k not in state.unposted)

    def post(self, missing: tuple[str, ...], wanted: Mapping[str, Wanted]) -> float:
        """Post what may be posted now; return in how many seconds to look again."""
        wait = self._desk.pace.wait(POST) or self._desk.pace.wait(OPEN)
        if wait:
            return wait
        ready = tuple(
            key
            for key in missing
            if not self._backoff.wait(key) and self._is_welcome(key, wanted[key])
        )
        if not ready:
            return min(self._backoff.wait(key) for key in missing)
        intent = self._desk.conductor.intend_posts(self._desk.set_name, ready)
        if intent is None:
            return _SOON_S
        effect, mine = intent
        outcomes = self._all(mine, wanted)
        self._desk.conductor.posts_done(
            self._desk.set_name,
            effect,
            tuple(o.posted for o in outcomes if o.posted),
            tuple(o.failed for o in outcomes if o.failed),
        )
        self._desk.drawn.note({o.key: digest(wanted[o.key].card) for o in outcomes if o.posted})
        for outcome in outcomes:
            if outcome.posted or outcome.failed:
                self._backoff.went_well(outcome.key)
            else:
                self._backoff.failed(outcome.key)
        return 0.0

    def _is_welcome(self, key: str, card: Wanted) -> bool:
        """Return whether what failed before has a chance now: each try costs two log entries."""
        if not self._backoff.has_failed(key):
            return True
        slack = self._desk.slack.reading
        if card.is_person:
            welcome = isinstance(ask(slack.auth_test), Taken)
        else:
            found = ask(slack.conversations_info, channel=card.target)
            welcome = isinstance(found, Taken) and found.says("channel", "is_member")
        if not welcome:
            self._backoff.failed(key)
        return welcome

    def _all(self, keys: tuple[str, ...], wanted: Mapping[str, Wanted]) -> list[_Outcome]:
        """Post to people at once, to the channel in order: what calls stands below its card."""
        until = time.monotonic() + _NO_NEW_POST_AFTER_S
        here = [key for key in keys if key in wanted]
        futures = [
            self._desk.posts.submit(self._one, key, wanted[key], until)
            for key in here
            if wanted[key].is_person
        ]
        told = [self._one(key, wanted[key], until) for key in here if not wanted[key].is_person]
        return [*told, *(future.result() for future in futures)]

    def _one(self, key: str, card: Wanted, until: float) -> _Outcome:
        reply = self._send(card, until)
        self._desk.count(POST, reply)
        match reply:
            case Taken():
                where = Posted(key=key, channel=reply.text("channel"), ts=reply.text("ts"))
                return _Outcome(key=key, posted=where)
            case SlowDown(seconds=seconds):
                self._desk.pace.slow_down(POST, seconds)
            case Refused(code=code) if self._is_final(card, reply):
                log.warning("card.not_taken", set=self._desk.set_name, card=key, problem=code)
                return _Outcome(key=key, failed=Unposted(key=key, problem=code))
            case Refused(code=code) | Unheard(problem=code):
                log.warning("card.not_posted", set=self._desk.set_name, card=key, problem=code)
        return _Outcome(key=key)

    def _send(self, card: Wanted, until: float) -> Reply:
        channel = self._channel(card)
        if not isinstance(channel, str):
            return channel
        if time.monotonic() > until:
            return Unheard(problem="no time left")
        return ask(
            self._desk.slack.posting.chat_postMessage,
            channel=channel,
            text=card.card.text,
            blocks=card.card.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )

    def _channel(self, card: Wanted) -> str | Reply:
        if not card.is_person:
            return card.target
        return direct_channel(self._desk.slack, self._desk.seen, card.target)

    def _is_final(self, card: Wanted, refused: Refused) -> bool:
        """Return whether Slack will say so again whatever anybody does."""
        if not card.is_person:
            return refused.code not in _MENDABLE
        return not forget_channel(self._desk.seen, card.target, refused)
