"""Shifts as people see them: the clock and Vault's part are played, the cards are drawn."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.board import wanted
from bot.cards.keys import duty_key
from bot.cards.kit import Card
from bot.cards.shift_status import shift_card
from ceremonies.duty import DutyToken
from ceremonies.events import PolicyDeleted, WrapLoss, WrapLost
from ceremonies.rota.rules import Custody, ShiftRules
from tests.ceremonies.cast import ROSTER
from tests.ceremonies.duty.watchroom import DAY, Room

OPENS = "2026-11-23 04:45"  # when the token of DAY is minted
ON = "2026-11-23 05:00"
OVER = "2026-11-23 21:00"  # the shift; its token lasts 30 minutes more
ENDED = "2026-11-23 21:31"
CALL = "call:watch:duty:"
HOSTILE = "<!channel> *x* `y` & @here <@U0MALLORY> " * 20


def day(
    rule: ShiftRules = DAY, *, custody: Custody = Custody.LEAD, until: str = OPENS, **more: object
) -> Room:
    """Return a room with this one shift, at this moment."""
    room = Room(rules=(replace(rule, custody=custody),), start="2026-11-23 04:00", **more)  # type: ignore[arg-type]
    room.works()
    room.until(until)
    return room


def newest(room: Room) -> DutyToken:
    """Return the token that was minted last."""
    return room.duties.tokens[-1]


def loses(room: Room, cause: WrapLoss) -> DutyToken:
    """The lead's token is lost this way; return it."""
    token = newest(room)
    if cause is WrapLoss.DISOWNED:
        room.collects(token)
    room.desk.happens(WrapLost(duty=token.id, cause=cause))
    return token


def put_out(room: Room, place: int) -> None:
    """Somebody put this ring place out of force."""
    room.desk.happens(PolicyDeleted(effect="kill", place=place, cluster="a"))


def drawn(room: Room) -> dict[str, Card]:
    """Return every card of the set by key."""
    desk = room.desk
    cards = wanted(desk.state, desk.terms.rules, ROSTER, command="/dr", now=desk.now)
    return {key: one.card for key, one in cards.items()}


def message(room: Room, token: DutyToken | None = None) -> Card:
    """Return the lead's message about this token, the newest if none is named."""
    about = token or newest(room)
    return drawn(room)[duty_key(about.id, about.lead)]


def calls(room: Room) -> dict[str, str]:
    """Return what the channel is told of tokens on duty, by what it is about."""
    found = drawn(room).items()
    return {key.removeprefix(CALL): card.text for key, card in found if key.startswith(CALL)}


def status(room: Room, *, problems: tuple[str, ...] = ()) -> Card:
    """Return what `/dr shift payments` answers."""
    desk = room.desk
    return shift_card(desk.state, desk.terms.shifts, now=desk.now, problems=problems, command="/dr")
