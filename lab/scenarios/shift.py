"""A plot of a shift: its lead collects a token, the primary dies, no key holder is woken."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from lab.crew import Crew
from lab.process import CannotStart
from lab.scenarios.letters import Letters
from lab.scenarios.timeline import Timeline
from lab.sights import NotSeen, Seen
from lab.stage import CHANNEL, ROLES, SET, Stage
from lab.terminal import Terminal, commands

_RUNBOOK_S = 90.0
_UNWRAP = re.compile(r"VAULT_ADDR=(\S+) vault unwrap (\S+?)(?:`|\s|$)")


def raise_on_shift(stage: Stage) -> None:
    """Sam leads a shift that is on; an operator laid the ring before the bot serves."""
    now = datetime.now(UTC)
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=7)
    days = '"mon", "tue", "wed", "thu", "fri", "sat", "sun"'
    stage.roles = {**ROLES, "Sam": ("incident_commander", "shift_lead")}
    stage.options += (
        f'\n[[shifts]]\nname = "day"\nreplication_set = "{SET}"\nlead = "U0SAM"\n'
        f'custody = "lead"\nzone = "UTC"\ndays = [{days}]\nstart = "{begins:%H:%M}"\n'
        f'end = "{ends:%H:%M}"\noverlap = "30m"\n'
    )
    stage.environment["CONCLAVE_LAB_INTENT_SECONDS"] = "6"  # and so looked at more often
    stage.raise_curtain(bots=0)
    laid = stage.runs_as_operator("policy", "--apply")
    if laid.returncode:
        raise CannotStart(f"conclave policy: {laid.stderr[-500:]}")
    stage.add_bot().waits_until_ready()
    stage.chat.wait_for_connections(1)


def play_shift(stage: Stage, timeline: Timeline) -> bool:
    """Sam collects their token; `a` dies; Kim approves, Sam promotes `b`. No holder is asked."""
    timeline.begins(
        "A shift, and an outage in it",
        "Sam leads the shift and commands. A batch token lasts as long as the shift; whoever "
        "opens the wrap has it, once. With it Sam promotes [bold]b[/] without a quorum, after "
        "the same approvals as ever.",
    )
    timeline.watch_vault(stage.vaults)
    letters = Letters(stage, timeline)
    letters.write("first", "a")
    terminal = Terminal(home=stage.directory / "sam")
    token = _collects(stage, timeline, terminal)
    stage.vaults.replicate("b")
    timeline.fate("a is killed (SIGKILL). It is three in the morning; the key holders sleep.")
    stage.vaults["a"].kill()
    asked = len(_asked(stage))
    _promotes(stage, timeline, terminal, token)
    letters.write("second", "b")
    nobody = timeline.proof(
        "no key holder was asked for a share", holds=len(_asked(stage)) == asked
    )
    once = len(stage.vaults.record.accepted(path="secondary/promote")) == 1
    held = [letters.proves("first", "b"), letters.proves("second", "b"), nobody]
    return all([*held, timeline.proof("Vault was asked to promote once, by Sam", holds=once)])


def _collects(stage: Stage, timeline: Timeline, terminal: Terminal) -> str:
    """Sam opens the wrap in a terminal; returns the token that is in it."""
    sam = stage.people["Sam"]
    told = sam.waits_for("Your shift day", direct=True, button="shift.collect", within=40)
    timeline.slack("Sam", told.text)
    timeline.hesitates()
    timeline.person("Sam", "asks how to collect it, and runs the command of the window")
    sam.clicks("shift.collect", told)
    shown = _UNWRAP.search(sam.waits_for_modal("vault unwrap", within=15).text)
    sam.closes()
    if shown is None:
        raise NotSeen("the window has no command")
    done = terminal.types(f"VAULT_ADDR={shown[1]} vault unwrap -field=token {shown[2]}")
    if done.returncode:
        raise CannotStart(f"vault unwrap: {done.stderr[-500:]}")
    over = sam.waits_until(told, "Collected", within=20)
    timeline.slack("Sam", over.text.splitlines()[0])
    timeline.person("Sam", f"/dr shift {SET} handover")
    sam.types(f"/dr shift {SET} handover", CHANNEL)
    return done.stdout.strip()


def _promotes(stage: Stage, timeline: Timeline, terminal: Terminal, token: str) -> None:
    """Sam asks, Kim approves; then the card has a command for Sam."""
    sam = stage.people["Sam"]
    crew = Crew(stage, tells=timeline.person, holders=())

    def shown() -> Seen | None:
        return sam.look("read -rs", channel=CHANNEL)

    crew.sees_through(
        f"/dr promote {SET} cluster=b reason=a does not answer",
        until=lambda: shown() is not None,
        within=_RUNBOOK_S,
    )
    card = shown()
    if card is None:
        raise NotSeen("the command is gone again")
    timeline.slack("#incident", card.text)
    timeline.hesitates()
    timeline.person("Sam", "runs it, and pastes the token, which is not shown")
    done = terminal.types(commands(card)[0], token)
    if done.returncode:
        raise CannotStart(f"vault write: {done.stderr[-500:]}")
    crew.does_what_is_asked(
        until=lambda: sam.look("Runbook done", channel=CHANNEL) is not None, within=_RUNBOOK_S
    )
    over = sam.waits_for("is the primary now", channel=CHANNEL, within=20)
    timeline.slack("#incident", over.text)


def _asked(stage: Stage) -> list[Seen]:
    """Return every message in which a key holder was asked for a share."""
    return [
        seen
        for name in stage.holders
        for seen in stage.people[name].reads_direct()
        if "share.open" in seen.buttons
    ]
