"""Every card that a set's state wants to stand in Slack, by its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.cards.calls import about_log, about_watch, calls, reminders
from bot.cards.channel import channel_card
from bot.cards.holder import holder_card
from bot.cards.keys import DirectKey, channel_key, direct_keys, duty_key, runbook_key
from bot.cards.kit import Card
from bot.cards.phrases import people
from bot.cards.runbook import BACK_MS, runbook_card
from bot.cards.runbook_buttons import may_go_back
from bot.cards.runbook_calls import runbook_calls
from bot.cards.shift import lead_card
from bot.cards.shift_calls import about_duty
from bot.cards.shift_handover import handover_cards
from ceremonies.ceremony import Ceremony
from ceremonies.roster import Role, Roster
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

__all__ = ["Card", "Wanted", "wanted"]

_CALLED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A card, and the Slack channel or person whom it is for."""

    target: str
    is_person: bool
    card: Card


def wanted(
    state: SetState,
    replication_set: ReplicationSet,
    roster: Roster,
    *,
    command: str,
    now: int,
    back_ms: int = BACK_MS,
) -> dict[str, Wanted]:
    """Return every wanted card by key, in the order in which they should be posted.

    A holder has one message for each round, so that each round notifies them. Once posted it
    stays wanted and tells how its round ended; what was never posted is wanted only while its
    round is the newest of an open ceremony. A call (`bot.cards.calls`) is wanted only while it
    calls: posted, it needs no further care.
    """
    channel = replication_set.incident_channel
    cards: dict[str, Wanted] = {}
    for r in state.runbooks:
        shown = runbook_card(state, r, replication_set, now=now, back_ms=back_ms)
        cards[runbook_key(r)] = Wanted(target=channel, is_person=False, card=shown)
        back = may_go_back(r, back_ms, now=now)
        for key, shown in runbook_calls(
            state, r, replication_set, roster, now=now, may_go_back=back
        ):
            cards[key] = Wanted(target=channel, is_person=False, card=shown)
    for c in state.ceremonies:
        shown = channel_card(state, c, replication_set, command=command, now=now)
        cards[channel_key(c)] = Wanted(target=channel, is_person=False, card=shown)
        for direct in _direct(state, c):
            shown = holder_card(
                state, c, replication_set, holder=direct.holder, number=direct.round
            )
            cards[direct.text] = Wanted(target=direct.holder, is_person=True, card=shown)
        for key, shown in calls(state, c, replication_set, roster, now=now):
            cards[key] = Wanted(target=channel, is_person=False, card=shown)
        for key, holder, shown in reminders(state, c):
            cards[key] = Wanted(target=holder, is_person=True, card=shown)
    for key, shown in (*about_log(state, roster), *about_watch(state, roster)):
        cards[key] = Wanted(target=channel, is_person=False, card=shown)
    commanders = people([p.slack for p in roster.with_role(Role.INCIDENT_COMMANDER)], _CALLED)
    for key, shown in about_duty(state, commanders, command=command, now=now):
        cards[key] = Wanted(target=channel, is_person=False, card=shown)
    for token in state.duties.tokens:
        key = duty_key(token.id, token.lead)
        if token.lead and (now < token.until or key in state.messages):
            shown = lead_card(state, token, replication_set, command=command, now=now)
            cards[key] = Wanted(target=token.lead, is_person=True, card=shown)
    for key, lead, shown in handover_cards(state, command=command, now=now):
        cards[key] = Wanted(target=lead, is_person=True, card=shown)
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
