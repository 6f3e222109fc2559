"""What `/dr shift SET` and the line in `/dr status` tell of tokens on duty."""

from __future__ import annotations

import pytest

from bot.cards.shift_status import on_duty_line, shift_card
from ceremonies.commands.duty import AgreeKill, AskKill, ConfirmHandover
from ceremonies.duty import Duties
from ceremonies.events import (
    KillRefused,
    KillSpread,
    Part,
    PolicyDeleted,
    Proof,
    ProofChanged,
    RingChecked,
    Spread,
    WrapLoss,
)
from ceremonies.rota.rules import Custody
from ceremonies.state import SetState
from tests.bot.cards.duties import ON, OVER, day, loses, newest, put_out, status
from tests.bot.cards.reading import words
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.duty.watchroom import DAY, NIGHT, Room, lost

HOUR = 3_600_000
NO_QUORUM = "no quorum is needed for a promotion."
NO_PLAN = "none; no shifts are planned. A promotion takes a quorum."


def line(room: Room) -> str:
    """Return the line about the token on duty."""
    shifts = bool(room.desk.terms.shifts)
    told = on_duty_line(room.duties, now=room.desk.now, has_shifts=shifts)
    head = "*Token on duty:* "
    assert told.startswith(head)
    return told.removeprefix(head)


def held(custody: Custody = Custody.LEAD, *, until: str = ON) -> Room:
    """Return a room with a token in the hands that it is for."""
    room = day(custody=custody)
    for token in room.tokens:
        if token.part is Part.LEAD:
            room.collects(token)
    room.until(until)
    return room


def proven(room: Room, cluster: str, answer: Proof) -> None:
    """A cluster answers about the newest token."""
    room.desk.happens(ProofChanged(duty=newest(room).id, cluster=cluster, answer=answer))


# -- the line --------------------------------------------------------------------------------------


def test_a_set_without_shifts_takes_a_quorum() -> None:
    """Nothing is missing: nobody planned any."""
    told = on_duty_line(Duties(), now=0, has_shifts=False)
    assert told == f"*Token on duty:* {NO_PLAN}"


def test_a_token_in_hand_needs_no_quorum() -> None:
    """Whose shift, in whose hands, how long still."""
    assert line(held()) == f"shift day, with <@{SAM}>, valid for 16 h 15 min: {NO_QUORUM}"
    in_bot = line(held(Custody.BOT))
    assert in_bot == f"shift day, in Conclave's keychain, valid for 16 h 15 min: {NO_QUORUM}"
    assert "in Conclave's keychain" in line(held(Custody.BOTH))


def test_until_it_is_collected_a_quorum_is_needed() -> None:
    """Who has not collected it is named."""
    assert line(day()) == f"<@{SAM}> has not collected it yet. Until then a quorum is needed."


@pytest.mark.parametrize("cause", WrapLoss)
def test_a_lost_token_is_none(cause: WrapLoss) -> None:
    """Until when nobody has one is told, if it is known."""
    room = day()
    loses(room, cause)
    assert line(room).startswith("none")
    room.works()
    assert "A promotion takes a quorum of key holders." in line(room)


def test_a_gap_is_told_until_the_next_shift() -> None:
    """When that has begun, a time in the past is not told."""
    room = held(until="2026-11-23 22:00")
    until = room.duties.next_at
    assert until in {shift.start for shift in room.desk.terms.shifts}
    assert line(room).startswith(f"none until <!date^{until // 1000}^")
    room.desk.now = until + 1
    assert line(room) == "none. A promotion takes a quorum of key holders."


def test_where_a_cluster_refuses_it_a_quorum_is_needed_all_the_same() -> None:
    """What is told here is what a runbook's plan and the ceremony go by."""
    room = held(Custody.BOT)
    proven(room, "a", Proof.UNKNOWN)
    assert line(room).endswith(NO_QUORUM)
    proven(room, "b", Proof.REFUSED)
    assert line(room).endswith("no quorum is needed, but for b, where Vault *refuses* it.")
    leads = held()
    proven(leads, "b", Proof.REFUSED)
    assert line(leads).endswith("but for b, where Vault *refuses* a token like it.")


def test_a_token_that_ends_too_soon_is_not_begun_with() -> None:
    """As `Duties.usable` has it: both change in the same minute."""
    room = held(Custody.BOT)
    token = newest(room)
    for left in (11 * 60_000, 9 * 60_000):
        room.desk.now = token.until - left
        usable = room.duties.usable("b", now=room.desk.now) is not None
        assert line(room).endswith(NO_QUORUM) == usable
    assert "valid for 9 min: too short to begin a promotion with it" in line(room)


def test_of_two_the_one_is_told_that_would_be_taken() -> None:
    """One that no cluster refuses before one that is refused, though Conclave holds that."""
    room = held(Custody.BOTH)
    ours = room.duties.tokens[0]
    room.desk.happens(ProofChanged(duty=ours.id, cluster="b", answer=Proof.REFUSED))
    assert line(room).startswith(f"shift day, with <@{SAM}>")
    assert line(room).endswith(NO_QUORUM)


