"""The request to put a ring place out of force: what it does, who must agree, how it ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards.kill import kill_card
from bot.cards.kit import Card
from ceremonies.commands.duty import AgreeKill, AskKill, RejectKill
from ceremonies.duty import Kill
from ceremonies.events import KillRefused, KillSpread, PolicyDeleted, RingChecked, Spread
from ceremonies.rota.rules import Custody
from tests.bot.cards.duties import HOSTILE, ON, calls, day, drawn, newest, put_out
from tests.bot.cards.reading import buttons, dialog, value, words
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.duty.watchroom import DAY, Room

DETAIL = "Vault denied permission (403). Lay the policy anew."


def asked(room: Room | None = None, *, reason: str = "laptop stolen") -> Room:
    """Return a room in which Sam has asked to put their token's ring place out of force."""
    asking = room or day()
    if room is None:
        asking.collects(newest(asking))
    assert asking.asks(AskKill(by=SAM, reason=reason))
    return asking


def standing(room: Room) -> Kill:
    """Return the request that stands."""
    assert room.duties.kill is not None
    return room.duties.kill


def agreed() -> Room:
    """Return a room in which Kim agreed too."""
    room = asked()
    assert room.asks(AgreeKill(by=KIM, asked_at=standing(room).at))
    return room


def shown(room: Room) -> Card:
    """Return the card of the request that stands, or else of the last one."""
    kill = room.duties.kill or room.duties.past_kill
    assert kill is not None
    return kill_card(room.desk.state, kill)


def test_a_request_says_what_it_does_and_who_must_agree() -> None:
    """Which place of which set, whose tokens, why, that it needs a primary, how it is undone."""
    room = asked()
    token, card = newest(room), shown(room)
    said = words(card)
    assert card.text == (
        f"<@{SAM}> asks to put the tokens of ring place {token.place} of payments out of force. "
        "Another person must agree."
    )
    assert f"`conclave-shift-{token.place}` is deleted on the live primary" in said
    assert "secondaries follow within seconds, if replication runs" in said
    assert f"Tokens: day (<@{SAM}>)." in said
    assert "Reason: “laptop stolen”" in said
    refill = f"`conclave policy --apply --refill {token.place}`"
    assert f"{refill}, not before <!date^{token.until // 1000}^" in said
    assert "a shift lead, an approver or a commander" in said


def test_both_answers_are_about_this_request_and_say_what_follows() -> None:
    """Pressed on an old card, they are refused; before either counts, it is asked once more."""
    room = asked()
    found = buttons(shown(room))
    assert list(found) == ["kill.agree", "kill.reject"]
    for button in found.values():
        assert value(button) == {"set": "payments", "request": str(standing(room).at)}
    place = newest(room).place
    assert f"ring place {place} of payments stops working" in dialog(found["kill.agree"])
    assert "go on working" in dialog(found["kill.reject"])


def test_both_tokens_of_a_place_are_named() -> None:
    """Of one shift they have one place: what Conclave holds goes with what the lead has."""
    room = day(custody=Custody.BOTH)
    assert len({t.place for t in room.duties.tokens}) == 1
    assert f"Tokens: day (Conclave's), day (<@{SAM}>)." in words(shown(asked(room)))


def test_a_token_that_ended_before_is_none_of_it() -> None:
    """A ring place is used again: yesterday's token is not put out of force today."""
    room = Room(rules=(DAY,), start="2026-11-23 04:00")
    room.desk.happens(RingChecked(cluster="a", ready=(2,)))
    room.until(ON)
    room.rules = (replace(DAY, lead=KIM),)
    room.until("2026-11-24 05:00", every=timedelta(minutes=15))
    assert {t.place for t in room.duties.tokens} == {2}
    said = words(shown(asked(room)))
    assert f"Tokens: day (<@{KIM}>)." in said


def test_agreed_there_is_nothing_left_to_press() -> None:
    """Vault is being told; it cannot be taken back. Nobody may think that it is done."""
    card = shown(agreed())
    assert f"*<@{KIM}> agreed.* Vault is being told. Until it is done" in words(card)
    assert "still in force" in words(card)
    assert buttons(card) == {}


@pytest.mark.parametrize(("tries", "told"), [(1, "once"), (3, "3 times")])
def test_what_vault_refuses_is_tried_again_and_meanwhile_in_force(tries: int, told: str) -> None:
    """Nobody may think that it is done."""
    room = agreed()
    kill = standing(room)
    for _ in range(tries):
        room.desk.happens(KillRefused(effect="kill", place=kill.place, words=DETAIL))
    card = shown(room)
    said = words(card)
    assert f"It was tried {told}, and it is not done: {DETAIL}" in said
    assert f"tried again <!date^{standing(room).retry_at // 1000}^" in said
    assert "still in force" in said
    assert f"<@{SAM}> and <@{KIM}> can take it back" in said
    (back,) = buttons(card).values()
    assert value(back) == {"set": "payments", "request": str(kill.at)}
    assert "unless Vault did it" in dialog(back)


