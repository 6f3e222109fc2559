"""Every shift gets its token before it begins, whatever went wrong with the one before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from ceremonies.duty import Wrap
from ceremonies.events import (
    CoverageChanged,
    HandoverConfirmed,
    HandoverLate,
    MintLate,
    Part,
    Proof,
    ProofChanged,
    RingChecked,
    TokenMinted,
    WrapLoss,
    WrapLost,
)
from ceremonies.rota.rules import Custody, Weekday
from ceremonies.rotation import on_now, ttl_s
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.duty.watchroom import (
    ALL_READY,
    DAY,
    NIGHT,
    Room,
    at,
    lost,
    minted,
    refused,
    rule,
)

MINUTE = 60_000


def test_a_token_is_minted_half_an_overlap_before_its_shift() -> None:
    """And lasts the shift and its overlap, so that the old one lives on beside it."""
    room = Room(rules=(DAY, NIGHT), start="2026-11-23 04:00")  # the night is on
    room.works()
    (night,) = room.tokens
    room.until("2026-11-23 04:44")
    assert room.tokens == (night,)
    room.until("2026-11-23 04:45")
    old, new = room.tokens
    assert old == night
    assert (new.name, new.lead, new.minted_at) == ("day", SAM, at("2026-11-23 04:45"))
    assert new.until - new.minted_at == (16 * 60 + 30) * MINUTE
    assert old.until > new.starts


@pytest.mark.parametrize("custody", list(Custody))
def test_who_gets_a_token(custody: Custody) -> None:
    """The lead, the bot, or each of them one from the same ring place."""
    room = Room(rules=(rule(custody=custody),), start="2026-11-23 06:00")
    room.works()
    parts = {token.part for token in room.tokens}
    wanted = {
        Custody.LEAD: {Part.LEAD},
        Custody.BOT: {Part.BOT},
        Custody.BOTH: {Part.LEAD, Part.BOT},
    }
    assert parts == wanted[custody]
    assert len({token.place for token in room.tokens}) == 1
    for token in room.tokens:
        assert token.wrap is (Wrap.WAITING if token.part is Part.LEAD else None)


def test_in_mid_shift_a_token_lasts_for_what_is_left() -> None:
    """A bot that starts at noon mints at once, to the same end."""
    room = Room(start="2026-11-23 11:00")
    room.works()
    (token,) = room.tokens
    assert token.name == "day"
    assert token.until == at("2026-11-23 21:00") + 30 * MINUTE


def test_ring_places_are_taken_in_turn() -> None:
    """No place is used anew while a token of it lives, and all of them come round."""
    room = Room(start="2026-11-23 04:00")
    for day in range(24, 30):
        room.until(f"2026-11-{day} 04:00", every=timedelta(minutes=5))
        alive = Counter(token.place for token in room.tokens)
        assert max(alive.values(), default=0) <= 1
    made = [e for _, events in room.desk.log for e in events if isinstance(e, TokenMinted)]
    assert {e.place for e in made} == set(ALL_READY)


def test_vault_says_no_and_then_yes() -> None:
    """It is asked again, ever more seldom; people are told once that it is late."""
    room = Room(start="2026-11-23 04:00", made=refused)
    room.until("2026-11-23 05:30")
    tries = room.duties.mint("day/2026-11-23T05:00Z", Part.LEAD).tries
    assert 5 <= tries <= 12
    late = [e for e in room.of(MintLate) if isinstance(e, MintLate)]
    assert [e.shift for e in late] == ["night/2026-11-22T21:00Z", "day/2026-11-23T05:00Z"]
    room.made = minted
    room.until("2026-11-23 05:41")
    assert [token.name for token in room.tokens] == ["day"]


def test_a_primary_that_is_away_at_rotation_time() -> None:
    """The old token lives on through its overlap, and the alarm says how long."""
    room = Room(start="2026-11-23 03:00")
    room.works()
    room.made = refused
    room.until("2026-11-23 04:53")
    (late,) = room.of(MintLate)
    assert late == MintLate(shift="day/2026-11-23T05:00Z", until=at("2026-11-23 05:30"))
    (old,) = room.tokens
    assert old.name == "night"
    room.until("2026-11-23 05:31")
    assert room.tokens == ()
    gone = [e for e in room.of(CoverageChanged) if isinstance(e, CoverageChanged) and not e.covered]
    assert [e.planned for e in gone] == [False]


def test_a_mint_whose_reply_was_lost() -> None:
    """It counts as made and held by nobody until its end, and another one is minted."""
    room = Room(rules=(DAY,), start="2026-11-23 06:00", made=lost)
    room.works()
    before = room.duties.mint("day/2026-11-23T05:00Z", Part.LEAD)
    assert before.stray_until == at("2026-11-23 21:30")
    assert room.tokens == ()
    room.made = minted
    room.until("2026-11-23 06:02")
    assert len(room.tokens) == 1
    after = room.duties.mint("day/2026-11-23T05:00Z", Part.LEAD)
    assert after.stray_until == before.stray_until


def test_no_place_is_ready() -> None:
    """Nothing is minted from a policy that is not as it has to be; it is told as late."""
    room = Room(rules=(DAY,), start="2026-11-23 04:00")
    problem = "Place 1: the policy is missing."
    room.desk.happens(RingChecked(cluster="a", ready=(), problems=(problem,)))
    room.until("2026-11-23 05:00")
    assert room.tokens == ()
    assert len(room.of(MintLate)) == 1


def test_the_token_was_opened_by_somebody_else() -> None:
    """It is not replaced by itself: people decide; one issued anew is from another place."""
    room = Room(rules=(DAY,), start="2026-11-23 06:00")
    room.works()
    (stolen,) = room.tokens
    room.desk.happens(WrapLost(duty=stolen.id, cause=WrapLoss.OPENED))
    room.until("2026-11-23 07:00")
    assert room.tokens == ()


def test_uncovered_hours_are_told_and_end() -> None:
    """Whoever plans no nights is told at night that a quorum would be needed, and wakes nobody."""
    room = Room(rules=(DAY,), start="2026-11-23 06:00")
    room.until("2026-11-24 06:00", every=timedelta(minutes=5))
    told = [e for e in room.of(CoverageChanged) if isinstance(e, CoverageChanged)]
    assert [e.covered for e in told] == [True, False, True]
    assert told[1].planned
    assert told[1].until == at("2026-11-24 05:00")


def test_nobody_is_told_of_uncovered_hours_without_shifts() -> None:
    """A set for which no shift is configured owes nothing."""
    room = Room(rules=())
    room.until("2026-11-24 06:00", every=timedelta(hours=1))
    assert room.told == []
    assert room.desk.due == []


def test_a_hand_over_that_nobody_confirms() -> None:
    """Both leads have until half an overlap after the start; then the commanders are told."""
    room = Room(start="2026-11-23 05:00")
    room.works()
    room.until("2026-11-23 05:14")
    assert room.of(HandoverLate) == []
    room.until("2026-11-23 05:15")
    (late,) = room.of(HandoverLate)
    assert late == HandoverLate(shift="day/2026-11-23T05:00Z", missing=(KIM, SAM))
    room.until("2026-11-23 09:00", every=timedelta(minutes=5))
    assert len(room.of(HandoverLate)) == 1


@pytest.mark.parametrize(
    ("confirmed", "missing"),
    [((), (KIM, SAM)), ((KIM,), (SAM,)), ((SAM,), (KIM,)), ((KIM, SAM), ())],
    ids=["nobody", "who goes", "who comes", "both"],
)
def test_who_confirmed(confirmed: tuple[str, ...], missing: tuple[str, ...]) -> None:
    """Only those are named who did not."""
    room = Room(start="2026-11-23 05:00")
    room.works()
    for who in confirmed:
        room.desk.happens(
            HandoverConfirmed(shift="day/2026-11-23T05:00Z", by=who, incoming=who == SAM)
        )
    room.until("2026-11-23 05:20")
    told = [e for e in room.of(HandoverLate) if isinstance(e, HandoverLate)]
    assert [e.missing for e in told] == ([missing] if missing else [])


def test_a_quarter_with_a_change_to_summer_time() -> None:
    """Every shift has one token, minted before its start; no minute is uncovered."""
    room = Room(start="2027-01-31 20:00")
    room.works()
    changes = ("2027-02-28", "2027-03-27", "2027-03-30", "2027-04-30")
    room.until(f"{changes[0]} 20:00", every=timedelta(minutes=5))
    for day in changes[1:]:
        room.until(f"{day} 20:00", every=timedelta(minutes=5))
    made = [e for _, events in room.desk.log for e in events if isinstance(e, TokenMinted)]
    assert all(e.until <= e.ends + 30 * MINUTE for e in made)
    assert Counter(e.shift for e in made).most_common(1)[0][1] == 1
    assert len(made) >= 2 * 88
    assert room.of(MintLate) == []
    assert [e.covered for e in room.of(CoverageChanged) if isinstance(e, CoverageChanged)] == [True]


def test_a_shift_of_another_rule_at_the_same_time_has_a_token_of_its_own() -> None:
    """Tokens are by shift, not by hour."""
    weekend = rule(custody=Custody.BOT)
    room = Room(rules=(weekend, NIGHT), start="2026-11-23 06:00")
    room.until("2026-11-23 20:50", every=timedelta(minutes=5))
    assert [token.name for token in room.tokens] == ["day", "night"]


def test_how_long_a_token_lasts_at_its_shortest() -> None:
    """A TTL of nothing would last 32 days (docs/facts/vault.md 6): it is never asked for."""
    room = Room(rules=(DAY,), start="2026-11-23 06:00")
    shift = room.desk.terms.shifts[0]
    assert ttl_s(shift, now=shift.end + shift.overlap - 1) == 1
    assert ttl_s(shift, now=shift.end + 10 * shift.overlap) == 1


def test_a_weekend_without_shifts() -> None:
    """From Saturday to Monday nobody is on duty; Monday's token is minted in time."""
    workdays = frozenset(Weekday) - {Weekday.SAT, Weekday.SUN}
    room = Room(rules=(replace(DAY, days=workdays),), start="2026-11-27 06:00")
    room.until("2026-11-30 05:30", every=timedelta(minutes=5))
    told = [e for e in room.of(CoverageChanged) if isinstance(e, CoverageChanged)]
    assert [(e.covered, e.planned) for e in told][-2:] == [(False, True), (True, False)]
    assert room.tokens[0].minted_at == at("2026-11-30 04:45")


