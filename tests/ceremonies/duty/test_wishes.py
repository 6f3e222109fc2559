"""What people may ask of tokens on duty, and what they are told where they may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ceremonies.commands import Reason, Refusal
from ceremonies.commands.duty import (
    AgreeKill,
    AskKill,
    ConfirmHandover,
    DisownWrap,
    DutyCommand,
    IssueToken,
    RejectKill,
    ShowWrap,
)
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import (
    HandoverConfirmed,
    Intended,
    KillAgreed,
    KillAsked,
    KillRefused,
    KillRejected,
    Kind,
    MintAsked,
    PolicyDeleted,
    RingChecked,
    WrapCollected,
    WrapLoss,
    WrapLost,
    WrapShown,
    from_plain,
)
from ceremonies.rota.rules import Custody
from ceremonies.rotation import KILL_LAPSES_MS, KillDebt
from tests.ceremonies.cast import BEN, KIM, MALLORY, SAM
from tests.ceremonies.duty.watchroom import ALL_READY, DAY, NIGHT, Room, refused, rule

DAY_OF = "day/2026-11-23T05:00Z"


def in_the_morning(**given: object) -> Room:
    """Sam's day shift has begun at 05:00 UTC; it is a quarter of an hour later."""
    room = Room(start="2026-11-23 04:00", **given)  # type: ignore[arg-type]
    room.until("2026-11-23 05:14")
    return room


def sams(room: Room) -> DutyToken:
    """Return the day shift's token."""
    return next(token for token in room.duties.tokens if token.name == "day")


def refuses(room: Room, wish: DutyCommand) -> Reason:
    """Return why this wish is refused; people are told in a sentence."""
    answer = room.asks(wish)
    assert isinstance(answer, Refusal), answer
    assert answer.words.endswith("."), answer.words
    return answer.reason


def test_the_lead_collects_their_token() -> None:
    """That they were shown it stands in the log once, however often they look."""
    room = in_the_morning()
    wish = ShowWrap(duty=sams(room).id, by=SAM)
    assert room.asks(wish) == [WrapShown(duty=sams(room).id, by=SAM)]
    assert room.asks(wish) == []
    room.desk.happens(WrapCollected(duty=sams(room).id))
    assert refuses(room, wish) is Reason.NOT_NEEDED
    assert sams(room).is_in_hand


@pytest.mark.parametrize("who", [KIM, MALLORY, BEN], ids=["the other lead", "nobody", "a holder"])
def test_nobody_else_is_shown_it(who: str) -> None:
    """A wrap is for the person whose shift it is."""
    room = in_the_morning()
    assert refuses(room, ShowWrap(duty=sams(room).id, by=who)) is Reason.NOT_ASKED
    assert sams(room).wrap is Wrap.WAITING


def test_who_was_replaced_is_shown_nothing() -> None:
    """The plan names another lead for the shift that is on: the old wrap stays shut."""
    room = in_the_morning()
    token = sams(room)
    terms = room.desk.terms
    plan = tuple(replace(s, lead="U0KIM") if s.id == token.shift else s for s in terms.shifts)
    room.desk.terms = replace(terms, shifts=plan)
    answer = room.asks(ShowWrap(duty=token.id, by=token.lead))
    assert isinstance(answer, Refusal)
    assert "<@U0KIM> leads this shift now" in answer.words


def test_a_wrap_that_has_ended_is_not_shown() -> None:
    """The lead is told to have another one issued; that one is another token."""
    room = in_the_morning()
    old = sams(room)
    room.desk.now = old.wrapped_until
    assert refuses(room, ShowWrap(duty=old.id, by=SAM)) is Reason.NOT_NEEDED
    room.desk.happens(WrapLost(duty=old.id, cause=WrapLoss.EXPIRED))
    room.works()
    assert [t.name for t in room.tokens if t.name == "day"] == []
    assert room.asks(IssueToken(by=SAM)) == [MintAsked(shift=DAY_OF, by=SAM)]
    room.works()
    assert [t.id for t in room.tokens if t.name == "day"] != [old.id]
    assert refuses(room, IssueToken(by=SAM)) is Reason.ALREADY_OPEN


