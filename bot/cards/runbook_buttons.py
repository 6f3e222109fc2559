"""The buttons of a runbook's card: what people may do for each step at hand, and to stop it."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import ButtonElement

from bot.cards import steps
from bot.cards.kit import Json, button, confirmation
from bot.cards.phrases import cut, place
from ceremonies.events import Action, Guard
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.state import SetState

CONTINUE = "runbook.continue"
DONE = "runbook.done"
ABORT = "runbook.abort"
REQUEST_OPEN = "runbook.request"
APPROVE = "runbook.approve"
REJECT = "runbook.reject"
SKIP = "runbook.skip"
BACK = "runbook.back"

_OPTIONAL = (Action.SNAPSHOT, Action.CANARY, Action.CLIENTS, Action.PERFORMANCE)


def may_go_back(r: Runbook, back_ms: int, *, now: int) -> bool:
    """Return whether the set has had no primary for so long that going back is offered."""
    since = r.without_primary_since
    return bool(since) and now >= since + back_ms


def rows(state: SetState, r: Runbook, *, back: bool) -> Iterator[list[ButtonElement]]:
    """Yield the rows: one for each step at hand that people do something for, then the rest.

    `back`: going back is offered. A message has room for a few performance secondaries at a time.
    """
    for step in steps.shown_at_hand(r):
        row = list(_of_step(state, r, step))
        if row:
            yield row
    yield [*([_back(state, r)] if back else []), _abort(state, r)]


def value_of(state: SetState, r: Runbook, step: Step | None = None) -> Json:
    """Return what a button or a modal carries, so that its click is about what was shown."""
    value = {"set": state.name, "runbook": r.id}
    if step is not None:
        value["step"] = step.id
    if step is not None and step.request is not None:
        value["request"] = str(step.request.at)
    return value


def _of_step(state: SetState, r: Runbook, step: Step) -> Iterator[ButtonElement]:
    value = value_of(state, r, step)
    name = cut(steps.name_of(state.name, step, follows=r.follows).replace("`", ""), 60)
    if step == r.unseen_demotion:
        yield _taken_for_demoted(state, r, value)
    elif step.guard is Guard.HANDS:
        label = cut(f"Done: {steps.deed(state.name, step)}", 70)
        yield button(DONE, label, value, style="primary")
    elif _can_continue(step):
        again = step.state is StepState.REFUSED or step.lacks_right
        asks = confirmation(cut(f"{'Again' if again else 'Go on'}?", 90), f"{name}.", "Go on")
        label = "Try again" if again else cut(f"Go on: {steps.deed(state.name, step)}", 70)
        yield button(CONTINUE, label, value, style="primary", asks=asks)
    if step.guard is Guard.TYPED and step.state is not StepState.ACCEPTED:
        if step.request is None:
            label = cut(f"Ask: {steps.deed(state.name, step)}", 70)
            yield button(REQUEST_OPEN, label, value, style="primary")
        else:
            yield _approve(value, name, step)
            yield _reject(value, step)
    if _can_skip(r, step):
        words = f"{name}: nobody does it in this runbook. {_without(state, r, step)}"
        asks = confirmation("Leave it out?", words, "Leave it out", danger=True)
        yield button(SKIP, _leaving(state, step), value, asks=asks)


def _taken_for_demoted(state: SetState, r: Runbook, value: Json) -> ButtonElement:
    """The demotion was accepted and nobody saw its end: people decide whether to go on."""
    source, target = place(state.name, r.source), place(state.name, r.target)
    asks = confirmation(
        f"Take {cut(source, 40)} for demoted?",
        f"Vault accepted the demotion of {source}, and nothing was heard of it since. If it was "
        f"not carried out, {source} comes back as a second primary: keep clients and network off "
        f"its nodes first. The promotion of {target} is then asked for anew, with the same token.",
        "Take it for demoted",
        danger=True,
    )
    return button(DONE, cut(f"Take {source} for demoted", 70), value, style="danger", asks=asks)


def _leaving(state: SetState, step: Step) -> str:
    if step.action is Action.SNAPSHOT:
        return "Go without a snapshot"
    if step.action is Action.PERFORMANCE:
        return f"Leave out performance secondary {cut(step.cluster, 40)}"
    follows = step.action in (Action.TOKEN, Action.UPDATE_PRIMARY)
    what = place(state.name, step.cluster) if follows else steps.PLAIN.get(step.action, step.action)
    return cut(f"Leave out {what}", 70)


def _without(state: SetState, r: Runbook, step: Step) -> str:
    """Return what follows if this step is left out."""
    where = place(state.name, step.cluster)
    if step.action is Action.SNAPSHOT:
        return f"What {where} alone holds can then not be had back."
    if step.action in (Action.TOKEN, Action.UPDATE_PRIMARY):
        return f"{where} does not follow {place(state.name, r.follows)} until a repoint."
    return ""


def _can_continue(step: Step) -> bool:
    if step.lacks_right:
        return step.state is not StepState.ACCEPTED
    if step.guard is Guard.TYPED:
        return False
    if step.by_hand:
        return step.state is StepState.REFUSED
    if step.action is Action.TOKEN:
        return step.state in (StepState.WAITING, StepState.REFUSED)
    fresh = step.state is StepState.WAITING and step.guard is Guard.CONTINUE
    return fresh or step.state is StepState.REFUSED


def _can_skip(r: Runbook, step: Step) -> bool:
    lasts = step.action is Action.SNAPSHOT  # and its replica may be dead
    if step.state is StepState.ACCEPTED or (step.state is StepState.WANTED and not lasts):
        return False
    follows = step.action in (Action.TOKEN, Action.UPDATE_PRIMARY) and step.cluster != r.target
    return step.action in _OPTIONAL or follows


def _approve(value: Json, name: str, step: Step) -> ButtonElement:
    words = f"{name}. {steps.lost(step)}"
    asks = confirmation("Approve this step?", words, "Approve", danger=True)
    return button(APPROVE, "Approve", value, style="primary", asks=asks)


def _reject(value: Json, step: Step) -> ButtonElement:
    words = "The request and every approval are lost; it must be asked for again."
    asks = confirmation("Reject this step?", words, "Reject", danger=True)
    del step
    return button(REJECT, "Reject", value, style="danger", asks=asks)


def _abort(state: SetState, r: Runbook) -> ButtonElement:
    words = f"What is done stays done. {steps.holds(state.name, r)}"
    asks = confirmation("Stop this runbook?", cut(words, 280), "Stop it", danger=True)
    return button(ABORT, "Stop the runbook", value_of(state, r), style="danger", asks=asks)


def _back(state: SetState, r: Runbook) -> ButtonElement:
    """Promote the demoted cluster back: offered when the set has had no primary for a while."""
    source, target = place(state.name, r.source), place(state.name, r.target)
    sent = (
        f"The promotion of {target} was sent: keep its nodes off, or both may become primary. "
        if steps.was_sent(state, r)
        else ""
    )
    asks = confirmation(
        f"Promote {cut(source, 40)} back?",
        f"{sent}This runbook stops, and a failover to {source} begins. It takes a DR operation "
        f"token of {source}: a ceremony there, and approvals as for any promotion.",
        "Go back",
        danger=True,
    )
    return button(BACK, cut(f"Promote {source} back", 70), value_of(state, r), asks=asks)
