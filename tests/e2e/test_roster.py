"""People configured anew while a ceremony runs: told on its card, true at the next click."""

from __future__ import annotations

import signal

from lab.process import wait_until
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import DRILL, asked, gives, nonce_of, privately, starts
from tests.e2e.traces import events

NEWCOMER = '\n[[people]]\nslack = "U0MALLORY"\nname = "Mallory"\nroles = ["incident_commander"]\n'


def configures(stage: Stage, text: str, *, says: str) -> None:
    """Write the file anew and let the bot read it; return once it has said what came of it."""
    bot = stage.bots[0]
    before = bot.log_text().count(says)
    stage.config.write_text(text)
    bot.child.signal(signal.SIGHUP)
    wait_until(lambda: bot.log_text().count(says) > before, seconds=10, what=says)


def test_people_change_in_mid_ceremony(stage: Stage) -> None:
    """The card says so; who was added may act, who was taken away may not, shares still count."""
    good = stage.config.read_text()
    card = starts(stage, DRILL)
    sam, mallory, eve = (stage.people[name] for name in ("Sam", "Mallory", "Eve"))
    ask = asked(eve, nonce_of(card))
    nobody = mallory.types("/dr nudge payments", CHANNEL)
    privately(mallory, nobody, "you are not on it")

    without_eve = good.replace(
        '[[people]]\nslack = "U0EVE"\nname = "Eve"\nroles = ["key_holder"]\n', ""
    ).replace(', "U0EVE"', "")
    assert without_eve.count("U0EVE") == 0
    configures(stage, without_eve + NEWCOMER, says="settings.reloaded")

    sam.waits_until(card, "People or key holders were configured anew", "freeze it")
    assert len(events(stage, "roster_changed")) == 1
    mallory.clicks("ceremony.nudge", card)
    wait_until(
        lambda: bool(events(stage, "holders_reminded", by="U0MALLORY")),
        seconds=10,
        what="Mallory has reminded them",
    )
    left = eve.clicks("share.open", ask)
    privately(eve, left, "you are not on it")
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number, ask=asked(stage.people[name], "could make a root token"))
    sam.waits_until(card, "Drill on payments/b: passed", within=20)


def test_a_file_that_does_not_hold(stage: Stage) -> None:
    """It changes nothing, says which key is wrong and how to mend it, and no card mentions it."""
    good = stage.config.read_text()
    card = starts(stage, DRILL)
    configures(stage, good + NEWCOMER + "colour = 1\n", says="settings.not_reloaded")
    told = stage.bots[0].log_text()
    assert "people[Mallory].colour: unknown key" in told
    assert "Known here: name, roles, slack" in told
    assert not events(stage, "roster_changed")
    mallory = stage.people["Mallory"]
    nobody = mallory.types("/dr status", CHANNEL)
    privately(mallory, nobody, "you are not on it")
    gives(stage, "Ada", 0)
    still = stage.people["Sam"].waits_until(card, "1 of 3")
    assert "configured anew" not in still