def test_it_was_not_me() -> None:
    """What the lead did not open is out of reach; its ring place is used by nobody else."""
    room = in_the_morning()
    stolen = sams(room)
    assert refuses(room, DisownWrap(duty=stolen.id, by=SAM)) is Reason.NOT_NOW
    room.collects(stolen)
    assert refuses(room, DisownWrap(duty=stolen.id, by=KIM)) is Reason.NOT_ASKED
    room.asks(DisownWrap(duty=stolen.id, by=SAM))
    assert room.duties.find(stolen.id).is_out_of_reach  # type: ignore[union-attr]
    room.asks(IssueToken(by=SAM))
    room.works()
    (new,) = [t for t in room.tokens if t.name == "day"]
    assert new.place != stolen.place


def test_issue_where_nothing_can_be_issued() -> None:
    """No shift, no ready place: each is said."""
    room = Room(rules=(DAY,), start="2026-11-23 02:00")
    assert refuses(room, IssueToken(by=SAM)) is Reason.NOT_NOW
    room = Room(rules=(DAY,), start="2026-11-23 06:00", made=refused)
    room.desk.happens(RingChecked(cluster="a", ready=(), problems=("The role is missing.",)))
    assert refuses(room, IssueToken(by=SAM)) is Reason.NOT_NOW


def test_both_leads_confirm_the_hand_over() -> None:
    """Whoever goes and whoever comes; the one who comes has collected the token first."""
    room = in_the_morning()
    going = room.asks(ConfirmHandover(by=KIM))
    assert going == [HandoverConfirmed(shift=DAY_OF, by=KIM, incoming=False)]
    assert refuses(room, ConfirmHandover(by=KIM)) is Reason.NOT_NOW
    assert refuses(room, ConfirmHandover(by=SAM)) is Reason.NOT_NOW
    room.collects(sams(room))
    coming = room.asks(ConfirmHandover(by=SAM))
    assert coming == [HandoverConfirmed(shift=DAY_OF, by=SAM, incoming=True)]
    assert refuses(room, ConfirmHandover(by=MALLORY)) is Reason.NOT_ASKED


def test_a_lead_of_both_shifts_confirms_once() -> None:
    """Nobody hands over to themselves."""
    same = rule(NIGHT, custody=Custody.BOT)
    room = Room(rules=(rule(DAY, custody=Custody.BOT), same), start="2026-11-23 05:01")
    room.works()
    room.asks(ConfirmHandover(by=KIM))
    room.asks(ConfirmHandover(by=SAM))
    room.until("2026-11-23 06:00", every=timedelta(minutes=5))
    assert not room.duties.handovers[DAY_OF].late


def test_two_people_put_a_ring_place_out_of_force() -> None:
    """Asked for by one, agreed to by another; then it is owed until Vault has done it."""
    room = in_the_morning()
    token = sams(room)
    asked = room.asks(AskKill(by=SAM, reason="my laptop is gone"))
    assert asked == [KillAsked(place=token.place, by=SAM, reason="my laptop is gone")]
    kill = room.duties.kill
    assert kill is not None
    assert refuses(room, AskKill(by=KIM, reason="")) is Reason.ALREADY_OPEN
    assert refuses(room, AgreeKill(by=SAM, asked_at=kill.at)) is Reason.OWN_REQUEST
    assert refuses(room, AgreeKill(by=KIM, asked_at=kill.at - 1)) is Reason.STALE
    assert KillDebt(place=token.place) not in room.desk.due
    room.asks(AgreeKill(by=KIM, asked_at=kill.at))
    assert KillDebt(place=token.place) in room.desk.due
    assert refuses(room, RejectKill(by=BEN, asked_at=kill.at)) is Reason.NOT_NOW
    room.desk.happens(PolicyDeleted(effect="e", place=token.place, cluster="a"))
    assert KillDebt(place=token.place) not in room.desk.due
    assert token.id not in [t.id for t in room.tokens]
    room.works()
    (new,) = [t for t in room.tokens if t.name == "day"]
    assert new.place != token.place


def test_a_policy_that_is_put_back_puts_its_tokens_into_force() -> None:
    """Deleting it is reversible (docs/facts/vault.md 6): what was killed is of use again."""
    room = in_the_morning()
    token = sams(room)
    room.desk.happens(PolicyDeleted(effect="e", place=token.place, cluster="a"))
    left = tuple(p for p in ALL_READY if p != token.place)
    room.desk.happens(RingChecked(cluster="a", ready=left))
    assert not room.duties.find(token.id).is_live(room.desk.now)  # type: ignore[union-attr]
    room.desk.happens(RingChecked(cluster="a", ready=ALL_READY))
    assert room.duties.find(token.id).is_live(room.desk.now)  # type: ignore[union-attr]


