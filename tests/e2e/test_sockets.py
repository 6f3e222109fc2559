"""Slack in bad shape in mid-ceremony: the socket, the Web API, one person's account."""

from __future__ import annotations

import time

import pytest

from lab.chat import Cut, Reason
from lab.enterprise import Delay
from lab.process import wait_until
from lab.sights import Seen
from lab.stage import CHANNEL, HOLDERS, Stage
from tests.e2e import spots
from tests.e2e.acts import DRILL, asked, asks_for_promotion, gives, promoted, starts
from tests.e2e.conftest import SetStage
from tests.e2e.traces import UPDATE, took

THREE = ("Ada", "Ben", "Cat")
BACK = {Cut.CLOSE_FRAME: 3.0, Cut.FIN: 3.0, Cut.RESET: 3.0, Cut.STALL: 10.0}  # seconds


def cards(stage: Stage, text: str = "Promote payments/b") -> list[Seen]:
    """Return the channel cards that stand there."""
    reads = stage.people["Sam"].reads(CHANNEL)
    return [seen for seen in reads if text in seen.text and "ceremony.freeze" in seen.buttons]


@pytest.mark.parametrize("how", list(Cut), ids=lambda how: how.value)
def test_the_socket_is_lost_in_mid_way(stage: Stage, how: Cut) -> None:
    """It is back within seconds; what is clicked then counts, and nothing is counted twice."""
    stage.vaults["a"].kill()
    card = starts(stage)
    gives(stage, "Ada", 0)
    opened = stage.chat.sockets.opened

    assert stage.chat.sockets.cut(how) == 1

    wait_until(
        lambda: stage.chat.sockets.opened > opened, seconds=BACK[how], what="it is connected anew"
    )
    if how is Cut.STALL:
        stage.chat.sockets.cut(Cut.FIN, number=opened)
    asks_for_promotion(stage, card)
    gives(stage, "Ben", 1)
    gives(stage, "Cat", 2)
    promoted(stage, card)
    assert took(stage, UPDATE) == 3


@pytest.mark.parametrize("reason", [Reason.WARNING, Reason.REFRESH_REQUESTED])
def test_slack_asks_for_another_connection(stage: Stage, reason: Reason) -> None:
    """As it does every few hours: nobody notices, also while a share is on its way."""
    card = starts(stage)
    opened = stage.chat.sockets.opened

    stage.chat.sockets.disconnect(reason)
    gives(stage, "Ada", 0)

    stage.people["Sam"].waits_until(card, "1 of 3 shares")
    wait_until(lambda: stage.chat.sockets.opened > opened, seconds=5, what="another connection")
    gives(stage, "Ben", 1)
    stage.people["Sam"].waits_until(card, "2 of 3 shares")
    assert took(stage, UPDATE) == 2


def test_the_answer_to_a_post_is_lost(stage: Stage) -> None:
    """The card may stand there twice, not more often, and the orphan's buttons work.

    Vault takes its time over the start of a drill, so that the first post is the channel's card
    alone.
    """
    stage.vaults.inject(spots.START.fault(Delay(4)))
    lost = stage.chat.faults.cut_after("chat.postMessage", times=1)
    sam = stage.people["Sam"]
    sam.types(DRILL, CHANNEL)
    sam.waits_for("Drill on payments/b", channel=CHANNEL, within=20)
    assert lost.times == 0
    sam.waits_for("0 of 3 shares", channel=CHANNEL, within=20)
    for name in HOLDERS:
        asked(stage.people[name])
    gives(stage, "Ada", 0)

    def two() -> bool:
        return len(cards(stage, "Drill on payments/b")) == 2

    wait_until(two, seconds=10, what="the orphan and the card that is drawn anew")
    orphan, card = cards(stage, "Drill on payments/b")
    sam.waits_until(card, "1 of 3 shares")
    assert "1 of 3 shares" not in (sam.again(orphan) or orphan).text
    sam.clicks("ceremony.freeze", orphan)
    sam.waits_until(card, "Frozen by @Sam")
    direct = [m for name in HOLDERS for m in stage.people[name].reads_direct()]
    assert len(direct) == len(HOLDERS)


def test_slack_asks_to_slow_down(stage: Stage) -> None:
    """For as long as a 429 says, no card is changed; then all of them are as they should be."""
    card = starts(stage)
    for name in HOLDERS:
        asked(stage.people[name])
    wait_until(lambda: quiet(stage), seconds=20, what="every card is as it should be")
    fault = stage.chat.faults.rate_limit("chat.update", retry_after=3)
    gives(stage, "Ada", 0)
    wait_until(lambda: fault.times == 0, seconds=10, what="Slack said 429")
    told = time.monotonic()
    gives(stage, "Ben", 1)

    stage.people["Sam"].waits_until(card, "2 of 3 shares", within=20)

    changed = [call.at for call in stage.chat.calls("chat.update") if call.at > told]
    assert min(changed) - told > 2.5


def quiet(stage: Stage) -> bool:
    """Return whether nothing was posted or changed for two seconds."""
    made = [c.at for m in ("chat.update", "chat.postMessage") for c in stage.chat.calls(m)]
    return time.monotonic() - max(made) > 2


def test_slack_is_in_trouble(stage: Stage) -> None:
    """5xx on every kind of message: all of them stand in the end, each once."""
    stage.chat.faults.server_error("chat.postMessage", times=2)
    stage.chat.faults.server_error("chat.update", times=2)
    card = starts(stage)
    for name in HOLDERS:
        asked(stage.people[name])
    gives(stage, "Ada", 0)
    stage.people["Sam"].waits_until(card, "1 of 3 shares", within=20)
    assert len(cards(stage)) == 1
    for name in HOLDERS:
        assert len(stage.people[name].reads_direct()) == 1


def test_somebody_left_the_company(set_stage: SetStage) -> None:
    """The card says that no message reached them and why; the others are asked as ever."""
    stage = set_stage(bots=0)
    stage.chat.workspace.change_user("U0EVE", deleted=True)
    stage.add_bot().waits_until_ready()
    stage.chat.wait_for_connections(1)
    stage.vaults["a"].kill()
    card = starts(stage)

    told = stage.people["Sam"].waits_until(card, "No message reached these holders in Slack")

    assert "@Eve: their Slack account is deactivated" in told.text
    asks_for_promotion(stage, card)
    for number, name in enumerate(THREE):
        gives(stage, name, number)
    promoted(stage, card)
