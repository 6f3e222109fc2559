"""Every card that a set's state wants to stand in Slack, by its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.cards.channel import channel_card
from bot.cards.holder import holder_card
from bot.cards.keys import DirectKey, channel_key, direct_keys
from bot.cards.kit import Card
from ceremonies.ceremony import Ceremony
from ceremonies.roster import Roster
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

__all__ = ["Card", "Wanted", "wanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A card, and the Slack channel or person whom it is for."""

    target: str
    is_person: bool
    card: Card


def wanted(
    state: SetState, replication_set: ReplicationSet, roster: Roster, *, command: str, now: int
) -> dict[str, Wanted]:
    """Return every wanted card by key, the channel's first.

    A holder has one message for each round, so that each round notifies them. Once posted it
    stays wanted and tells how its round ended; what was never posted is wanted only while its
    round is the newest of an open ceremony.
    """
    del roster  # people are shown as Slack shows them
    cards: dict[str, Wanted] = {}
    for c in state.ceremonies:
        cards[channel_key(c)] = Wanted(
            target=replication_set.incident_channel,
            is_person=False,
            card=channel_card(state, c, replication_set, command=command, now=now),
        )
        for key in _direct(state, c):
            cards[key.text] = Wanted(
                target=key.holder,
                is_person=True,
                card=holder_card(state, c, replication_set, holder=key.holder, number=key.round),
            )
    return cards


def _direct(state: SetState, c: Ceremony) -> Iterator[DirectKey]:
    newest = len(c.rounds)
    posted = [key for key in direct_keys(c, state.messages) if 0 < key.round <= newest]
    yield from posted
    if not newest or not c.is_open or c.rounds[-1].lost:
        return
    for holder in c.holders:
        key = DirectKey(ceremony=c.id, holder=holder, round=newest)
        if key not in posted:
            yield key
