"""What stands in Slack follows the newest state: posted once, changed where it differs."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.notifier import Pace
from ceremonies.ceremony import Ending
from ceremonies.state import Alarm, MessageRef
from lab.chat import Chat
from lab.people import Person
from lab.process import wait_until
from lab.redis import RedisServer
from tests.bot.cards.states import (
    ADA,
    BEN,
    CAT,
    CEREMONY,
    HOLDERS,
    ceremony,
    collecting,
    ended,
    lost_round,
)
from tests.bot.conftest import INCIDENT
from tests.bot.notifier.conftest import Opens
from tests.bot.scripted import ScriptedConductor, state_of

Cast = dict[str, Person]
CHANNEL = f"channel:{CEREMONY}"


def direct(holder: str, number: int = 1) -> str:
    """Return the key of a holder's message."""
    return f"dm:{CEREMONY}:{holder}:{number}"


def posted(conductor: ScriptedConductor, *keys: str, seconds: float = 10) -> dict[str, MessageRef]:
    """Return where all these cards stand, once they do."""
    wait_until(
        lambda: set(keys) <= set(conductor.states["payments"].messages),
        seconds=seconds,
        what=f"posted: {keys}; there are {list(conductor.states['payments'].messages)}",
    )
    return dict(conductor.states["payments"].messages)


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


def test_a_change_is_drawn_into_the_same_message(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast
) -> None:
    """The channel's card and the holder's own message change in place."""
    conductor.states["payments"] = state_of(collecting())
    with drawer():
        posted(conductor, CHANNEL, *(direct(holder) for holder in HOLDERS))
        card = cast["Sam"].waits_for("0 of 3", channel=INCIDENT)
        mine = cast["Ada"].waits_for("payments", direct=True, button="share.open")

        conductor.becomes(collecting(ADA))

        cast["Sam"].waits_until(card, "1 of 3")
        wait_until(
            lambda: "share.open" not in cast["Ada"].again(mine).buttons,
            seconds=10,
            what="Ada's button is gone",
        )


def test_a_burst_of_news_is_drawn_as_one(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """However often the state changes meanwhile, what is drawn is the newest."""
    conductor.states["payments"] = state_of(ceremony())
    chat.faults.delay("chat.update", 0.3, times=3)
    with drawer():
        posted(conductor, CHANNEL)
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)
        for number in range(30):
            conductor.becomes(ceremony(reason=f"reason {number}"))

        cast["Sam"].waits_until(card, "reason 29")
    assert len(chat.calls("chat.update")) <= 5


def test_changes_are_spread_out_over_time(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """Slack takes some fifty changes a minute; first comes the card that people act on."""
    conductor.states["payments"] = state_of(collecting())
    with drawer(pace=Pace(each=0.3, burst=1)):
        posted(conductor, CHANNEL, *(direct(holder) for holder in HOLDERS))
        conductor.becomes(ended(Ending.EXPIRED))
        cast["Eve"].waits_for("out of time", direct=True)
        wait_until(
            lambda: len(chat.calls("chat.update")) == 1 + len(HOLDERS),
            seconds=10,
            what="every card is final",
        )
    times = [call.at for call in chat.calls("chat.update")]
    assert all(later - sooner > 0.2 for sooner, later in pairwise(times))
    assert chat.calls("chat.update")[0].args["channel"] == INCIDENT


def test_a_429_is_waited_for_and_nothing_is_lost(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """Slack asks to slow down, for posts and for changes: each comes after that time, once."""
    conductor.states["payments"] = state_of(ceremony())
    chat.faults.rate_limit("chat.postMessage", retry_after=1)
    with drawer():
        posted(conductor, CHANNEL)
        assert len(chat.calls("chat.postMessage")) == 1
        chat.faults.rate_limit("chat.update", retry_after=1)
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)

        conductor.becomes(ceremony(reason="the second reason"))

        cast["Sam"].waits_until(card, "the second reason")
    assert len(conductor.calls("posts_done")) == 2


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


def test_a_change_whose_answer_was_lost_is_made_again(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """To change a message twice is to change it once."""
    conductor.states["payments"] = state_of(ceremony())
    with drawer():
        posted(conductor, CHANNEL)
        chat.faults.cut_before("chat.update")
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)
        conductor.becomes(ceremony(reason="another reason"))
        cast["Sam"].waits_until(card, "another reason")


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


def test_two_replicas_draw_each_change_once(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """Only one has the turn; the other finds everything drawn."""
    conductor.states["payments"] = state_of(ceremony())
    with drawer(), drawer():
        posted(conductor, CHANNEL)
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)
        for number in range(3):
            conductor.becomes(ceremony(reason=f"reason {number}"))
            cast["Sam"].waits_until(card, f"reason {number}")
    assert len(chat.calls("chat.postMessage")) == 1
    assert len(chat.calls("chat.update")) <= 4


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


def test_alarms_wake_people_once_and_failures_are_noted(
    drawer: Opens, conductor: ScriptedConductor
) -> None:
    """What waits is told in one message without delay; the ways that failed stand in the log."""
    told: list[tuple[str, str]] = []

    def wake(title: str, body: str) -> list[str]:
        told.append((title, body))
        return ["pagerduty"]

    now = conductor.now()
    alarms = (
        Alarm(n=3, at=now, words="payments/b: a ceremony for promote has started."),
        Alarm(n=4, at=now, words="payments/b: key holders are still needed."),
    )
    conductor.states["payments"] = state_of(alarms=alarms)
    with drawer(wake=wake):
        asked = conductor.waits_for("woken")
    assert asked == {"upto": 4, "failed": ("pagerduty",)}
    assert len(told) == 1
    assert "has started" in told[0][1]
    assert "still needed" in told[0][1]


def test_nobody_is_woken_for_what_is_long_past(drawer: Opens, conductor: ScriptedConductor) -> None:
    """A replica that starts after hours does not ring for yesterday's news."""
    old = Alarm(n=3, at=conductor.now() - 3_600_000, words="payments/b: it has started.")
    conductor.states["payments"] = state_of(alarms=(old,))
    rang = threading.Event()
    one = drawer(wake=lambda *_: rang.set() or ())

    assert one.drawing.step() is None
    assert not rang.is_set()


def test_redis_away_for_a_moment_ends_nothing(
    drawer: Opens,
    conductor: ScriptedConductor,
    cast: Cast,
    redis_server: RedisServer,
    redis_url: str,
) -> None:
    """The thread goes on, and draws when Redis is back."""
    assert redis_url
    conductor.states["payments"] = state_of(ceremony())
    with drawer():
        posted(conductor, CHANNEL)
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)
        redis_server.kill()
        conductor.becomes(ceremony(reason="while Redis was away"))
        redis_server.start()
        cast["Sam"].waits_until(card, "while Redis was away", within=20)
