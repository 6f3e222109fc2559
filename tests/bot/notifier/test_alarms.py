"""Whoever is woken is woken once, and for what is new."""

from __future__ import annotations

import threading

from ceremonies.state import Alarm
from tests.bot.notifier.conftest import Opens
from tests.bot.scripted import ScriptedConductor, state_of


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