# -- the card --------------------------------------------------------------------------------------


def test_the_card_has_the_tokens_the_plan_and_what_nobody_covers() -> None:
    """In this order; and what a lead may type."""
    room = held(Custody.BOT)
    said = words(status(room))
    token = newest(room)
    head = f"• shift day, ring place {token.place}, 16 h 15 min left."
    assert f"{head} Conclave holds it; not tried yet." in said
    assert f"day, <@{SAM}> (custody bot)" in said
    assert "*Uncovered: no token, a quorum would be needed*" in said
    assert f"*Hand-over* to shift day: not confirmed by <@{SAM}>." in said
    for order in ("issue", "handover", "kill"):
        assert f"`/dr shift payments {order}`" in said
    assert "To be mended" not in said


def test_each_state_of_a_leads_token_is_told() -> None:
    """One that is lost is no token on duty any more."""
    room = day()
    assert f"<@{SAM}>: waits to be collected; not tried yet." in words(status(room))
    room.collects(newest(room))
    assert f"<@{SAM}>: collected; not tried yet." in words(status(room))
    loses(room, WrapLoss.DISOWNED)
    assert "*Tokens*" not in words(status(room))


def test_two_leads_who_have_not_confirmed_are_both_named() -> None:
    """The one who goes, and the one who comes; then the line goes."""
    room = Room(rules=(NIGHT, DAY), start="2026-11-23 03:00")
    room.until(ON)
    assert f"shift day: not confirmed by <@{KIM}> and <@{SAM}>." in words(status(room))
    room.collects(newest(room))
    assert room.asks(ConfirmHandover(by=SAM))
    assert f"shift day: not confirmed by <@{KIM}>." in words(status(room))
    assert room.asks(ConfirmHandover(by=KIM))
    assert "Hand-over" not in words(status(room))


def test_a_kill_is_told_from_the_wish_to_the_refill() -> None:
    """Asked for, agreed, and then what an operator has to lay again."""
    room = held()
    assert room.asks(AskKill(by=SAM, reason=""))
    kill = room.duties.kill
    assert kill is not None
    asked = f"*Asked for:* ring place {kill.place} out of force;"
    assert f"{asked} another person must agree." in words(status(room))
    assert room.asks(AgreeKill(by=KIM, asked_at=kill.at))
    assert f"{asked} Vault is being told." in words(status(room))
    room.desk.happens(KillRefused(effect="", place=kill.place, words="No primary answers."))
    assert f"{asked} it could not be done yet." in words(status(room))
    put_out(room, kill.place)
    said = words(status(room))
    assert "Perhaps not yet" not in said
    assert "Asked for" not in said
    assert f"*Out of force:* ring places {kill.place}, until an operator lays them" in said


def test_a_kill_that_is_not_everywhere_says_where() -> None:
    """On each cluster that is not known to have it."""
    room = held()
    room.asks(AskKill(by=SAM, reason=""))
    kill = room.duties.kill
    assert kill is not None
    room.asks(AgreeKill(by=KIM, asked_at=kill.at))
    gone = PolicyDeleted(effect="k", place=kill.place, cluster="a", others=("b", "c"))
    seen = KillSpread(place=kill.place, cluster="c", spread=Spread.REFUSED)
    room.desk.happens(gone, seen)
    told = f"*Perhaps not yet out of force:* ring place {kill.place} on b."
    assert told in words(status(room))


def test_a_token_that_nobody_holds_is_told_with_its_end() -> None:
    """Vault may have made it; nobody can say more of it than when it is over for certain."""
    room = day(until=ON, made=lost)
    stray = max(m.stray_until for m in room.duties.minting.values())
    told = f"*Perhaps made, and held by nobody:* a token that ends <!date^{stray // 1000}^"
    assert told in words(status(room))
    room.desk.now = stray
    assert "Perhaps made" not in words(status(room))


def test_problems_of_the_plan_and_of_the_ring_stand_together() -> None:
    """A lead sees why there is no token, and that it is for others to mend."""
    room = day()
    room.desk.happens(RingChecked(cluster="a", ready=(), problems=("Lay place 3.",)))
    said = words(status(room, problems=("The calendar cannot be read.",)))
    assert "*To be mended*\n• The calendar cannot be read.\n• Lay place 3." in said


def test_a_set_without_any_shift_says_so() -> None:
    """It has a card too."""
    said = words(shift_card(SetState(name="payments"), (), now=0, command="/dr"))
    assert NO_PLAN in said
    assert "*Shifts:* none in the next 7 days." in said
    assert "Uncovered" not in said


# -- the worst -------------------------------------------------------------------------------------


def test_the_line_names_no_token_that_is_over() -> None:
    """After its end there is none, though the log remembers it."""
    room = held(until=OVER)
    room.desk.now = newest(room).until
    assert line(room).startswith("none")