def test_a_kill_that_nobody_agrees_to_lapses() -> None:
    """After an hour it is as if it had not been asked for."""
    room = in_the_morning()
    room.asks(AskKill(by=SAM, reason=""))
    room.desk.now += KILL_LAPSES_MS
    room.works()
    assert room.duties.kill is None
    assert KillRejected(place=sams(room).place, by="") in room.told


def test_an_agreed_kill_that_was_not_done_can_be_taken_back() -> None:
    """By whoever asked or agreed, once it was tried in vain; it blocked every other kill."""
    room = in_the_morning()
    room.asks(AskKill(by=SAM, reason=""))
    kill = room.duties.kill
    assert kill is not None
    room.asks(AgreeKill(by=KIM, asked_at=kill.at))
    back = RejectKill(by=KIM, asked_at=kill.at)
    assert refuses(room, back) is Reason.NOT_NOW
    room.desk.happens(KillRefused(effect="", place=kill.place, words="No primary answers."))
    assert refuses(room, replace(back, by=BEN)) is Reason.NOT_ASKED
    intent = Intended(
        effect="e", kind=Kind.KILL, lane="a", replica="r1", until=room.desk.now, place=kill.place
    )
    room.desk.happens(intent)
    assert refuses(room, back) is Reason.NOT_NOW
    room.desk.happens(KillRefused(effect="e", place=kill.place, words="Its answer was lost."))
    assert room.asks(back) == [KillRejected(place=kill.place, by=KIM)]
    assert KillDebt(place=kill.place) not in room.desk.due
    assert room.asks(AskKill(by=SAM, reason="", place=7))


def test_a_kill_in_a_log_from_before_is_over_for_good() -> None:
    """It names no cluster that has to follow, so nothing is waited for or told of any."""
    room = in_the_morning()
    room.asks(AskKill(by=SAM, reason=""))
    kill = room.duties.kill
    assert kill is not None
    room.asks(AgreeKill(by=KIM, asked_at=kill.at))
    old = {"type": "policy_deleted", "effect": "e", "place": kill.place, "cluster": "a"}
    room.desk.happens(from_plain(old))
    past = room.duties.past_kill
    assert past is not None
    assert past.deleted
    assert past.left == ()


def test_a_kill_that_waits_is_tried_again_soon() -> None:
    """Somebody may have stolen the token: the wait grows to two minutes, and not beyond."""
    room = in_the_morning()
    room.asks(AskKill(by=SAM, reason=""))
    kill = room.duties.kill
    assert kill is not None
    room.asks(AgreeKill(by=KIM, asked_at=kill.at))
    for _ in range(9):
        room.desk.happens(KillRefused(effect="", place=kill.place, words="No primary answers."))
    waits = room.duties.kill
    assert waits is not None
    assert waits.retry_at == room.desk.now + 120_000


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (AskKill(by=SAM, reason="", place=9), Reason.MALFORMED),
        (AskKill(by=SAM, reason="7f" * 33), Reason.MALFORMED),
        (AgreeKill(by=KIM, asked_at=1), Reason.NO_REQUEST),
        (RejectKill(by=KIM, asked_at=1), Reason.NO_REQUEST),
        (ShowWrap(duty="none", by=SAM), Reason.NOT_ASKED),
    ],
    ids=["no such place", "a share in the reason", "nothing to agree", "nothing to reject", "none"],
)
def test_what_is_malformed_or_out_of_place(wish: DutyCommand, reason: Reason) -> None:
    """It is refused, and nothing is in the log of it."""
    room = in_the_morning()
    before = room.desk.state
    assert refuses(room, wish) is reason
    assert room.desk.state == before


def test_a_kill_agreed_stands_until_done() -> None:
    """A place that nobody uses can be named; whoever asks may take it back before the other."""
    room = in_the_morning()
    room.asks(AskKill(by=SAM, reason="", place=7))
    kill = room.duties.kill
    assert kill is not None
    assert room.asks(RejectKill(by=SAM, asked_at=kill.at)) == [KillRejected(place=7, by=SAM)]
    room.desk.now += 1
    room.asks(AskKill(by=SAM, reason="", place=7))
    again = room.duties.kill
    assert again is not None
    assert room.asks(AgreeKill(by=KIM, asked_at=again.at)) == [KillAgreed(place=7, by=KIM)]
