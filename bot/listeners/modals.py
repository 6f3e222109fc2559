"""Answering a modal in time: at once if the work is quick, "being done" otherwise.

Slack waits three seconds for the answer to a submission and shows an error after that. The work
goes on in any case, and its outcome is shown in the modal if that is still open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from slack_bolt import Ack

from bot.cards.kit import Card, Json
from bot.listeners.visit import Visit

WITHIN_S = 2.0  # after the envelope arrived; Slack's limit is 3 (facts/slack A0 1)
_SETTLED_S = 0.5  # until Slack has surely shown the acknowledgement, which goes out behind us


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """The modal closes: what came of it stands on a card. `words` for whom it stayed open."""

    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Something that was typed is wrong: told beneath it, by block."""

    errors: Mapping[str, str]
    on_card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The modal gives way to a view; `card` says the same to whoever closed it."""

    view: Json = field(repr=False)
    card: Card = field(repr=False)


Outcome = Shut | Errors | Told


class Later(Protocol):
    """How an outcome is told that came too late for the acknowledgement."""

    def __call__(self, outcome: Outcome) -> None:
        """Tell it."""


def answer(ack: Ack, visit: Visit, work: Future[Outcome], *, meanwhile: Json, later: Later) -> None:
    """Acknowledge with the outcome if it comes in time; else with `meanwhile`, and tell it later.

    `work` must not raise.
    """
    try:
        outcome = work.result(max(0.0, visit.arrived + WITHIN_S - time.monotonic()))
    except TimeoutError:
        ack(response_action="update", view=meanwhile)
        after = time.monotonic() + _SETTLED_S
        work.add_done_callback(_telling(later, after))
        return
    match outcome:
        case Shut():
            ack()
        case Errors(errors=errors):
            ack(response_action="errors", errors=dict(errors))
        case Told(view=view):
            ack(response_action="update", view=view)


def _telling(later: Later, after: float) -> Callable[[Future[Outcome]], None]:
    def tell(done: Future[Outcome]) -> None:
        threading.Event().wait(max(0.0, after - time.monotonic()))
        if not done.cancelled():
            later(done.result())

    return tell
