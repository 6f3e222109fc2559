"""The steps of a runbook as lines of its card: all of them, or what matters now of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slack_sdk.models.blocks import Block

from bot.cards import steps
from bot.cards.kit import section
from ceremonies.runbook import Runbook, StepState
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

_SECTION = 2700
_SEEN = 80  # letters of what was seen of a step, then
_NEXT = 3  # of the steps whose turn has not come, when not all fit


def every(state: SetState, r: Runbook, rules: ReplicationSet, *, now: int) -> Iterator[Block]:
    """Yield a line for each step."""
    return _together(
        steps.line(state, r, step, rules, number=number, now=now)
        for number, step in enumerate(r.steps, start=1)
    )


def few(state: SetState, r: Runbook, rules: ReplicationSet, *, now: int) -> Iterator[Block]:
    """Yield a line for each step at hand and for those that come next; the others are counted."""
    return _together(_few(state, r, rules, now=now))


def _few(state: SetState, r: Runbook, rules: ReplicationSet, *, now: int) -> Iterator[str]:
    states = [step.state for step in r.steps]
    done, left_out = states.count(StepState.DONE), states.count(StepState.SKIPPED)
    if done + left_out:
        over = f"{done} done, {left_out} left out, of {len(states)} steps"
        yield f":white_check_mark: *Over:* {over}."
    at_hand, waiting = steps.shown_at_hand(r), 0
    for number, step in enumerate(r.steps, start=1):
        if step.state.is_over:
            continue
        waiting += step not in at_hand
        if step in at_hand or waiting <= _NEXT:
            yield steps.line(state, r, step, rules, number=number, now=now, at_most=_SEEN)
    if waiting > _NEXT:
        yield f":white_circle: {waiting - _NEXT} more wait."


def _together(lines: Iterable[str]) -> Iterator[Block]:
    """Yield the lines, as many together as one block takes."""
    text = ""
    for line in lines:
        if text and len(text) + len(line) > _SECTION:
            yield section(text)
            text = ""
        text = f"{text}\n{line}" if text else line
    if text:
        yield section(text)
