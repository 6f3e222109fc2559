"""The notifier's side of the log: which replica posts a card first, where it stands, who was woken.

A card's first post is an effect like any other, on the lane `post`: an intent, the post, where it
stands. A crash in between can leave one orphan card, whose buttons still work.
"""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.conductor.station import BOT, Station
from ceremonies.events import (
    Event,
    Intended,
    Kind,
    MessagesPosted,
    PeopleWoken,
    Posted,
    Unposted,
)
from ceremonies.state import SetState

LANE = "post"


def intend_posts(station: Station, keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Append the intent to post those of `keys` that stand nowhere yet.

    Returns the effect's id and the keys that are this replica's to post, or None where there
    are none or somebody is posting already.
    """
    fresh = station.fresh()

    def build(state: SetState, now: int) -> Sequence[Event]:
        del now
        missing = tuple(k for k in keys if k not in state.messages and k not in state.unposted)
        if not missing or LANE in state.intents:
            return ()
        intent = Intended(
            effect=fresh.effect,
            kind=Kind.POST,
            lane=LANE,
            replica=fresh.replica,
            until=fresh.until,
            keys=missing,
        )
        return (intent,)

    station.ledger.append(build, who=BOT)
    mine = station.mine(fresh.effect)
    return (mine.effect, mine.keys) if mine else None


def posts_done(
    station: Station,
    effect: str,
    posted: tuple[Posted, ...],
    failed: tuple[Unposted, ...],
) -> None:
    """Append where the cards stand, and which ones Slack would not take."""
    station.conclude(MessagesPosted(effect=effect, posted=posted, failed=failed))


def people_woken(station: Station, upto: int, failed: tuple[str, ...]) -> None:
    """Append that people outside Slack were told of every alarm up to entry `upto`."""

    def told(state: SetState) -> bool:
        return all(alarm.n > upto for alarm in state.alarms)

    station.conclude(PeopleWoken(upto=upto, failed=failed), unless=told)
