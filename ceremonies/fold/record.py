"""What intents and cards amount to."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.events import (
    Adopted,
    Event,
    Intended,
    Kind,
    MessagesPosted,
    RunbookAborted,
    StepSkipped,
)
from ceremonies.state import MessageRef, SetState


def after_record_event(state: SetState, event: Event) -> SetState:
    """Return the state with intents, cards and adoptions of this event taken in."""
    match event:
        case Intended():
            return replace(state, intents={**state.intents, event.lane: event})
        case Adopted(effect=effect, replica=replica, until=until):
            return replace(
                state,
                intents={
                    lane: replace(intent, replica=replica, until=until)
                    if intent.effect == effect
                    else intent
                    for lane, intent in state.intents.items()
                },
            )
        case MessagesPosted(posted=posted, failed=failed):
            refs = {p.key: MessageRef(channel=p.channel, ts=p.ts) for p in posted}
            problems = {f.key: f.problem for f in failed}
            return replace(
                state,
                messages={**state.messages, **refs},
                unposted={**state.unposted, **problems},
            )
        case _:
            return state


def without_intent(state: SetState, effect: str, event: Event) -> SetState:
    """Return the state without the intent that this outcome closes."""
    if not effect or isinstance(event, Intended | Adopted):
        return state
    left = {lane: open_ for lane, open_ in state.intents.items() if open_.effect != effect}
    return state if len(left) == len(state.intents) else replace(state, intents=left)


def without_snapshot(state: SetState, event: Event) -> SetState:
    """Return the state without the intent to take a snapshot that nobody waits for any more.

    The intent of a replica that died lasts as long as a snapshot may, and would hold up the
    cluster's next step for so long.
    """
    match event:
        case StepSkipped(runbook=runbook, step=step):
            ended = (runbook, step)
        case RunbookAborted(runbook=runbook):
            ended = (runbook, "")
        case _:
            return state
    left = {
        lane: open_
        for lane, open_ in state.intents.items()
        if open_.kind is not Kind.SNAPSHOT
        or open_.runbook != ended[0]
        or ended[1] not in ("", open_.step)
    }
    return state if len(left) == len(state.intents) else replace(state, intents=left)
