"""Each card is posted once, to whom it concerns, and where it stands is noted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.chat import Chat
from lab.process import wait_until
from tests.bot.cards.states import (
    ADA,
    BEN,
    CAT,
    HOLDERS,
    ceremony,
    collecting,
    lost_round,
)
from tests.bot.conftest import INCIDENT
from tests.bot.notifier.conftest import Opens
from tests.bot.notifier.places import CHANNEL, Cast, direct, posted
from tests.bot.scripted import ScriptedConductor, state_of


def test_each_card_is_posted_once_and_its_place_is_told(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """Channel and holders get their cards; where they stand is noted, and nothing comes twice."""
    conductor.states["payments"] = state_of(collecting())
    with drawer():
        places = posted(conductor, CHANNEL, *(direct(holder) for holder in HOLDERS))
        assert places[CHANNEL].channel == INCIDENT
        assert places[direct(ADA)].channel.startswith("D")
        cast["Ada"].waits_for("payments", direct=True, button="share.open")
        cast["Eve"].waits_for("payments", direct=True, button="share.open")
        conductor.becomes()
    cards = [call for call in chat.calls("chat.postMessage") if not call.error]
    assert len(cards) == 1 + len(HOLDERS)


def test_before_the_attempt_only_the_channel_is_told(
    drawer: Opens, conductor: ScriptedConductor, chat: Chat
) -> None:
    """No holder is asked until there is something to give."""
    conductor.states["payments"] = state_of(ceremony())
    with drawer():
        posted(conductor, CHANNEL)
    assert len(chat.calls("chat.postMessage")) == 1


def test_a_post_whose_answer_was_lost_is_not_sent_again_blindly(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """One call goes out for one intent.

    The card stands nowhere as far as the log knows, so a new intent comes before a second call;
    the first message is an orphan, whose buttons work.
    """
    conductor.states["payments"] = state_of(ceremony())
    chat.faults.cut_after("chat.postMessage")
    with drawer():
        posted(conductor, CHANNEL)
    assert len(chat.calls("chat.postMessage")) == 2
    first, second = conductor.calls("posts_done")
    assert (first["posted"], first["failed"]) == ((), ())
    assert [p.key for p in second["posted"]] == [CHANNEL]
    assert len(conductor.calls("intend_posts")) == 2
    assert len([s for s in cast["Sam"].reads(INCIDENT) if "payments/b" in s]) == 2


@pytest.mark.parametrize(
    ("becomes", "problem"),
    [({"deleted": True}, "user_disabled"), ({"team_id": "T0OTHER"}, "user_not_visible")],
    ids=["deactivated", "in another workspace"],
)
def test_who_cannot_be_written_to_is_noted(
    drawer: Opens,
    conductor: ScriptedConductor,
    chat: Chat,
    becomes: dict[str, object],
    problem: str,
) -> None:
    """The others get their messages; the commander's card can say who did not."""
    chat.workspace.change_user(CAT, **becomes)
    conductor.states["payments"] = state_of(collecting())
    with drawer():
        posted(conductor, CHANNEL, direct(ADA), direct(BEN))
        wait_until(
            lambda: direct(CAT) in conductor.states["payments"].unposted,
            seconds=10,
            what="Cat could not be written to",
        )
    assert conductor.states["payments"].unposted[direct(CAT)] == problem


def test_a_channel_without_the_bot_gets_its_card_once_it_is_invited(
    drawer: Opens, conductor: ScriptedConductor, chat: Chat
) -> None:
    """Until somebody invites the bot no more intents fill the log; then the card comes."""
    members = chat.workspace.channel(INCIDENT).members
    without = tuple(m for m in members if m != chat.workspace.bot.user_id)
    chat.workspace.change_channel(INCIDENT, members=without)
    conductor.states["payments"] = state_of(ceremony())
    with drawer():
        wait_until(
            lambda: len(chat.calls("conversations.info")) >= 2,
            seconds=15,
            what="the bot looks whether it was invited",
        )
        assert len(conductor.calls("intend_posts")) == 1
        chat.workspace.change_channel(INCIDENT, members=members)
        posted(conductor, CHANNEL, seconds=20)
    assert CHANNEL not in conductor.states["payments"].unposted


def test_a_new_round_notifies_everybody_anew(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast
) -> None:
    """Each round has its own message; the one of the round before loses its buttons."""
    conductor.states["payments"] = state_of(collecting())
    with drawer():
        posted(conductor, *(direct(holder) for holder in HOLDERS))
        first = cast["Ada"].waits_for("payments", direct=True, button="share.open")
        again = collecting()
        rounds = (lost_round(1, ADA, BEN, CAT), replace(again.rounds[0], number=2))
        conductor.becomes(replace(again, rounds=rounds))

        posted(conductor, *(direct(holder, 2) for holder in HOLDERS))
        wait_until(
            lambda: "share.open" not in cast["Ada"].again(first).buttons,
            seconds=10,
            what="the old message has no buttons",
        )
        assert "share.open" in cast["Ada"].reads_direct()[-1].buttons


def test_another_replica_draws_nothing_again(
    drawer: Opens, conductor: ScriptedConductor, chat: Chat
) -> None:
    """What stands in Slack as it should is left alone by a replica that starts."""
    conductor.states["payments"] = state_of(collecting())
    with drawer():
        posted(conductor, CHANNEL, *(direct(holder) for holder in HOLDERS))
    other = ScriptedConductor(states=conductor.states)
    second = drawer(by=other)

    assert second.drawing.step() in (None, 0.0)
    assert second.drawing.step() is None

    assert chat.calls("chat.update") == ()
    assert len(chat.calls("chat.postMessage")) == 1 + len(HOLDERS)