def test_taken_back_after_it_was_tried() -> None:
    """An answer may have been lost: nothing is claimed but that it was not seen to be done."""
    room = agreed()
    kill = standing(room)
    room.desk.happens(KillRefused(effect="", place=kill.place, words=DETAIL))
    assert room.asks(RejectKill(by=KIM, asked_at=kill.at))
    card = shown(room)
    assert card.text.startswith(f"<@{KIM}> took back that the tokens of ring place {kill.place}")
    assert "Vault had not said that it is done" in words(card)
    assert "Take the tokens for in force" in words(card)
    assert buttons(card) == {}


def deleted(*spread: KillSpread) -> str:
    """Return the card's words once the policy is deleted on `a`, and this is known of `b`, `c`."""
    room = agreed()
    gone = PolicyDeleted(effect="k", place=standing(room).place, cluster="a", others=("b", "c"))
    room.desk.happens(gone, *(replace(seen, place=gone.place) for seen in spread))
    card = shown(room)
    return f"{card.text}\n{words(card)}"


def of(cluster: str, spread: Spread) -> KillSpread:
    """Return that this is known of a cluster."""
    return KillSpread(place=1, cluster=cluster, spread=spread)


def test_deleted_on_the_primary_is_not_done_everywhere() -> None:
    """Of a cluster of which nothing is known, nothing is claimed; what is known is said of each."""
    said = deleted()
    assert "are out of force on a, and perhaps not yet on b, c." in said
    assert "payments/b has not been seen to have it" in said
    said = deleted(of("b", Spread.CUT_OFF), of("c", Spread.REFUSED))
    assert "are out of force on a, and perhaps not yet on b." in said
    assert "*payments/b does not follow payments/a: there the tokens may still work until" in said
    assert "Let it follow again (`/dr run payments repoint`)" in said
    assert "payments/c: out of force. It refuses Conclave's token" in said
    said = deleted(of("b", Spread.CUT_OFF), of("b", Spread.BEHIND), of("c", Spread.REFUSED))
    assert "payments/b has not been seen to have it" in said


def test_where_a_killed_token_may_still_promote_is_called_out() -> None:
    """As long as the cluster is cut off and the token has not ended; to be behind is no alarm."""
    room = agreed()
    place = standing(room).place
    room.desk.happens(PolicyDeleted(effect="k", place=place, cluster="a", others=("b",)))
    assert not [key for key in calls(room) if key.startswith("cut-off")]
    room.desk.happens(KillSpread(place=place, cluster="b", spread=Spread.CUT_OFF))
    (said,) = [text for key, text in calls(room).items() if key.startswith("cut-off")]
    assert "payments/b does not follow payments/a: there the tokens may still work" in said
    room.desk.now = newest(room).until
    assert not [key for key in calls(room) if key.startswith("cut-off")]


def test_it_is_done_once_every_cluster_has_it() -> None:
    """Each with what shows it."""
    said = deleted(of("b", Spread.CAUGHT_UP), of("c", Spread.REFUSED))
    assert "are out of force." in said
    assert "perhaps" not in said
    assert "payments/b: out of force. It has what payments/a had written then." in said


def test_done_it_says_who_and_what_is_left() -> None:
    """The operator lays the policy again, later."""
    room = agreed()
    token = newest(room)
    put_out(room, token.place)
    card = shown(room)
    said = words(card)
    assert card.text == f"The tokens of ring place {token.place} of payments are out of force."
    assert f"<@{SAM}> asked for it, <@{KIM}> agreed." in said
    assert f"Tokens: day (<@{SAM}>)." in said
    assert f"--refill {token.place}`, not before <!date^{token.until // 1000}^" in said
    assert buttons(card) == {}


@pytest.mark.parametrize(
    ("by", "why"), [(KIM, f"; <@{KIM}> said no <!date"), (SAM, ", and took it back <!date")]
)
def test_rejected_the_tokens_stay(by: str, why: str) -> None:
    """Somebody else says no, or whoever asked takes it back."""
    room = asked()
    assert room.asks(RejectKill(by=by, asked_at=standing(room).at))
    card = shown(room)
    assert card.text.endswith("of payments stay in force.")
    assert f"<@{SAM}> had asked to put them out of force{why}" in words(card)
    assert "It can be asked for again." in words(card)
    assert buttons(card) == {}


def test_a_request_that_nobody_agrees_to_is_over_by_itself() -> None:
    """After an hour; the card says so."""
    room = asked()
    room.until("2026-11-23 05:46")
    card = shown(room)
    assert f"<@{SAM}> had asked to put them out of force, and nobody agreed until <!date" in (
        words(card)
    )
    assert buttons(card) == {}


def test_a_reason_is_quoted_and_mentions_nobody() -> None:
    """It is the only foreign text here."""
    room = asked(reason=HOSTILE)
    card = shown(room)
    said = card.text + words(card)
    assert "<!channel>" not in said
    assert "@here" not in said
    assert "<@U0MALLORY>" not in said
    assert f"alarm:kill:{standing(room).at}" in drawn(room)
