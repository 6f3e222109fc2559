"""What somebody writes into the cache at Redis costs a call or a card, and hides nothing."""

from __future__ import annotations

import pytest

from bot.notifier.direct import direct_channel
from bot.slack_clients import SlackClients
from ceremonies.observations import Observations
from ceremonies.state import Alarm
from lab.chat import Chat
from lab.people import Person
from tests.bot.cards.states import ADA, CEREMONY, collecting
from tests.bot.conftest import INCIDENT
from tests.bot.notifier.conftest import Opens
from tests.bot.scripted import ScriptedConductor, state_of

FORGED_S = 24 * 3600.0


def alarmed(conductor: ScriptedConductor, *, seconds: float) -> Alarm:
    """Let people be owed a call since so long."""
    alarm = Alarm(n=7, at=conductor.now() - int(seconds * 1000), words="payments/b: frozen.")
    conductor.states["payments"] = state_of(alarms=(alarm,))
    return alarm


def test_a_claim_that_somebody_forged_keeps_nobody_asleep(
    drawer: Opens, conductor: ScriptedConductor, observations: Observations
) -> None:
    """Where the log does not say after two minutes that people were woken, they are."""
    alarmed(conductor, seconds=121)
    observations.first("{payments}:woken:7", seconds=FORGED_S)
    rang: list[str] = []
    one = drawer(wake=lambda title, _: rang.append(title) or ())

    one.drawing.step()

    conductor.waits_for("woken")
    assert len(rang) == 1


def test_a_claim_is_believed_for_a_while(
    drawer: Opens, conductor: ScriptedConductor, observations: Observations
) -> None:
    """Another replica may be telling of it: nobody is rung twice for that."""
    alarmed(conductor, seconds=100)
    observations.first("{payments}:woken:7", seconds=60)
    rang: list[str] = []
    one = drawer(wake=lambda title, _: rang.append(title) or ())

    one.drawing.step()
    one.pools[1].shutdown(wait=True)

    assert rang == []


def test_what_this_replica_told_it_does_not_tell_again_at_once(
    drawer: Opens, conductor: ScriptedConductor, observations: Observations
) -> None:
    """Where the log could not be told of it, people are not rung every two seconds."""
    alarm = alarmed(conductor, seconds=121)
    observations.first("{payments}:woken:7", seconds=FORGED_S)
    rang: list[str] = []
    one = drawer(wake=lambda title, _: rang.append(title) or ())
    one.drawing.step()
    conductor.waits_for("woken")

    conductor.becomes(alarms=(alarm,))
    one.drawing.step()
    one.pools[1].shutdown(wait=True)

    assert len(rang) == 1


@pytest.mark.parametrize("forged", [INCIDENT, "G0OTHERS", "U0MALLORY", "D0 ../x", "d0lower"])
def test_a_holders_message_goes_into_no_other_channel(
    clients: SlackClients,
    observations: Observations,
    chat: Chat,
    cast: dict[str, Person],
    forged: str,
) -> None:
    """A place that is no direct message's is asked of Slack anew."""
    assert cast
    observations.put(f"direct:{ADA}", forged, seconds=FORGED_S)

    channel = direct_channel(clients, observations, ADA)

    assert isinstance(channel, str)
    assert channel.startswith("D")
    assert channel != forged
    assert len(chat.calls("conversations.open")) == 1
    assert direct_channel(clients, observations, ADA) == channel
    assert len(chat.calls("conversations.open")) == 1


def test_a_forged_place_shows_a_holders_message_to_nobody_else(
    drawer: Opens, conductor: ScriptedConductor, cast: dict[str, Person], observations: Observations
) -> None:
    """Whatever the cache says, the message with the nonce stands where only they read it."""
    observations.put(f"direct:{ADA}", INCIDENT, seconds=FORGED_S)
    conductor.states["payments"] = state_of(collecting())
    key = f"dm:{CEREMONY}:{ADA}:1"
    with drawer():
        cast["Ada"].waits_for("payments", direct=True, button="share.open")
    assert conductor.states["payments"].messages[key].channel.startswith("D")
