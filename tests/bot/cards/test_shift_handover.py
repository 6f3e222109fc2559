"""Whoever goes is asked to confirm the hand-over, in a message of its own; who else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards.kit import Card
from ceremonies.commands import Refusal
from ceremonies.commands.duty import ConfirmHandover
from ceremonies.events import HandoverAsked, HandoverLate, MessagesPosted, Posted
from ceremonies.rota.rules import Custody
from tests.bot.cards.duties import calls, drawn, message, newest
from tests.bot.cards.reading import buttons, words
from tests.ceremonies.cast import BEN, KIM, SAM
from tests.ceremonies.duty.watchroom import DAY, NIGHT, Room, at

SHIFT = "day/2026-11-23T05:00Z"
OVER = "`/dr shift payments handover`"


def adjoining(custody: Custody = Custody.LEAD, *, until: str = "2026-11-23 04:45") -> Room:
    """Return a room in which Kim's night ends as Sam's day begins, at 05:00."""
    rules = tuple(replace(one, custody=custody) for one in (NIGHT, DAY))
    room = Room(rules=rules, start="2026-11-23 03:00")
    room.works()
    room.until(until)
    return room


def becomes(room: Room, lead: str) -> None:
    """From now on this person leads the day."""
    night, day = room.rules
    room.rules = (night, replace(day, lead=lead))
    room.works()


def asked(room: Room, lead: str) -> Card | None:
    """Return the message in which this person is asked, if there is one."""
    return drawn(room).get(f"handover:{SHIFT}:{lead}")


def stands(room: Room, lead: str) -> None:
    """The message in which they are asked is in Slack from now on."""
    assert asked(room, lead)
    posted = Posted(key=f"handover:{SHIFT}:{lead}", channel="D0", ts="1.1")
    room.desk.happens(MessagesPosted(effect="e", posted=(posted,)))


def late(room: Room) -> list[tuple[str, ...]]:
    """Return who was named to the commanders, each time."""
    told = [e for e in room.of(HandoverLate) if isinstance(e, HandoverLate)]
    return [e.missing for e in told if e.shift == SHIFT]


def says(room: Room, lead: str) -> str:
    """Return what it says."""
    card = asked(room, lead)
    assert card is not None
    assert buttons(card) == {}
    return words(card)


@pytest.mark.parametrize("custody", Custody)
def test_whoever_goes_is_asked_as_the_next_shift_opens(custody: Custody) -> None:
    """Not before; in a message of its own, whoever holds the token: Slack tells of no redraw."""
    room = adjoining(custody, until="2026-11-23 04:44")
    assert asked(room, KIM) is None
    room.until("2026-11-23 04:45")
    card = asked(room, KIM)
    assert card is not None
    assert card.text == "Hand payments over to shift day, and confirm it"
    said = says(room, KIM)
    begins, late = at("2026-11-23 05:00") // 1000, at("2026-11-23 05:15") // 1000
    assert f"<@{SAM}> leads from <!date^{begins}^" in said
    assert f"confirm that you have handed over: {OVER}." in said
    assert f"by <!date^{late}^" in said
    assert asked(room, SAM) is None, "the message about their token asks them"


@pytest.mark.parametrize("custody", Custody)
def test_nothing_is_late_where_both_do_as_they_are_told(custody: Custody) -> None:
    """Each obeys their own message, and nothing else; the commanders hear of nothing."""
    room = adjoining(custody)
    assert OVER in says(room, KIM)
    stands(room, KIM)
    assert room.asks(ConfirmHandover(by=KIM))
    said = says(room, KIM)
    assert "You have said that you have handed over." in said
    assert f"<@{SAM}> has not confirmed it yet." in said
    assert OVER not in said
    for token in room.duties.tokens:
        if token.wrap is not None and token.lead == SAM:
            room.collects(token)
    assert OVER in words(message(room, newest(room)))
    assert not isinstance(room.asks(ConfirmHandover(by=SAM)), Refusal)
    assert f"<@{SAM}> has confirmed it too." in says(room, KIM)
    room.until("2026-11-23 06:00")
    assert late(room) == []
    assert f"handover:{SHIFT}" not in calls(room)


def test_one_who_does_not_is_named_alone() -> None:
    """And is told so, where they were asked."""
    room = adjoining(Custody.BOT)
    assert room.asks(ConfirmHandover(by=SAM))
    room.until("2026-11-23 05:14")
    assert late(room) == []
    room.until("2026-11-23 05:15")
    assert late(room) == [(KIM,)]
    said = says(room, KIM)
    assert "The incident commanders were told that you have not" in said
    assert OVER in said


def test_nobody_hands_over_to_themselves() -> None:
    """One lead of both shifts, or none before: nobody but the one who comes is asked."""
    for rules in ((NIGHT, replace(DAY, lead=KIM)), (DAY,)):
        room = Room(rules=rules, start="2026-11-23 03:00")
        room.until("2026-11-23 05:00")
        (told,) = room.of(HandoverAsked)[-1:]
        assert isinstance(told, HandoverAsked)
        assert told.outgoing == ""
        assert not [key for key in drawn(room) if key.startswith("handover:")]


def test_what_is_to_be_told_is_the_same_a_moment_later() -> None:
    """It is looked at once more as it is written: another one would not be."""
    room = Room(rules=(NIGHT, DAY), start="2026-11-23 05:20")
    found = [e for e in room.desk.notes if isinstance(e, HandoverAsked)]
    assert [e.shift for e in found] == [SHIFT]
    room.desk.now += 7
    assert [e for e in room.desk.notes if isinstance(e, HandoverAsked)] == found


def test_it_is_asked_once() -> None:
    """However often the clock is looked at."""
    room = adjoining(until="2026-11-23 04:44")
    room.until("2026-11-23 12:00", every=timedelta(minutes=5))
    assert [e.shift for e in room.of(HandoverAsked) if isinstance(e, HandoverAsked)].count(
        SHIFT
    ) == 1


def test_after_the_shift_nothing_is_left() -> None:
    """The message stays in Slack; no order is left on it; what nobody posted is posted no more."""
    room = adjoining()
    unposted = adjoining()
    unposted.until("2026-11-23 21:00", every=timedelta(minutes=15))
    assert asked(unposted, KIM) is None
    stands(room, KIM)
    room.until("2026-11-23 21:00", every=timedelta(minutes=15))
    assert "Nothing is left for you to do." in says(room, KIM)
    assert OVER not in says(room, KIM)
    room.until("2026-11-24 21:00", every=timedelta(minutes=15))
    assert asked(room, KIM) is None


# -- somebody else leads, from mid-shift on --------------------------------------------------------


def test_a_lead_who_comes_later_is_told_of_as_well() -> None:
    """They have half an overlap from when they were asked; then the commanders hear of them."""
    room = adjoining(Custody.BOT)
    room.until("2026-11-23 05:30")
    assert late(room) == [(KIM, SAM)]
    assert set(calls(room)) >= {f"handover:{SHIFT}"}

    becomes(room, BEN)
    room.until("2026-11-23 05:44")
    assert len(late(room)) == 1
    room.until("2026-11-23 05:46")
    assert late(room)[1:] == [(KIM, BEN)]
    assert f"not confirmed by <@{KIM}> and <@{BEN}>" in calls(room)[f"handover:{SHIFT}:2"]
    room.until("2026-11-23 09:00", every=timedelta(minutes=5))
    assert len(late(room)) == 2


def test_a_lead_who_comes_later_and_confirms_is_not_told_of() -> None:
    """What Conclave holds was minted for another: a message of its own asks them."""
    room = adjoining(Custody.BOT)
    room.asks(ConfirmHandover(by=KIM))
    room.asks(ConfirmHandover(by=SAM))
    room.until("2026-11-23 08:00", every=timedelta(minutes=5))
    becomes(room, BEN)
    card = asked(room, BEN)
    assert card is not None
    assert card.text == "You lead shift day of payments: confirm that you have taken over"
    assert f"confirm that you have taken over: {OVER}." in says(room, BEN)
    assert room.asks(ConfirmHandover(by=BEN))
    room.until("2026-11-23 10:00", every=timedelta(minutes=5))
    assert late(room) == []


def test_whoever_leads_no_more_is_not_asked() -> None:
    """Neither by the message about the token, nor by one that stands in Slack already."""
    room = adjoining(Custody.BOT)
    becomes(room, BEN)
    room.until("2026-11-23 04:56")
    said = words(message(room, newest(room)))
    assert f"<@{BEN}> leads this shift now" in said
    assert OVER not in said
    assert f"<@{BEN}> leads from" in says(room, KIM)
    stands(room, KIM)
    night, day = room.rules
    room.rules = (replace(night, lead=SAM), day)
    room.until("2026-11-23 05:07")
    assert "not yours any more" in says(room, KIM)
    assert OVER not in says(room, KIM)
    assert OVER in says(room, SAM)


def test_two_who_read_the_calendar_differently_do_not_ask_in_turn_for_ever() -> None:
    """Each asks anew ten minutes after the other at the earliest; of each it is told once."""
    room = adjoining(Custody.BOT)
    for minute in range(60):
        becomes(room, (SAM, BEN)[minute % 2])
        room.until(f"2026-11-23 06:{minute:02}")
    asked_ = [e for e in room.of(HandoverAsked) if isinstance(e, HandoverAsked)]
    assert len([e for e in asked_ if e.shift == SHIFT]) <= 2 + 60 // 10
    assert late(room) == [(KIM, SAM), (KIM, BEN)]
