"""Plots of runbooks: clusters change their roles, and what people wrote is read again at the end.

The proofs read data straight from the clusters, not what anybody says of them.
"""

from __future__ import annotations

from collections.abc import Callable

from lab.crew import Crew
from lab.scenarios.letters import Letters
from lab.scenarios.timeline import Timeline
from lab.sights import Seen
from lab.stage import CHANNEL, SET, Stage

_RUNBOOK_S = 150.0
_REJOIN = "runbook.rejoin"


def play_failover(stage: Stage, timeline: Timeline) -> bool:
    """`a` dies; `b` is promoted, `c` follows it."""
    timeline.begins(
        "Failover",
        "Cluster [bold]a[/] is the primary, [bold]b[/] and [bold]c[/] its DR secondaries. `a` "
        "dies, `b` takes over, `c` is led to `b`: two ceremonies, because a DR operation token "
        "belongs to one cluster.",
    )
    timeline.watch_vault(stage.vaults)
    letters = Letters(stage, timeline)
    letters.write("first", "a")
    _replicate(stage, "b", "c")
    timeline.fate("a is killed (SIGKILL).")
    stage.vaults["a"].kill()
    _plays(stage, timeline, "failover cluster=b reason=a does not answer")
    letters.write("second", "b")
    _replicate(stage, "c")
    held = [
        letters.proves("first", "b"),
        letters.proves("second", "b"),
        letters.proves("first", "c"),
        letters.proves("second", "c"),
    ]
    return all([*held, _once(stage, timeline, "secondary/promote", "promoted")])


def play_planned_failover(stage: Stage, timeline: Timeline) -> bool:
    """`a` hands over to `b` in order, and follows it."""
    timeline.begins(
        "Planned failover",
        "Both clusters are well. The token for [bold]b[/] first, then [bold]a[/] is demoted, `b` "
        "promoted, `a` led to it.",
    )
    timeline.watch_vault(stage.vaults)
    letters = Letters(stage, timeline)
    letters.write("first", "a")
    _replicate(stage, "b")
    _plays(stage, timeline, "planned-failover cluster=b reason=maintenance of a")
    letters.write("second", "b")
    _replicate(stage, "a")
    held = [
        letters.proves("first", "b"),
        letters.proves("second", "b"),
        letters.proves("first", "a"),
        letters.proves("second", "a"),
    ]
    demoted = _once(stage, timeline, "primary/demote", "demoted")
    return all([*held, demoted, _never_two(stage, timeline)])


def play_failback(stage: Stage, timeline: Timeline) -> bool:
    """From `a` to `b`, and home again to `a`."""
    timeline.begins(
        "Failback",
        "[bold]a[/] is home. It has handed over to [bold]b[/]; now the set goes home: `b` is "
        "demoted first, then `a` promoted. There are never two primaries.",
    )
    timeline.watch_vault(stage.vaults)
    letters = Letters(stage, timeline)
    letters.write("first", "a")
    _replicate(stage, "b")
    _plays(stage, timeline, "planned-failover cluster=b reason=maintenance of a")
    letters.write("second", "b")
    _replicate(stage, "a")
    _plays(stage, timeline, "failback reason=maintenance is over")
    letters.write("third", "a")
    _replicate(stage, "b")
    held = [letters.proves(name, on) for on in ("a", "b") for name in ("first", "second", "third")]
    return all([*held, _never_two(stage, timeline)])


def play_rejoin(stage: Stage, timeline: Timeline) -> bool:
    """`a` dies, `b` takes over, `a` comes back as primary: two primaries, until it joins `b`."""
    timeline.begins(
        "Rejoin",
        "[bold]a[/] dies and [bold]b[/] takes over. Then `a` comes back and thinks that it is "
        "primary. What it takes in meanwhile is lost when it follows `b`; the runbook says so.",
    )
    timeline.watch_vault(stage.vaults)
    letters = Letters(stage, timeline)
    letters.write("first", "a")
    _replicate(stage, "b")
    timeline.fate("a is killed (SIGKILL).")
    stage.vaults["a"].kill()
    _plays(stage, timeline, "failover cluster=b reason=a does not answer")
    letters.write("second", "b")
    timeline.fate("a comes back, as primary.")
    stage.vaults["a"].revive()
    letters.write("stray", "a")
    sam = stage.people["Sam"]
    alarm = sam.waits_for("Two primaries", channel=CHANNEL, button=_REJOIN, within=60)
    timeline.slack("#incident", alarm.text)
    _plays(stage, timeline, alarm=alarm)
    over = sam.waits_until(alarm, "One primary again")
    timeline.slack("#incident", over.text)
    _replicate(stage, "a")
    held = [
        letters.proves("first", "b"),
        letters.proves("second", "b"),
        letters.proves("first", "a"),
        letters.proves("second", "a"),
        letters.proves("stray", "a", there=False),
    ]
    return all(held)


PLOTS: dict[str, tuple[tuple[str, ...], Callable[[Stage, Timeline], bool]]] = {
    "failover": (("a", "b", "c"), play_failover),
    "planned-failover": (("a", "b"), play_planned_failover),
    "failback": (("a", "b"), play_failback),
    "rejoin": (("a", "b"), play_rejoin),
}


def _plays(stage: Stage, timeline: Timeline, words: str = "", *, alarm: Seen | None = None) -> None:
    """Let the cast see a runbook through: until its card says that it is done.

    Sam begins it by the words after its set, or by the button of an alarm.
    """
    sam = stage.people["Sam"]
    before = stage.chat.workspace.pulse.revision
    crew = Crew(stage, tells=timeline.person)

    def over() -> bool:
        seen = sam.look("Runbook done", channel=CHANNEL)
        return seen is not None and seen.message.revision > before

    if alarm is None:
        crew.sees_through(f"/dr run {SET} {words}", until=over, within=_RUNBOOK_S)
    else:
        timeline.person("Sam", f"presses “{alarm.buttons[_REJOIN]}” on the alarm")
        sam.clicks(_REJOIN, alarm)
        crew.does_what_is_asked(until=over, within=_RUNBOOK_S)
    card = sam.look("Runbook done", channel=CHANNEL)
    if card is not None:
        timeline.slack("#incident", card.text)


def _replicate(stage: Stage, *names: str) -> None:
    for name in names:
        stage.vaults.replicate(name)


def _once(stage: Stage, timeline: Timeline, path: str, what: str) -> bool:
    count = len(stage.vaults.record.accepted(path=path))
    return timeline.proof(f"one cluster was {what}, once", holds=count == 1)


def _never_two(stage: Stage, timeline: Timeline) -> bool:
    """Every promotion came after a demotion: in the order in which Vault took them."""
    taken = stage.vaults.record.accepted()
    order = [s.path.rsplit("/", 1)[-1] for s in taken if s.path.endswith(("/demote", "/promote"))]
    holds = bool(order) and order == ["demote", "promote"] * (len(order) // 2)
    return timeline.proof("nothing was promoted before the primary was demoted", holds=holds)
