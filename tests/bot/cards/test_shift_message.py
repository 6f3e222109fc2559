"""The lead's message about their token: what it is, what to do next, and when there is nothing."""

from __future__ import annotations

import pytest

from bot.cards.keys import duty_key
from bot.cards.shift import collect_modal, waiting_modal
from bot.cards.trying import proven
from ceremonies.commands.duty import ConfirmHandover, IssueToken
from ceremonies.events import (
    MessagesPosted,
    Part,
    Posted,
    Proof,
    ProofChanged,
    WrapLoss,
    WrapLost,
    WrapShown,
)
from ceremonies.rota.rules import Custody
from tests.bot.cards.duties import ENDED, ON, OVER, day, loses, message, newest, put_out
from tests.bot.cards.reading import buttons, dialog, value, view_words, words
from tests.ceremonies.cast import SAM
from tests.ceremonies.duty.watchroom import Room

HANDOVER = "`/dr shift payments handover`"
ISSUE = "`/dr shift payments issue`"
MAY = "It can promote a secondary of payments and point others at it"
COMES = "comes in a message of its own"


def collected(custody: Custody = Custody.LEAD) -> Room:
    """Return a room whose lead has the token."""
    room = day(custody=custody)
    room.collects(newest(room))
    return room


@pytest.mark.parametrize("times", [0, 1])
def test_a_token_that_waits_is_to_be_collected_now(times: int) -> None:
    """Until when, why now, how; it can be shown once more, because a window is closed easily."""
    room = day()
    token = newest(room)
    room.desk.happens(*[WrapShown(duty=token.id, by=SAM)] * times)
    card = message(room)
    said = words(card)
    assert card.text == "Your shift day of payments: collect its token now"
    assert f"wrapped, until <!date^{token.wrapped_until // 1000}^" in said
    assert "once the primary is down it cannot be opened" in said
    assert "`vault unwrap`" in said
    assert MAY in said
    assert f"Ring place {token.place}." in said
    (button,) = buttons(card).values()
    assert button["action_id"] == "shift.collect"
    assert value(button) == {"set": "payments", "duty": token.id}


def test_a_collected_token_is_kept_and_the_hand_over_confirmed() -> None:
    """And whoever did not collect it has the button for that, named as it is labelled."""
    card = message(collected())
    said = words(card)
    assert card.text.endswith("you have collected its token")
    assert "password manager, never in Slack" in said
    assert f"Now confirm that you have taken over: {HANDOVER}." in said
    (button,) = buttons(card).values()
    assert button["action_id"] == "shift.disown"
    assert f"press *{button['text']['text']}* at once" in said
    assert "incident commanders are called" in dialog(button)


def test_nobody_is_asked_to_confirm_what_they_confirmed() -> None:
    """The order goes once it was obeyed."""
    room = collected()
    assert room.asks(ConfirmHandover(by=SAM))
    said = words(message(room))
    assert "You have confirmed that you have taken over." in said
    assert HANDOVER not in said


LOST = {
    WrapLoss.EXPIRED: ("its token was not collected in time", "Nobody has this token."),
    WrapLoss.UNSEEN: ("its token may be in other hands", "could not look"),
    WrapLoss.OPENED: ("its token is in other hands", "that was *not* you"),
    WrapLoss.FOREIGN: ("its token is in other hands", "not what Conclave made"),
    WrapLoss.DISOWNED: ("its token is in other hands", "it was not you who collected it"),
}


@pytest.mark.parametrize("cause", WrapLoss)
def test_a_lost_token_says_why_and_what_to_do(cause: WrapLoss) -> None:
    """What nobody has is only replaced; what others have is put out of force, that very place."""
    room = day()
    token = loses(room, cause)
    card = message(room, token)
    said = words(card)
    head, why = LOST[cause]
    assert card.text == f"Your shift day of payments: {head}"
    assert why in said
    assert buttons(card) == {}
    kill = f"`/dr shift payments kill place={token.place}`"
    assert (ISSUE in said, kill in said) == (
        cause is WrapLoss.EXPIRED,
        cause is not WrapLoss.EXPIRED,
    )
    assert (MAY in said) == (cause is not WrapLoss.EXPIRED)
    assert "With it you can promote" not in said


@pytest.mark.parametrize("cause", WrapLoss)
def test_once_another_one_was_asked_for_nobody_is_sent_to_ask(cause: WrapLoss) -> None:
    """The old message points to the new one, which is there."""
    room = day()
    token = loses(room, cause)
    assert room.asks(IssueToken(by=SAM))
    room.works()
    said = words(message(room, token))
    assert COMES in said
    assert ISSUE not in said
    assert newest(room).id != token.id
    assert "collect its token now" in message(room).text


def test_what_the_message_promises_after_a_kill_comes_by_itself() -> None:
    """Another token is minted, from another place; nobody has to ask for it."""
    room = day()
    token = loses(room, WrapLoss.OPENED)
    assert f"minted by itself after that, from another ring place; it {COMES}" in words(
        message(room, token)
    )
    put_out(room, token.place)
    room.works()
    card = message(room, token)
    assert card.text.endswith("its token was put out of force")
    assert "it may do nothing any more. Another one is minted by itself" in words(card)
    assert MAY not in words(card)
    assert buttons(card) == {}
    fresh = newest(room)
    assert (fresh.shift, fresh.place == token.place) == (token.shift, False)


def test_after_the_shift_no_other_token_is_promised() -> None:
    """Its own lives on for the overlap, and may be killed then: there is nothing to replace."""
    room = collected()
    token = newest(room)
    room.until(OVER)
    put_out(room, token.place)
    assert COMES not in words(message(room, token))


