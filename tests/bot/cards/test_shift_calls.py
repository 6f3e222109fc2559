"""What the channel is told aloud of tokens on duty: each once, of which set, and what to do now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.events import (
    Event,
    HandoverLate,
    Part,
    Proof,
    ProofChanged,
    RingChecked,
    WrapLoss,
)
from ceremonies.rota.rules import Custody
from ceremonies.rotation import MintDebt
from ceremonies.state import SetState
from tests.bot.cards.duties import ENDED, ON, calls, day, loses, newest, put_out
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.desk import Desk
from tests.ceremonies.duty.watchroom import (
    ALL_READY,
    DAY,
    NIGHT,
    Room,
    at,
    lost,
    minted,
    refused,
)

CALLED = f"<@{SAM}>: "
SHIFT = "day/2026-11-23T05:00Z"
LATE = f"late:{SHIFT}"
QUORUM = "a quorum of key holders would be needed"


def refused_to_lead(room: Room, debt: MintDebt, effect: str) -> Event:
    """Vault makes the bot's token and not the lead's."""
    return (refused if debt.part is Part.LEAD else minted)(room, debt, effect)


def refused_to_bot(room: Room, debt: MintDebt, effect: str) -> Event:
    """Vault makes the lead's token and not the bot's."""
    return (refused if debt.part is Part.BOT else minted)(room, debt, effect)


def unasked(*, ready: tuple[int, ...] = ALL_READY) -> Room:
    """Return a room whose shift is late, and no mint was tried: only the clock is minded."""
    room = day(until="2026-11-23 04:40")
    room.desk.happens(RingChecked(cluster="a", ready=ready))
    room.desk.now = at(ON)
    for _ in range(3):
        room.desk.happens(*room.desk.notes)
    return room


# -- no token in time ------------------------------------------------------------------------------


@pytest.mark.parametrize("custody", Custody)
def test_a_shift_without_a_token_is_told_once(custody: Custody) -> None:
    """Also where two tokens are missing: in Vault's words, and what it means."""
    told = calls(day(custody=custody, until=ON, made=refused))
    (late,) = [words for key, words in told.items() if key.startswith("late:")]
    assert late.startswith(f"{CALLED}:warning: shift day of payments has no token of its own yet.")
    assert "The bot may not. Conclave goes on trying." in late
    assert f"No other token is on duty: {QUORUM}." in late


@pytest.mark.parametrize(
    ("made", "whose"),
    [(refused_to_lead, "for its lead"), (refused_to_bot, "in Conclave's keychain")],
)
def test_of_two_tokens_the_missing_one_is_named(made: object, whose: str) -> None:
    """The other one is the shift's own, and not of a shift before."""
    told = calls(day(custody=Custody.BOTH, until=ON, made=made))[LATE]
    assert f"shift day of payments has no token {whose} yet. The bot may not." in told
    assert "Its other token lasts " in told
    assert "The token before it" not in told


def test_the_token_before_lasts_still() -> None:
    """How long: so much time is there to mend it."""
    room = Room(rules=(NIGHT, DAY), start="2026-11-23 03:00")
    room.works()
    room.made = refused
    room.until("2026-11-23 04:53")
    token = newest(room)
    told = calls(room)[LATE]
    assert f"The token before it lasts 37 min more, until <!date^{token.until // 1000}^" in told
    assert QUORUM not in told


@pytest.mark.parametrize("cause", WrapLoss)
def test_a_shift_whose_token_is_lost_waits_for_people(cause: WrapLoss) -> None:
    """Conclave mints no other one before it is asked to, and does not say that it does."""
    room = day(until=ON)
    loses(room, cause)
    room.works()
    told = calls(room)[LATE]
    assert "The one that was minted is lost; a shift lead has another one issued: `/dr" in told
    assert "goes on trying" not in told


