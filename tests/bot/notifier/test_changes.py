"""What stands in Slack follows the newest state, at the pace that Slack takes."""

from __future__ import annotations

from itertools import pairwise

from bot.notifier import Pace
from ceremonies.ceremony import Ending
from lab.chat import Chat
from lab.process import wait_until
from lab.redis import RedisServer
from tests.bot.cards.states import ADA, HOLDERS, ceremony, collecting, ended
from tests.bot.conftest import INCIDENT
from tests.bot.notifier.conftest import Opens
from tests.bot.notifier.places import CHANNEL, Cast, direct, posted
from tests.bot.scripted import ScriptedConductor, state_of


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


def test_a_change_that_did_not_arrive_is_made_again(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """The call is cut off on its way: the message changes all the same, and stays the one."""
    conductor.states["payments"] = state_of(ceremony())
    fault = chat.faults.cut_before("chat.update")
    with drawer():
        posted(conductor, CHANNEL)
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)
        conductor.becomes(ceremony(reason="another reason"))
        changed = cast["Sam"].waits_until(card, "another reason")
    assert fault.times == 0
    assert changed.message.ts == card.message.ts
    assert len(chat.calls("chat.postMessage")) == 1


def test_a_change_whose_answer_was_lost_is_made_again(
    drawer: Opens, conductor: ScriptedConductor, cast: Cast, chat: Chat
) -> None:
    """To change a message twice is to change it once: no other message comes of it."""
    conductor.states["payments"] = state_of(ceremony())
    chat.faults.cut_after("chat.update")
    with drawer():
        posted(conductor, CHANNEL)
        card = cast["Sam"].waits_for("payments/b", channel=INCIDENT)
        conductor.becomes(ceremony(reason="another reason"))
        wait_until(lambda: len(chat.calls("chat.update")) == 2, seconds=10, what="made again")
    assert "another reason" in cast["Sam"].again(card)
    assert len(chat.calls("chat.postMessage")) == 1


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