@pytest.mark.parametrize("minutes", [7 * 60, 24 * 60, -90, -26 * 60], ids=str)
def test_a_clock_that_jumps(minutes: int) -> None:
    """Whatever the clock says next, the shift that is on gets its one token, and nothing spins."""
    room = Room(start="2026-11-23 04:00")
    room.until("2026-11-23 05:30", every=timedelta(minutes=5))
    room.desk.now += minutes * MINUTE
    room.works()
    shift = on_now(room.desk.terms.shifts, now=room.desk.now)
    assert shift is not None
    assert [t.shift for t in room.tokens].count(shift.id) == 1
    assert room.desk.due == []


def test_a_policy_that_is_deleted_in_mid_shift() -> None:
    """The primary refuses its tokens: the shift gets another one, from another place."""
    room = Room(rules=(rule(custody=Custody.BOT),), start="2026-11-23 06:00")
    room.works()
    (token,) = room.tokens
    refusal = ProofChanged(duty=token.id, cluster="a", answer=Proof.REFUSED, words="no policy")
    room.desk.happens(refusal)
    room.works()
    assert [t.id for t in room.tokens] == [
        token.id
    ]  # not before it is known that its place is the reason
    left = tuple(p for p in ALL_READY if p != token.place)
    room.desk.happens(RingChecked(cluster="a", ready=left, problems=("Place 1 has no policy.",)))
    room.works()
    usable = room.duties.usable("a", now=room.desk.now)
    assert usable is not None
    assert usable.place != token.place