def test_a_kill_is_not_a_shift_without_a_token() -> None:
    """Another one is minted in its place at once; only if that fails is it told, a minute later."""
    room = day(until=ON)
    put_out(room, newest(room).place)
    room.works()
    assert LATE not in calls(room)
    room.made = refused
    put_out(room, newest(room).place)
    room.works()
    assert LATE not in calls(room)
    room.until("2026-11-23 05:02")
    assert "The bot may not. Conclave goes on trying." in calls(room)[LATE]


def test_a_lost_answer_says_that_a_token_may_be_about() -> None:
    """Nobody holds it; it is not on duty."""
    told = calls(day(until=ON, made=lost))[LATE]
    assert "Vault's answer was lost; a token may have been made that nobody holds." in told


def test_where_nothing_was_tried_it_says_why() -> None:
    """No place of the ring is ready, or else no primary is there to ask."""
    assert "The primary could not be asked." in calls(unasked())[LATE]
    mend = "No ring place is ready to mint from: an operator has to mend that."
    assert mend in calls(unasked(ready=()))[LATE]
    killed = unasked(ready=(3,))
    put_out(killed, 3)
    assert mend in calls(killed)[LATE]


# -- a token that is lost or refused ---------------------------------------------------------------

LOST = {
    WrapLoss.EXPIRED: "was not collected in time. Nobody has it.",
    WrapLoss.UNSEEN: "nobody could look when its time ended.",
    WrapLoss.OPENED: "was opened by *somebody else*.",
    WrapLoss.FOREIGN: "is *not what Conclave made*.",
    WrapLoss.DISOWNED: "the lead says *it was not them*.",
}


@pytest.mark.parametrize("cause", WrapLoss)
def test_a_lost_token_is_told_with_the_order_that_helps(cause: WrapLoss) -> None:
    """Who may give the order is said: the commanders, who are called, may only agree."""
    room = day()
    token = loses(room, cause)
    told = calls(room)[f"lost:{token.id}:{cause}"]
    whose = f"the token of shift day (<@{SAM}>) of payments"
    assert told.startswith(f"{CALLED}:rotating_light: {whose} ")
    assert LOST[cause] in told
    kill = f"another person agrees: `/dr shift payments kill place={token.place}`."
    issue = "A shift lead has another one issued: `/dr shift payments issue`."
    assert (kill in told) == token_is_elsewhere(cause)
    assert (issue in told) != token_is_elsewhere(cause)


def token_is_elsewhere(cause: WrapLoss) -> bool:
    """Return whether somebody may have a token that is lost this way."""
    return cause is not WrapLoss.EXPIRED


def test_a_cluster_that_refuses_is_told_and_one_that_cannot_tell_is_not() -> None:
    """Each refusing cluster by its name, in Vault's words."""
    room = day(custody=Custody.BOT)
    token = newest(room)
    for cluster, answer in (("a", Proof.UNKNOWN), ("b", Proof.REFUSED)):
        seen = ProofChanged(duty=token.id, cluster=cluster, answer=answer, words="Denied (403).")
        room.desk.happens(seen)
    told = {key: words for key, words in calls(room).items() if key.startswith("refused:")}
    assert list(told) == [f"refused:{token.id}:b"]
    (words,) = told.values()
    assert "payments/b refuses the token on duty of shift day (Conclave's): Denied (403)." in words
    put_out(room, token.place)
    assert not [key for key in calls(room) if key.startswith("refused:")]
    theirs = day()
    token = newest(theirs)
    theirs.desk.happens(replace(seen, duty=token.id))
    words = calls(theirs)[f"refused:{token.id}:b"]
    assert "payments/b refuses a token like the token on duty of shift day" in words


# -- hand-over, gaps, the ring ---------------------------------------------------------------------


def test_a_late_hand_over_names_who_did_not_confirm() -> None:
    """The commanders know whom to call; who leads now confirms."""
    room = Room(rules=(NIGHT, DAY), start="2026-11-23 03:00")
    room.until("2026-11-23 05:20")
    told = calls(room)[f"handover:{SHIFT}"]
    assert told.startswith(
        f"{CALLED}:warning: the hand-over to shift day of payments is not confirmed by "
        f"<@{KIM}> and <@{SAM}>."
    )
    assert "they confirm with `/dr shift payments handover`." in told