def test_what_conclave_holds_is_not_collected() -> None:
    """The lead hears of it all the same, and confirms the hand-over."""
    card = message(day(custody=Custody.BOT))
    said = words(card)
    assert card.text.endswith("Conclave holds its token")
    assert "nothing to collect of this one" in said
    assert f"Now confirm that you have taken over: {HANDOVER}." in said
    assert buttons(card) == {}


def test_two_tokens_do_not_contradict_each_other() -> None:
    """With custody `both`, what is nothing to collect does not hide what is; then one confirms."""
    room = day(custody=Custody.BOTH)
    ours, theirs = room.duties.tokens
    assert (ours.part, theirs.part) == (Part.BOT, Part.LEAD)
    said = words(message(room, ours))
    assert "another one for your own hands, in a message of its own. Collect that" in said
    assert "You have nothing to collect" not in said
    room.collects(theirs)
    for token in (ours, theirs):
        assert f"Now confirm that you have taken over: {HANDOVER}." in words(message(room, token))


def test_a_shift_that_is_over_asks_for_no_hand_over() -> None:
    """Its token lives on for the overlap; whoever types the order then would confirm another's."""
    room = collected()
    room.until(OVER)
    said = words(message(room))
    assert HANDOVER not in said
    assert "The shift is over: there is nothing left to confirm." in said


def test_a_token_that_has_ended_asks_for_nothing() -> None:
    """The message stays in Slack, when Slack has it; no order or button is left on it."""
    room = collected()
    key = duty_key(newest(room).id, SAM)
    posted = Posted(key=key, channel="D0SAM", ts="1.1")
    room.desk.happens(MessagesPosted(effect="e", posted=(posted,)))
    room.until(ENDED)
    card = message(room)
    said = words(card)
    assert card.text.endswith("its token has ended")
    assert "Delete it from your password manager." in said
    assert "/dr" not in said
    assert MAY not in said
    assert buttons(card) == {}


def test_the_window_shows_one_command_whole() -> None:
    """What is cut off opens nothing; how long it may take, and what to do if it fails."""
    wrapping = "hvs.CAESI" + "x" * 300
    view = collect_modal(
        address="https://vault-a.example:8200", wrapping=wrapping, until=90_000, now=0
    )
    said = view_words(view)
    assert f"```VAULT_ADDR=https://vault-a.example:8200 vault unwrap {wrapping}```" in said
    assert "within 1 min 30 s" in said
    assert "never into Slack" in said
    assert "press *It was not me*" in said
    assert "submit" not in view


def test_the_window_that_opens_first_shows_nothing_yet() -> None:
    """Slack waits three seconds for a window; Redis may take longer."""
    assert "One moment." in view_words(waiting_modal())


def test_each_clusters_answer_is_told_and_cannot_tell_is_one() -> None:
    """By cluster; of a lead's, that it is another one, like it, that was tried."""
    room = day(custody=Custody.BOT, until=ON)
    assert proven(newest(room), "payments") == "not tried yet"
    for cluster, answer in (("a", Proof.GOOD), ("b", Proof.REFUSED), ("c", Proof.UNKNOWN)):
        room.desk.happens(ProofChanged(duty=newest(room).id, cluster=cluster, answer=answer))
    assert proven(newest(room), "payments") == (
        "payments/a takes it, payments/b *refuses it*, payments/c cannot tell"
    )
    room = day()
    assert proven(newest(room), "payments") == "not tried yet"
    room.desk.happens(ProofChanged(duty=newest(room).id, cluster="a", answer=Proof.GOOD))
    told = "a token like it was tried: payments/a takes it"
    assert proven(newest(room), "payments") == told
    assert f"from the same ring place, for a minute: {told}." in words(message(room))


def test_a_lead_can_try_a_token_that_they_collected() -> None:
    """On the primary how long it lasts and what it may, elsewhere the read that changes nothing.

    A shell reads the token: it is no argument, and in no history; nothing of it is left over.
    """
    assert "read -rs" not in words(message(day()))
    said = words(message(collected()))
    reads = "```(read -rs VAULT_TOKEN; export VAULT_TOKEN VAULT_ADDR="
    assert f"{reads}https://a.example; vault read -field=ttl auth/token/lookup-self; echo; " in said
    assert "vault token capabilities sys/replication/dr/secondary/promote)```" in said
    assert f"{reads}https://b.example; vault read sys/storage/raft/autopilot/state)```" in said
    assert said.index("https://a.example") < said.index("https://b.example")


@pytest.mark.parametrize("over", ["ended", "out of force", "lost", "Conclave's"])
def test_what_is_of_no_use_is_not_tried(over: str) -> None:
    """Nor is one that is not in the lead's hands."""
    room = collected(Custody.BOTH)
    (token,) = (t for t in room.duties.tokens if t.part is Part.LEAD)
    (kept,) = (t for t in room.duties.tokens if t.part is Part.BOT)
    assert "*Does it work?*" in words(message(room, token))
    match over:
        case "ended":
            key = duty_key(token.id, token.lead)
            posted = Posted(key=key, channel="D0SAM", ts="1.1")
            room.desk.happens(MessagesPosted(effect="e", posted=(posted,)))
            room.desk.now = token.until
        case "out of force":
            put_out(room, token.place)
        case "lost":
            room.desk.happens(WrapLost(duty=token.id, cause=WrapLoss.DISOWNED))
    shown = room.duties.find((kept if over == "Conclave's" else token).id)
    assert shown is not None
    said = words(message(room, shown))
    assert "*Does it work?*" not in said
    assert "Conclave cannot try" not in said