def test_a_late_hand_over_that_names_nobody_is_a_sentence_too() -> None:
    """An older log may not say who."""
    room = day()
    room.desk.happens(HandoverLate(shift=SHIFT, missing=()))
    assert room.duties.handovers[SHIFT].missing == ()
    assert "is not confirmed by everybody." in calls(room)[f"handover:{SHIFT}"]


def test_a_planned_gap_calls_nobody() -> None:
    """No shift is on: it is told, with when the next one begins, and nobody is woken."""
    (told,) = [w for k, w in calls(day(until=ENDED)).items() if k.startswith("uncovered:")]
    begins = f"<!date^{at('2026-11-24 05:00') // 1000}^"
    assert told.startswith(f":information_source: no shift of payments is on until {begins}")
    assert "a quorum of key holders" in told


def test_a_gap_that_nobody_planned_calls_the_commanders() -> None:
    """A shift is on, and there is no token."""
    room = day(until=ON)
    room.made = refused
    put_out(room, newest(room).place)
    room.works()
    (gap,) = [words for key, words in calls(room).items() if key.startswith("uncovered:")]
    assert gap.startswith(f"{CALLED}:warning: no token is on duty for payments, ")
    assert "though a shift is on: until one is, a promotion takes a quorum" in gap
    assert "`/dr shift payments` shows a shift lead what is wrong." in gap


@pytest.mark.parametrize(("many", "more"), [(3, ""), (5, "And 2 more; `conclave doctor` has")])
def test_problems_of_the_ring_are_for_an_operator(many: int, more: str) -> None:
    """The first of them in full; where the others are."""
    room = day()
    problems = tuple(f"Problem {n}." for n in range(many))
    room.desk.happens(RingChecked(cluster="a", ready=(), problems=problems))
    (told,) = [words for key, words in calls(room).items() if key.startswith("ring:")]
    assert "For an operator of payments/a: Problem 0. Problem 1. Problem 2." in told
    assert "Problem 3." not in told
    assert ("more" in told) == bool(more)
    assert more in told


def test_a_ring_without_problems_is_not_told() -> None:
    """All is well; nobody is called."""
    assert calls(day()) == {}


# -- several sets in one channel -------------------------------------------------------------------


def crisis(name: str) -> Room:
    """Return a set in which nearly everything that is told is so."""
    room = Room(rules=(NIGHT, DAY), start="2026-11-23 03:00", desk=Desk(state=SetState(name=name)))
    room.works()
    token = loses(room, WrapLoss.OPENED)
    room.made = refused
    room.until("2026-11-23 05:20")
    refuses = ProofChanged(duty=token.id, cluster="b", answer=Proof.REFUSED, words="No.")
    ring = RingChecked(cluster="a", ready=(), problems=("Lay it.",))
    room.desk.happens(refuses, ring)
    room.desk.state = replace(room.desk.state, unposted={f"duty:{token.id}:{KIM}": "user_disabled"})
    return room


def test_each_call_says_of_which_set_it_is() -> None:
    """Several sets may have one channel; what is told of two of them differs in every line."""
    first, second = (calls(crisis(name)) for name in ("payments", "billing"))
    kinds = {key.partition(":")[0] for key in first}
    assert kinds == {
        *("late", "lost", "minting", "refused", "handover"),
        *("uncovered", "ring", "unreached"),
    }
    assert first.keys() == second.keys()
    for key in first:
        assert "payments" in first[key]
        assert second[key] == first[key].replace("payments", "billing")


def test_what_is_told_once_has_a_key_of_its_own_for_each_occasion() -> None:
    """The next day's shift is told anew; the same one is not."""
    room = day(until=ON, made=refused)
    before = set(calls(room))
    room.until("2026-11-23 06:00")
    assert set(calls(room)) == before | {f"handover:{SHIFT}"}
    room.until("2026-11-24 05:30")
    assert LATE.replace("-23T", "-24T") in calls(room)
